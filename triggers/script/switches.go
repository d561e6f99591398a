package script

import (
	"go/ast"
	"go/types"
)

// conditions joins the conditions of a case of a switch without a value, of which the interpreter looks only at the first.
// A switch over an interface becomes one without a value, in which wrapped values are compared.
func (r *rewriter) conditions(n *ast.SwitchStmt) {
	value := ""
	if n.Tag != nil {
		if !types.IsInterface(r.info.TypeOf(n.Tag)) || !r.methods("Error", "String") {
			return
		}
		if n.Init != nil {
			r.errorf(n.Init.Pos(), "put this statement before the switch")
			return
		}
		r.rt = true
		value = r.name("t")
		r.insert(n.Tag.Pos(), value+" := ")
		r.after(n.Tag.End(), ";")
	}
	for _, s := range n.Body.List {
		list := s.(*ast.CaseClause).List
		for i, e := range list {
			if i > 0 {
				r.replace(list[i-1].End(), e.Pos(), " || ")
			}
			switch {
			case value == "":
			case r.info.Types[e].IsNil():
				r.insert(e.Pos(), value+" == ")
			default:
				r.insert(e.Pos(), "wake__rt.Same("+value+", ")
				r.after(e.End(), ")")
			}
		}
	}
}
