package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// packageVars refuses variables of the package whose initialization needs what comes later in the file:
// the interpreter puts off only what names a later variable, and nothing that depends on it.
func (c *checked) packageVars(n *ast.ValueSpec, stack []ast.Node) {
	if len(stack) != 2 || len(n.Values) == 0 {
		return
	}
	for _, value := range n.Values {
		if call, ok := ast.Unparen(value).(*ast.CallExpr); ok && len(n.Names) > len(n.Values) {
			if id := calledName(call.Fun); id != nil {
				if f, ok := c.info.Uses[id].(*types.Func); ok && f.Pkg() == c.pkg && f.Pos() > n.Pos() {
					c.errorf(n.Pos(), "variables of the package that are results of %s: declare them after that function", id.Name)
				}
			}
		}
		if v := c.needsLater(value, n.Pos(), map[types.Object]bool{}); v != nil {
			c.errorf(n.Pos(), "%s is initialized before %s, which it needs through a function: declare %s first", n.Names[0].Name, v.Name(), v.Name())
		}
	}
}

// needsLater returns a variable that functions named in n use and that is declared after pos, or nil.
func (c *checked) needsLater(n ast.Node, pos token.Pos, seen map[types.Object]bool) (later *types.Var) {
	ast.Inspect(n, func(m ast.Node) bool {
		id, ok := m.(*ast.Ident)
		if !ok || later != nil {
			return later == nil
		}
		f, ok := c.info.Uses[id].(*types.Func)
		if !ok || f.Pkg() != c.pkg || seen[f] {
			return true
		}
		seen[f] = true
		body := c.bodyOf(f)
		if body == nil {
			return true
		}
		if later = c.laterIn(body, pos); later == nil {
			later = c.needsLater(body, pos, seen)
		}
		return later == nil
	})
	return later
}

// putOff reports whether the initialization of a variable names a later one.
func (c *checked) putOff(v *types.Var) bool {
	for _, d := range c.file.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			continue
		}
		for _, s := range d.Specs {
			s := s.(*ast.ValueSpec)
			for _, id := range s.Names {
				if c.info.Defs[id] != v {
					continue
				}
				for _, value := range s.Values {
					if c.laterIn(value, v.Pos()) != nil {
						return true
					}
				}
			}
		}
	}
	return false
}

// laterIn returns a variable of the package that n names and that is initialized after what is at pos, or nil.
func (c *checked) laterIn(n ast.Node, pos token.Pos) (later *types.Var) {
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok {
			if v, ok := c.info.Uses[id].(*types.Var); ok && v.Parent() == c.pkg.Scope() && (v.Pos() > pos || c.putOff(v)) {
				later = v
			}
		}
		return later == nil
	})
	return later
}

// bodyOf returns the body of a function or method of the script.
func (c *checked) bodyOf(f *types.Func) *ast.BlockStmt {
	for _, d := range c.file.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && c.info.Defs[d.Name] == f {
			return d.Body
		}
	}
	return nil
}
