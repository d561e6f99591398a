package script

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"
)

// Compiled code that looks into a value finds what the interpreter has built: structs whose embedded ones are fields, and
// below the value itself types without methods. This file refuses what would show it.

var (
	encoders  = []string{"encoding/json", "encoding/xml", "encoding/gob", "encoding/asn1"}
	templates = []string{"text/template", "html/template"}
)

// reflected checks a value that becomes an any, in the call or other node n.
func (c *checked) reflected(n ast.Node, e ast.Expr, to types.Type, why purpose) {
	from := c.info.TypeOf(e)
	if from == nil || to == nil || !types.IsInterface(to) || to.Underlying().(*types.Interface).NumMethods() > 0 || types.IsInterface(from) {
		return
	}
	call, _ := n.(*ast.CallExpr)
	switch {
	case why == shown:
		if t := c.within(from, true, c.prettyPrinted); t != nil && !numericFormat(c, call) {
			c.errorf(e.Pos(), "packages do not see the methods of %s inside of another value: format each %s yourself", short(t), short(t))
		}
	case why == given && c.calls(call, templates):
		if t := c.within(from, false, embeds); t != nil {
			c.errorf(e.Pos(), "%s embeds a struct, whose fields templates do not see: give the field a name", short(t))
		}
		if t := c.within(from, false, c.prettyPrinted); t != nil {
			c.errorf(e.Pos(), "templates do not see the methods of %s: give them the text", short(t))
		}
	case why == given && !c.calls(call, encoders), why == used && !c.imported(encoders):
	default:
		if t := c.within(from, false, embeds); t != nil {
			c.errorf(e.Pos(), "%s embeds a struct, whose fields encoders do not see: write the fields themselves, or give the field a name", short(t))
		}
		if t := c.within(from, false, c.encodesItself); t != nil && t != from {
			c.errorf(e.Pos(), "encoders do not see the methods of %s inside of another value: use a type without them and convert before", short(t))
		}
	}
}

func short(t types.Type) string {
	return types.TypeString(t, func(*types.Package) string { return "" })
}

// within returns the first type that t is made of and that is bad, or nil; if below, not t itself.
func (c *checked) within(t types.Type, below bool, bad func(types.Type) bool) types.Type {
	seen := map[types.Type]bool{}
	var walk func(t types.Type, top bool) types.Type
	walk = func(t types.Type, top bool) types.Type {
		if seen[t] {
			return nil
		}
		seen[t] = true
		if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != c.pkg {
			return nil // compiled
		}
		if !(top && below) && bad(t) {
			return t
		}
		switch u := t.Underlying().(type) {
		case *types.Slice:
			return walk(u.Elem(), false)
		case *types.Array:
			return walk(u.Elem(), false)
		case *types.Map:
			if k := walk(u.Key(), false); k != nil {
				return k
			}
			return walk(u.Elem(), false)
		case *types.Pointer:
			if below && !top {
				return nil // an address is printed
			}
			return walk(u.Elem(), top)
		case *types.Struct:
			for f := range u.Fields() {
				if f.Exported() {
					if x := walk(f.Type(), false); x != nil {
						return x
					}
				}
			}
		}
		return nil
	}
	return walk(t, true)
}

func embeds(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		if s.Field(i).Embedded() && !strings.Contains(s.Tag(i), `json:"`) {
			return true
		}
	}
	return false
}

func (c *checked) prettyPrinted(t types.Type) bool {
	return c.isScriptType(t) && (types.Implements(t, errorType) || hasString(t)) && !types.IsInterface(t)
}

func (c *checked) encodesItself(t types.Type) bool {
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() != c.pkg || types.IsInterface(t) {
		return false
	}
	for f := range n.Methods() {
		if slices.Contains([]string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalXML", "UnmarshalXML"}, f.Name()) {
			return true
		}
	}
	return false
}

// numericFormat reports whether the format of a call is known and has no verb that asks for text.
func numericFormat(c *checked, call *ast.CallExpr) bool {
	for _, e := range call.Args[:min(2, len(call.Args))] {
		if v := c.info.Types[e].Value; v != nil && v.Kind() == constant.String && strings.HasSuffix(calledName(call.Fun).Name, "f") {
			return !strings.ContainsAny(constant.StringVal(v), "vsq")
		}
	}
	return false
}

func (c *checked) calls(call *ast.CallExpr, paths []string) bool {
	f := c.compiled(call)
	return f != nil && slices.Contains(paths, f.Pkg().Path())
}

func (c *checked) imported(paths []string) bool {
	return slices.ContainsFunc(c.file.Imports, func(s *ast.ImportSpec) bool { return slices.Contains(paths, strings.Trim(s.Path.Value, "`\"")) })
}
