package script

import (
	"strings"
	"testing"
)

func TestPrefix(t *testing.T) {
	tests := []struct {
		prefix, url string
		want        bool
	}{
		{"https://a.example.com/", "https://a.example.com/x?y=1", true},
		{"https://a.example.com", "https://a.example.com", true},
		{"https://a.example.com", "https://A.Example.COM:443/x", true},
		{"https://a.example.com:8443/", "https://a.example.com/", false},
		{"https://a.example.com/", "http://a.example.com/", false},
		{"https://a.example.com/", "https://a.example.com.evil.org/", false},
		{"https://a.example.com/", "https://evil-a.example.com/", false},
		{"https://a.example.com/hooks", "https://a.example.com/hooks", true},
		{"https://a.example.com/hooks", "https://a.example.com/hooks/1", true},
		{"https://a.example.com/hooks", "https://a.example.com/hookshop", false},
		{"https://a.example.com/hooks/", "https://a.example.com/hooks", false},
		{"https://a.example.com/hooks/", "https://a.example.com/hooks/1", true},
		{"https://a.example.com/a/b", "https://a.example.com/a%2fb", false},
		{"https://a.example.com/a%20b/", "https://a.example.com/a%20b/c", true},
		{"https://*.example.com/", "https://a.example.com/", true},
		{"https://*.example.com/", "https://a.b.example.com/", true},
		{"https://*.example.com/", "https://example.com/", false},
		{"https://*.example.com/", "https://aexample.com/", false},
		{"https://*.example.com/", "https://*.example.com/", false},
		{"http://127.0.0.1:80/", "http://127.0.0.1/", true},
		{"http://127.0.0.1/", "http://2130706433/", false},
		{"http://127.0.0.1/", "http://127.1/", false},
		{"http://[::1]:8080/", "http://[::1]:8080/x", true},
	}
	for _, tt := range tests {
		p, err := ParsePrefix(tt.prefix)
		if err != nil {
			t.Fatal(err)
		}
		u, err := ParseURL(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Allows(u); got != tt.want {
			t.Errorf("%s allows %s: %v", tt.prefix, tt.url, got)
		}
	}
}

func TestMalformedURLs(t *testing.T) {
	for url, want := range map[string]string{
		"":                                 "https://",
		"/path":                            "https://",
		"ftp://a.example.com/":             "https://",
		"https:a.example.com":              "not a URL",
		"https:///path":                    "no host name",
		"https://user@a.example.com/":      "user name",
		"https://a.example.com:x@evil.org": "user name",
		"https://a.example.com\\@evil.org": "URL",
		"https://a.example.com/a/../b":     "..",
		"https://a.example.com/a/%2e%2e/b": "..",
		"https://a.example.com/a%2f..%2fb": "..",
		"https://a.example.com/a%5cb":      "path",
		"https://a.example.com/a%0d%0ab":   "path",
		"https://a.example.com/#x":         "fragment",
		"https://a.example.com:/":          "port",
		"https://a..example.com/":          "host name",
		"https://exämple.com/":             "xn--",
		"https://[::1%25eth0]/":            "address",
		"https://[127.0.0.1]/":             "not a URL",
		"https://a b.example.com/":         "URL",
		"https://a.example.com:99999999/":  "",
	} {
		if u, err := ParseURL(url); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, %v; want %q", url, u, err, want)
		}
	}
	for _, prefix := range []string{"https://*.com/", "https://*/", "https://a.*.example.com/", "https://*a.example.com/", "https://a.example.com/?q", "a.example.com"} {
		if p, err := ParsePrefix(prefix); err == nil {
			t.Errorf("%s is %v", prefix, p)
		}
	}
}

func TestOutboundDirectives(t *testing.T) {
	parse := func(directives string) (*Spec, error) {
		return Parse("x", map[string]string{"x.go": "//wake:on arrive /**\n" + directives + "\npackage x\n"})
	}
	spec, err := parse("//wake:allow http https://a.example.com/ http://127.0.0.1:80/x\n//wake:allow http https://*.example.org\n//wake:secret key other.key")
	if err != nil || strings.Join(spec.HTTP, " ") != "https://a.example.com/ http://127.0.0.1:80/x https://*.example.org" || strings.Join(spec.Secrets, " ") != "key other.key" {
		t.Errorf("%+v, %v", spec, err)
	}
	for directive, want := range map[string]string{
		"//wake:allow":                                 "x.go:2:1: usage",
		"//wake:allow http":                            "x.go:2:1: usage",
		"//wake:allow ftp https://a.example.com":       "x.go:2:1: usage",
		"//wake:allow http https://u@a.example.com/":   "x.go:2:19: a URL must not have a user name",
		"//wake:allow http https://a.org https://*.x/": "x.go:2:33: \"https://*.x/\" is too wide",
		"//wake:secret":                                "x.go:2:1: usage",
		"//wake:secret a/b":                            "x.go:2:15: \"a/b\" is not the name of a secret",
		"//wake:secret a a":                            "x.go:2:17: secret a was already given",
	} {
		if _, err := parse(directive); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", directive, err, want)
		}
	}
}
