package script

import (
	"go/ast"
	"go/types"
)

// conditions joins the conditions of a case of a switch without a value, of which the interpreter looks only at the first.
// A switch over an interface, over nil, or over an expression after an init statement, which the interpreter gets wrong,
// becomes one without a value:
//
//	switch x := f(); x + 1 { case 1, 2:   →   { x := f(); switch t := x + 1; { case t == 1 || t == 2: … } }
func (r *rewriter) conditions(n *ast.SwitchStmt, stack []ast.Node) {
	value := ""
	if n.Tag != nil {
		if !r.needsConditions(n) {
			return
		}
		value = r.name("t")
		if !r.hoistInit(n, stack, value) {
			return
		}
		r.after(n.Tag.End(), ";")
	}
	for _, s := range n.Body.List {
		list := s.(*ast.CaseClause).List
		for i, e := range list {
			if i > 0 {
				r.replace(list[i-1].End(), e.Pos(), " || ")
			}
			if value != "" {
				r.caseEqual(value, e, n.Tag)
			}
		}
	}
}

func (r *rewriter) needsConditions(n *ast.SwitchStmt) bool {
	if types.IsInterface(r.info.TypeOf(n.Tag)) {
		return true
	}
	if _, isName := ast.Unparen(n.Tag).(*ast.Ident); n.Init != nil && !isName {
		return true
	}
	for _, s := range n.Body.List {
		for _, e := range s.(*ast.CaseClause).List {
			if r.info.Types[e].IsNil() || types.IsInterface(r.info.TypeOf(e)) {
				return true
			}
		}
	}
	return false
}

// hoistInit writes the beginning of the switch and puts its init statement before it.
func (r *rewriter) hoistInit(n *ast.SwitchStmt, stack []ast.Node, value string) bool {
	if n.Init == nil {
		r.insert(n.Tag.Pos(), value+" := ")
		return true
	}
	if labelOf(stack) != "" {
		r.errorf(n.Init.Pos(), "put this statement before the switch")
		return false
	}
	r.hoisted[n] = true
	r.replace(n.Switch, n.Init.Pos(), "{ ")
	r.replace(n.Init.End(), n.Tag.Pos(), "; switch "+value+" := ")
	r.after(n.End(), " }")
	return true
}

// caseEqual makes a condition of a case's expression.
func (r *rewriter) caseEqual(value string, e, tag ast.Expr) {
	if r.info.Types[e].IsNil() {
		r.insert(e.Pos(), value+" == ")
		return
	}
	if !r.comparesSpecially(e, tag) {
		if _, ok := e.(*ast.BinaryExpr); !ok {
			r.insert(e.Pos(), value+" == ")
			return
		}
		r.insert(e.Pos(), value+" == (")
	} else {
		r.rt = true
		r.insert(e.Pos(), "wake__rt.Same("+value+", ")
	}
	r.after(e.End(), ")")
}
