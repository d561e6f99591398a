package triggers

import (
	"encoding/json"
	"errors"
	"fmt"
	iofs "io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/triggers/script"
)

// Secrets are the values that functions use and nobody is to see, in one file of a node's data directory that its user alone
// can read. It is safe for concurrent use.
type Secrets struct {
	dir disk.FS

	mu   sync.Mutex
	kept map[string]secret
	told map[string][]string // every value that a function was given since the start, by name: a worker may still have an old one
}

type secret struct {
	Value string    `json:"value"`
	Owner uint32    `json:"owner"` // uid
	Set   time.Time `json:"set"`
}

// SecretInfo is what may be said of a secret.
type SecretInfo struct {
	Name  string    `json:"name"`
	Owner uint32    `json:"owner"` // whose functions may use it, beside root's
	Set   time.Time `json:"set"`
}

const secretsFile = "secrets.json"

// The bounds of a value, in bytes. A shorter one could not be told from other text in a log.
const (
	minSecret = 8
	maxSecret = 32 << 10
)

// OpenSecrets reads the secrets in dir, which stays open as long as they are used.
func OpenSecrets(dir disk.FS) (*Secrets, error) {
	s := &Secrets{dir: dir, kept: map[string]secret{}, told: map[string][]string{}}
	b, err := disk.ReadFile(dir, secretsFile, 64<<20)
	if err != nil && (errors.Is(err, iofs.ErrNotExist) || fs.KindOf(err) == fs.KindNotFound) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s.kept)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (restore it, or remove it and set the secrets anew): %w", secretsFile, err)
	}
	return s, nil
}

// Set keeps a value for the functions of owner, and of root. It replaces one of the same name.
func (s *Secrets) Set(name, value string, owner uint32, now time.Time) error {
	if err := script.CheckSecretName(name); err != nil {
		return err
	}
	switch {
	case len(value) < minSecret:
		return fmt.Errorf("the value has %d bytes: with less than %d it could not be kept out of the logs", len(value), minSecret)
	case len(value) > maxSecret:
		return fmt.Errorf("the value has more than %d bytes", maxSecret)
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return errors.New("the value is no text: encode it, as by base64, and decode it in the function")
	}
	return s.change(func(m map[string]secret) error {
		m[name] = secret{value, owner, now}
		return nil
	})
}

// Remove forgets a secret.
func (s *Secrets) Remove(name string) error {
	return s.change(func(m map[string]secret) error {
		if _, ok := m[name]; !ok {
			return fs.Errorf("secret", fs.KindNotFound, name, "there is no such secret; see `wakefs secret list`")
		}
		delete(m, name)
		return nil
	})
}

func (s *Secrets) change(f func(map[string]secret) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := maps.Clone(s.kept)
	if err := f(next); err != nil {
		return err
	}
	b, err := json.MarshalIndent(next, "", "  ")
	if err == nil {
		err = disk.WriteFile(s.dir, secretsFile, append(b, '\n'))
	}
	if err == nil {
		s.kept = next
	}
	return err
}

// List tells which secrets there are, by name.
func (s *Secrets) List() []SecretInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]SecretInfo, 0, len(s.kept))
	for _, name := range slices.Sorted(maps.Keys(s.kept)) {
		list = append(list, SecretInfo{name, s.kept[name].Owner, s.kept[name].Set})
	}
	return list
}

// tell gives a function of owner a value.
func (s *Secrets) tell(name string, owner uint32) (string, error) {
	var k secret
	ok := false
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		k, ok = s.kept[name]
	}
	switch {
	case !ok:
		return "", &missingError{fmt.Sprintf("there is no secret %s on this node: set it with `wakefs secret set %s`", name, name)}
	case owner != 0 && owner != k.Owner:
		return "", denied("the secret %s is for functions of uid %d and root; this one belongs to uid %d: set it with `wakefs secret set %s --owner %d`", name, k.Owner, owner, name, owner)
	}
	if !slices.Contains(s.told[name], k.Value) {
		s.told[name] = append(s.told[name], k.Value)
	}
	return k.Value, nil
}

// veil returns what hides the values that functions with these secrets have been told.
func (s *Secrets) veil(names []string) veil {
	if s == nil || len(names) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var v veil
	for _, name := range names {
		for _, value := range s.told[name] {
			v = append(v, value)
			for line := range strings.SplitSeq(value, "\n") {
				if line = strings.TrimSpace(line); len(line) >= minSecret && line != value {
					v = append(v, line)
				}
			}
		}
	}
	slices.SortFunc(v, func(a, b string) int { return len(b) - len(a) }) // one may be part of another
	return v
}

// missingError is a secret that is not there.
type missingError struct{ text string }

func (e *missingError) Error() string { return e.text }
func (e *missingError) Unwrap() error { return iofs.ErrNotExist }

// A veil is the values that are to be hidden, longest first.
type veil []string

// cuts are what stands where a text was cut, within a value perhaps.
var cuts = []string{"\n… (output truncated)\n", " … (cut)"}

// hide replaces the values in a text by ***.
func (v veil) hide(text string) string {
	for _, value := range v {
		text = strings.ReplaceAll(text, value, "***")
	}
	for _, cut := range cuts {
		if head, ok := strings.CutSuffix(text, cut); ok && len(v) > 0 {
			text = v.hideEnd(head) + cut
		}
	}
	return text
}

// hideEnd replaces the beginning of a value at the end of a text.
func (v veil) hideEnd(text string) string {
	text = strings.TrimRight(text, "\uFFFD")
	most := 0
	for _, value := range v {
		for n := min(len(value)-1, len(text)); n > most; n-- {
			if strings.HasSuffix(text, value[:n]) {
				most = n
			}
		}
	}
	if most == 0 {
		return text
	}
	return text[:len(text)-most] + "***"
}
