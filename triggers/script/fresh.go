package script

import (
	"fmt"
	"go/ast"
	"go/token"
)

// A variable that := declares in a loop is another one in each turn. The interpreter keeps some of them in one place, which
// shows when a function literal or a pointer keeps the variable.

// fresh makes a declared variable a new one if what it is set to is a literal, which the interpreter would put where
// the variable was before.
func (r *rewriter) fresh(lhs, rhs ast.Expr, tok token.Token, at place, stack []ast.Node) {
	id, ok := lhs.(*ast.Ident)
	if !ok || !isLiteral(rhs) {
		return
	}
	obj := r.info.ObjectOf(id)
	if obj == nil || obj.Parent() == r.pkg.Scope() || !r.kept(obj, outermost(stack)) {
		return
	}
	if at != inList {
		r.errorf(id.Pos(), "%s is kept by a function or pointer: put this statement before the %s", id.Name, statementName(stack[len(stack)-1]))
		return
	}
	name := r.name("v")
	r.replace(id.Pos(), rhs.Pos(), name+" := ")
	r.after(rhs.End(), fmt.Sprintf("; %s %s %s", id.Name, tok, name))
}

func statementName(n ast.Node) string {
	switch n.(type) {
	case *ast.IfStmt:
		return "if"
	case *ast.ForStmt:
		return "loop"
	}
	return "switch"
}

func isLiteral(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CompositeLit)
	return ok
}

// keptHere reports whether one of the variables that n declares may be kept.
func (r *rewriter) keptHere(n *ast.AssignStmt, stack []ast.Node) bool {
	for _, e := range n.Lhs {
		if id, ok := e.(*ast.Ident); ok && r.info.Defs[id] != nil && r.kept(r.info.Defs[id], outermost(stack)) {
			return true
		}
	}
	return false
}

// outermost returns the declaration that contains the innermost node of stack.
func outermost(stack []ast.Node) ast.Node { return stack[min(1, len(stack)-1)] }

// usedIfOK reports whether the value of v, ok := … in the head of an if is looked at only if ok, so that it does not
// matter what it is otherwise.
func (r *rewriter) usedIfOK(n *ast.AssignStmt, stack []ast.Node, at place) bool {
	s, ok := stack[len(stack)-1].(*ast.IfStmt)
	if !ok || n.Tok != token.DEFINE || at != inIf || !r.plainTargets(n) {
		return false
	}
	v, ok := n.Lhs[0].(*ast.Ident)
	good, isIdent := n.Lhs[1].(*ast.Ident)
	if !ok || !isIdent || r.info.Defs[v] == nil || r.info.Defs[good] == nil {
		return false
	}
	first := s.Cond
	for {
		b, ok := first.(*ast.BinaryExpr)
		if !ok || b.Op != token.LAND {
			break
		}
		first = b.X
	}
	id, ok := first.(*ast.Ident)
	if !ok || r.info.Uses[id] != r.info.Defs[good] {
		return false
	}
	obj := r.info.Defs[v]
	return (s.Else == nil || !r.uses(obj, s.Else)) && !r.kept(obj, s)
}

// received gives the variables of a case of select a place of their own.
func (r *rewriter) received(n *ast.AssignStmt, cc *ast.CommClause) {
	if n.Tok == token.ASSIGN {
		for _, e := range n.Lhs {
			if _, ok := e.(*ast.Ident); !ok {
				r.errorf(e.Pos(), "receive into a variable of the case, with :=, and assign it in the case")
			}
		}
		return
	}
	text := ""
	for _, e := range n.Lhs {
		if id := e.(*ast.Ident); r.info.Defs[id] != nil && r.kept(r.info.Defs[id], cc) {
			text += fmt.Sprintf(" %s := %s;", id.Name, id.Name)
		}
	}
	if text != "" {
		r.insert(cc.Colon+1, text)
	}
}

// declared does for var x = T{…} what fresh does for x := T{…}.
func (r *rewriter) declared(n *ast.DeclStmt, stack []ast.Node) {
	d, ok := n.Decl.(*ast.GenDecl)
	if !ok || d.Tok != token.VAR {
		return
	}
	for _, s := range d.Specs {
		s := s.(*ast.ValueSpec)
		for i, id := range s.Names {
			if i >= len(s.Values) || !isLiteral(s.Values[i]) || r.info.Defs[id] == nil || !r.kept(r.info.Defs[id], outermost(stack)) {
				continue
			}
			if len(s.Names) > 1 || d.Lparen.IsValid() {
				r.errorf(id.Pos(), "%s is kept by a function or pointer: declare it in a line of its own, with :=", id.Name)
				continue
			}
			name, typ := r.name("v"), ""
			if s.Type != nil {
				typ = oneLine(r.text[r.offset(s.Type.Pos()):r.offset(s.Type.End())])
			}
			r.replace(n.Pos(), s.Values[0].Pos(), name+" := ")
			r.after(n.End(), fmt.Sprintf("; var %s %s = %s", id.Name, typ, name))
		}
	}
}
