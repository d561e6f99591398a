package fs_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/wakefs/wakefs"

// allowed says what each package of ours may import of ours; a package without a rule
// has that of the nearest folder above it. docs/DESIGN.md gives the reasons.
var allowed = map[string][]string{
	"fs":                {},
	"fs/disk":           {"fs", "fs/disk/..."},
	"fs/wire":           {"fs"},
	"fs/client":         {"fs", "chunks/ec", "chunks/conscience"},
	"fs/conformance":    {"fs", "fs/disk"},
	"meta":              {"fs", "fs/disk/...", "meta/...", "chunks/conscience"},
	"meta/kv":           {"fs", "fs/disk/..."},
	"meta/state":        {"fs", "meta/kv"},
	"chunks":            {"fs", "fs/disk/...", "chunks/..."},
	"chunks/ec":         {"fs"},
	"chunks/conscience": {"fs"},
	"chunks/segment":    {"fs", "fs/disk/..."},
	"mount":             {"fs", "fs/client"},
	"mount/posixtest":   {},
	"triggers":          {"fs", "fs/client", "fs/disk", "triggers/..."},
	"triggers/wake":     {"triggers/wake"},
	"triggers/script":   {"triggers/wake", "triggers/script/..."},
	"triggers/worker":   {"triggers/wake", "triggers/script", "triggers/worker/..."},
	"triggers/examples": {"triggers/wake"},
	"cmd":               {"fs/...", "meta/...", "chunks/...", "mount", "triggers/...", "cmd/..."},
	"bench":             {"fs/...", "meta/...", "chunks/...", "mount", "triggers/...", "bench/..."},
}

// pure packages import nothing that reaches outside the process.
var pure = map[string]bool{"fs": true, "meta/state": true, "chunks/ec": true, "chunks/conscience": true}

// impure is what a pure package may not import.
var impure = map[string]bool{"os": true, "net": true, "syscall": true, "math/rand": true}

type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports,GoFiles", module+"/...").Output()
	if err != nil {
		var ee *exec.ExitError
		if errors.As(err, &ee) {
			t.Fatalf("go list: %s", ee.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func ruleOf(path string) []string {
	for {
		if r, ok := allowed[path]; ok {
			return r
		}
		i := strings.LastIndexByte(path, '/')
		if i < 0 {
			return nil
		}
		path = path[:i]
	}
}

func permits(rule []string, ours string) bool {
	for _, r := range rule {
		if below, all := strings.CutSuffix(r, "/..."); ours == below || all && strings.HasPrefix(ours, below+"/") {
			return true
		}
	}
	return false
}

func TestImportDirections(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		rule := ruleOf(path)
		if rule == nil {
			t.Errorf("%s has no rule for its imports: add one", path)
		}
		for _, imp := range p.Imports {
			ours, isOurs := strings.CutPrefix(imp, module+"/")
			if isOurs && !permits(rule, ours) {
				t.Errorf("%s imports %s, which its rule %v does not allow", path, ours, rule)
			}
			if pure[path] && impure[imp] {
				t.Errorf("%s is pure, but imports %s", path, imp)
			}
			if strings.HasPrefix(imp, "github.com/traefik/yaegi") && !strings.HasPrefix(path, "triggers/worker") {
				t.Errorf("%s imports %s: only triggers/worker may", path, imp)
			}
		}
	}
}

func TestPackageDocs(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if len(p.GoFiles) == 0 || strings.HasPrefix(path, "triggers/examples/") {
			continue // an example's doc is its directives
		}
		if len(p.Doc) < 40 {
			t.Errorf("%s has no package comment that a newcomer could start from", path)
		}
	}
}
