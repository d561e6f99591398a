package script

import (
	"go/ast"
	"go/token"
)

// branches puts break and continue in a case of a select into blocks, without which the interpreter does not obey them.
func (r *rewriter) branches(n *ast.CommClause) {
	for _, s := range n.Body {
		if b, ok := s.(*ast.BranchStmt); ok {
			r.insert(b.Pos(), "{ ")
			r.after(b.End(), " }")
		}
	}
}

// breaks refuses break statements of a select, which the interpreter takes for those of the loop around it.
func (c *checked) breaks(n *ast.SelectStmt) {
	for _, s := range n.Body.List {
		for _, s := range s.(*ast.CommClause).Body {
			ast.Inspect(s, func(m ast.Node) bool {
				switch m := m.(type) {
				case *ast.FuncLit, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
					return false
				case *ast.BranchStmt:
					if m.Tok == token.BREAK && m.Label == nil {
						c.errorf(m.Pos(), "break of a select is not available: use if and else, or a break with the label of the loop")
					}
				}
				return true
			})
		}
	}
}
