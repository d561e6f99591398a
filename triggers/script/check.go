package script

type checked struct{ *source }
func (s *source) check() *checked { return &checked{s} }
func (c *checked) rewrite() string { return c.text[c.names[0]] }
