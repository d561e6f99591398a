package script

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// fold replaces a constant condition by its value, and by a call with that value where it is an operand of && or ||: the interpreter
// gets operators between constants wrong that are conditions, and those of which one operand is a constant. It reports whether it did,
// and then nothing is left to rewrite below n.
func (r *rewriter) fold(n ast.Node, stack []ast.Node) bool {
	e, ok := n.(ast.Expr)
	if !ok {
		return false
	}
	tv := r.info.Types[e]
	if b, ok := tv.Type.(*types.Basic); !ok || b.Info()&types.IsBoolean == 0 || tv.Value == nil || repeated(stack) {
		return false
	}
	value := constant.BoolVal(tv.Value)
	text := map[bool]string{false: "false", true: "true"}[value]
	if r.isOperand(stack) {
		r.rt = true
		text = map[bool]string{false: "wake__rt.No()", true: "wake__rt.Yes()"}[value]
	} else if _, ok := e.(*ast.Ident); ok {
		return false
	}
	r.replace(e.Pos(), e.End(), text)
	return true
}

// isOperand reports whether what is below the innermost node of stack is an operand of && or ||, or will be: see conditions.
func (r *rewriter) isOperand(stack []ast.Node) bool {
	switch n := stack[len(stack)-1].(type) {
	case *ast.BinaryExpr:
		return n.Op == token.LAND || n.Op == token.LOR
	case *ast.CaseClause:
		s, ok := stack[len(stack)-3].(*ast.SwitchStmt)
		return ok && s.Tag == nil && len(n.List) > 1
	}
	return false
}

// repeated reports whether what is below stack is in a declaration of constants some of which repeat the expression before, with another iota.
func repeated(stack []ast.Node) bool {
	for _, n := range stack {
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
			return slices.ContainsFunc(d.Specs, func(s ast.Spec) bool { return len(s.(*ast.ValueSpec).Values) == 0 })
		}
	}
	return false
}
