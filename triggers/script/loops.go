package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// rangeInt makes a counting loop of a range over an integer, which the interpreter does not know:
//
//	for i := range n {   →   for c, e := int(0), int(n); c < e; c++ { i := c;
func (r *rewriter) rangeInt(n *ast.RangeStmt) {
	t := r.info.TypeOf(n.X)
	key, _ := n.Key.(*ast.Ident)
	if key != nil && key.Name == "_" {
		key = nil
	}
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Typ[types.Int]
	}
	if n.Key != nil && key == nil && !isBlank(n.Key) || key != nil && n.Tok == token.ASSIGN {
		t = r.info.TypeOf(n.Key)
	} else if key != nil {
		t = r.info.Defs[key].Type()
	}
	typ := r.mustType(t, n.Pos())
	count, end := r.name("i"), r.name("n")
	assign := ""
	if n.Key != nil && !isBlank(n.Key) {
		from, to := r.offset(n.Key.Pos()), r.offset(n.Key.End())
		assign = fmt.Sprintf(" %s %s %s;", r.text[from:to], n.Tok, count)
	}
	r.replace(n.For, n.X.Pos(), fmt.Sprintf("for %s, %s := %s(0), %s(", count, end, typ, typ))
	r.after(n.X.End(), fmt.Sprintf("); %s < %s; %s++", count, end, count))
	r.insert(n.Body.Lbrace+1, assign)
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// rangeArray ranges over the slice of an array that a pointer points to.
func (r *rewriter) rangeArray(n *ast.RangeStmt) {
	if _, ok := r.info.TypeOf(n.X).Underlying().(*types.Pointer); ok {
		r.insert(n.X.Pos(), "(")
		r.after(n.X.End(), ")[:]")
	}
}

// rangeAssign sets variables that were there before the loop in its body; the interpreter does not set them.
func (r *rewriter) rangeAssign(n *ast.RangeStmt) {
	assign, names := "", ""
	for i, e := range []ast.Expr{n.Key, n.Value} {
		if e == nil {
			continue
		}
		if _, ok := e.(*ast.Ident); !ok {
			r.errorf(e.Pos(), "declare a variable for the range with :=, and assign it in the loop")
			return
		}
		name := "_"
		if !isBlank(e) {
			name = r.name("e")
			assign += fmt.Sprintf(" %s = %s;", e.(*ast.Ident).Name, name)
		}
		names += []string{"", ", "}[i] + name
	}
	if assign == "" {
		return
	}
	r.replace(n.Key.Pos(), n.TokPos+1, names+" :=")
	r.insert(n.Body.Lbrace+1, assign)
}

// rangeVars gives each iteration variables of its own if a closure or a pointer may keep them, or the body changes them.
func (r *rewriter) rangeVars(n *ast.RangeStmt) {
	if n.Tok == token.ASSIGN {
		r.rangeAssign(n)
	}
	if n.Tok != token.DEFINE {
		return
	}
	var names []string
	for _, e := range []ast.Expr{n.Key, n.Value} {
		id, ok := e.(*ast.Ident)
		if !ok || id.Name == "_" {
			continue
		}
		// The interpreter counts with the key.
		if obj := r.info.Defs[id]; r.kept(obj, n.Body) || r.changed(obj, n.Body) {
			names = append(names, id.Name)
		}
	}
	if len(names) > 0 {
		list := strings.Join(names, ", ")
		r.insert(n.Body.Lbrace+1, fmt.Sprintf(" %s := %s;", list, list))
	}
}

// forVars does the same for a loop with an init statement. The next iteration's variable starts with what this one's
// ends with, so the copy is written back wherever the iteration ends, if the body changes it:
//
//	for i := 0; i < 3; i++ { o := &i; i := i; c := &i; …; *o = *c }
func (r *rewriter) forVars(n *ast.ForStmt, label string) {
	init, ok := n.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		return
	}
	before, back := "", ""
	for _, e := range init.Lhs {
		id, ok := e.(*ast.Ident)
		if !ok || r.info.Defs[id] == nil {
			continue
		}
		obj := r.info.Defs[id]
		for _, part := range []ast.Node{n.Cond, n.Post} {
			if !isNil(part) && r.kept(obj, part) {
				r.errorf(id.Pos(), "loop variable %s is kept by a function or pointer outside of the loop's body: use a variable declared before the loop", id.Name)
			}
		}
		if !r.kept(obj, n.Body) {
			continue
		}
		if !r.changed(obj, n.Body) {
			before += fmt.Sprintf(" %s := %s;", id.Name, id.Name)
			continue
		}
		outer, inner := r.name("o"), r.name("c")
		before += fmt.Sprintf(" %s := &%s; %s := %s; %s := &%s;", outer, id.Name, id.Name, id.Name, inner, id.Name)
		back += fmt.Sprintf(" *%s = *%s;", outer, inner)
	}
	r.insert(n.Body.Lbrace+1, before)
	if back == "" {
		return
	}
	r.insert(n.Body.Rbrace, ";"+back)
	r.continues(n.Body, label, func(b *ast.BranchStmt) {
		r.insert(b.Pos(), "{"+back+" ")
		r.after(b.End(), " }")
	})
}

// forEver gives a loop that has only an init statement a condition; the interpreter would run that statement in each iteration:
//
//	for i := 0; ; {   →   for i := 0; true; {
func (r *rewriter) forEver(n *ast.ForStmt) {
	if n.Init != nil && n.Cond == nil && n.Post == nil {
		r.replace(n.Init.End(), n.Body.Lbrace, "; true; ")
	}
}

// labelled gives a labelled statement of a case a block of its own: the interpreter looks for labels among the statements of blocks only.
func (r *rewriter) labelled(n *ast.LabeledStmt, stack []ast.Node) {
	switch stack[len(stack)-1].(type) {
	case *ast.CaseClause, *ast.CommClause:
		r.insert(n.Pos(), "{ ")
		r.after(n.End(), " }")
	}
}

// isNil reports whether an optional part of a statement is missing.
func isNil(n ast.Node) bool {
	switch n := n.(type) {
	case ast.Expr:
		return n == nil
	case ast.Stmt:
		return n == nil
	}
	return true
}

// continues calls visit for each continue statement of the loop with that body and label.
func (r *rewriter) continues(body ast.Node, label string, visit func(*ast.BranchStmt)) {
	var walk func(n ast.Node, inner bool)
	walk = func(n ast.Node, inner bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n {
				return true
			}
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt:
				walk(m.Body, true)
				return false
			case *ast.RangeStmt:
				walk(m.Body, true)
				return false
			case *ast.BranchStmt:
				if m.Tok == token.CONTINUE && (m.Label == nil && !inner || m.Label != nil && m.Label.Name == label) {
					visit(m)
				}
			}
			return true
		})
	}
	walk(body, false)
}

// kept reports whether code in n may keep the variable obj beyond an iteration: in a function literal or by its
// address.
func (r *rewriter) kept(obj types.Object, n ast.Node) bool {
	found := false
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.FuncLit:
			found = found || r.uses(obj, m)
		case *ast.UnaryExpr:
			found = found || m.Op == token.AND && r.rootIs(m.X, obj)
		case *ast.SliceExpr:
			_, isArray := r.info.TypeOf(m.X).Underlying().(*types.Array)
			found = found || isArray && r.rootIs(m.X, obj)
		case *ast.SelectorExpr:
			if s := r.info.Selections[m]; s != nil && s.Kind() == types.MethodVal && takesAddress(s) {
				found = found || r.rootIs(m.X, obj)
			}
		}
		return !found
	})
	return found
}

func (r *rewriter) uses(obj types.Object, n ast.Node) bool {
	found := false
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && r.info.Uses[id] == obj {
			found = true
		}
		return !found
	})
	return found
}

// rootIs reports whether an expression denotes obj or a part of it.
func (r *rewriter) rootIs(e ast.Expr, obj types.Object) bool {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return r.info.Uses[x] == obj
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		default:
			return false
		}
	}
}

// changed reports whether code in n may change the variable obj.
func (r *rewriter) changed(obj types.Object, n ast.Node) bool {
	found := false
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.AssignStmt:
			for _, e := range m.Lhs {
				found = found || r.rootIs(e, obj)
			}
		case *ast.IncDecStmt:
			found = found || r.rootIs(m.X, obj)
		case *ast.RangeStmt:
			found = found || m.Key != nil && r.rootIs(m.Key, obj) || m.Value != nil && r.rootIs(m.Value, obj)
		case *ast.UnaryExpr:
			found = found || m.Op == token.AND && r.rootIs(m.X, obj)
		case *ast.SelectorExpr:
			if s := r.info.Selections[m]; s != nil && s.Kind() == types.MethodVal && takesAddress(s) {
				found = found || r.rootIs(m.X, obj)
			}
		}
		return !found
	})
	return found
}
