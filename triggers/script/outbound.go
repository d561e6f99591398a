package script

import (
	"errors"
	"fmt"
	"go/token"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A Prefix says which URLs may be requested: those of one scheme, host and port whose path begins with Path.
type Prefix struct {
	Scheme string // http or https
	Host   string // lower case; "*.example.com" is every host below example.com, but not itself
	Port   string // never empty
	Path   string // escaped; "/a" covers /a and what is below it, "/a/" only what is below, "/" everything
}

// ParsePrefix reads SCHEME://HOST[:PORT][/PATH].
func ParsePrefix(s string) (Prefix, error) {
	u, err := ParseURL(s)
	switch {
	case err != nil:
		return Prefix{}, err
	case strings.Contains(s, "?"):
		return Prefix{}, fmt.Errorf("%q has a query; a prefix ends with the path", s)
	}
	p := Prefix{Scheme: u.Scheme, Host: u.Hostname(), Port: portOf(u), Path: u.EscapedPath()}
	if rest, wild := strings.CutPrefix(p.Host, "*."); wild && !strings.Contains(rest, ".") || strings.Contains(rest, "*") {
		return Prefix{}, fmt.Errorf("%q is too wide; a * stands for the labels in front of a domain, as in https://*.example.com/", s)
	}
	return p, nil
}

// hostName is what a host may look like beside an address in brackets: labels, the first of which may be *.
var hostName = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// ParseURL reads the URL of a request, or of a prefix. It refuses what two readers may understand differently. The host of
// the answer is in lower case.
func ParseURL(s string) (*url.URL, error) {
	shown, _, _ := strings.Cut(s, "?") // a query may have what nobody is to see
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || strings.ContainsAny(s, "\\ ") {
		return nil, errors.New("not a URL")
	}
	u.Host = strings.ToLower(u.Host)
	switch host := u.Hostname(); {
	case u.User != nil:
		return nil, errors.New("a URL must not have a user name or password; use a header")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q does not start with https:// or http://", shown)
	case strings.Contains(u.Host, "["):
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() || a.Zone() != "" {
			return nil, fmt.Errorf("%q has no address between its brackets", shown)
		}
	case len(host) > 253 || !hostName.MatchString(host):
		return nil, fmt.Errorf("%q has no host name that could be looked up (write one with other letters in its xn-- form)", shown)
	case strings.HasSuffix(u.Host, ":"):
		return nil, fmt.Errorf("%q has no port behind its colon", shown)
	}
	if strings.Contains(s, "#") {
		return nil, fmt.Errorf("%q has a fragment, which is never sent", shown)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if strings.ContainsFunc(u.Path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
		return nil, fmt.Errorf("%q has a character in its path that does not belong there", shown)
	}
	if slices.ContainsFunc(strings.Split(u.Path, "/"), func(part string) bool { return part == "." || part == ".." }) {
		return nil, fmt.Errorf("%q has . or .. in its path; write %q", shown, path.Clean(u.Path))
	}
	return u, nil
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// Allows reports whether the prefix covers a URL that ParseURL has returned.
func (p *Prefix) Allows(u *url.URL) bool {
	if u.Scheme != p.Scheme || portOf(u) != p.Port {
		return false
	}
	if domain, wild := strings.CutPrefix(p.Host, "*"); wild {
		if !strings.HasSuffix(u.Hostname(), domain) || strings.HasPrefix(u.Hostname(), "*") {
			return false
		}
	} else if u.Hostname() != p.Host {
		return false
	}
	rest, ok := strings.CutPrefix(u.EscapedPath(), p.Path)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(p.Path, "/"))
}

// Names reports whether the prefix names a host and port literally: without a *.
func (p *Prefix) Names(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	return err == nil && port == p.Port && strings.EqualFold(host, p.Host)
}

func (p *Prefix) String() string { return p.Scheme + "://" + net.JoinHostPort(p.Host, p.Port) + p.Path }

// allow takes //wake:allow http URLPREFIX….
func (d *directives) allow(pos token.Pos, args []word) {
	if len(args) < 2 || args[0].text != "http" {
		d.errorf(pos, "usage: //wake:allow http URLPREFIX…, as in //wake:allow http https://hooks.example.com/path/")
		return
	}
	for _, a := range args[1:] {
		if _, err := ParsePrefix(a.text); err != nil {
			d.errorf(a.pos, "%v", err)
		} else if d.once(a.pos, "allow "+a.text) {
			d.spec.HTTP = append(d.spec.HTTP, a.text)
		}
	}
}

var secretName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)

// CheckSecretName says what is wrong with the name of a secret.
func CheckSecretName(name string) error {
	if !secretName.MatchString(name) {
		return fmt.Errorf("%q is not the name of a secret: up to 64 letters, digits, _, - and ., a letter first", name)
	}
	return nil
}

// secret takes //wake:secret NAME….
func (d *directives) secret(pos token.Pos, args []word) {
	if len(args) == 0 {
		d.errorf(pos, "usage: //wake:secret NAME…")
	}
	for _, a := range args {
		if err := CheckSecretName(a.text); err != nil {
			d.errorf(a.pos, "%v", err)
		} else if d.once(a.pos, "secret "+a.text) {
			d.spec.Secrets = append(d.spec.Secrets, a.text)
		}
	}
}
