package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// The interpreter evaluates an assignment of several values in place, which fails when one of them is a call or nil, an
// operand changes meanwhile, or what is assigned to is part of a map; and it leaves variables of comma-ok forms as they
// were if there is no value. Such an assignment becomes a sequence of simple ones, in the order of the language:
//
//	xs[i()], m[k] = f(), nil   →   l1 := xs; l2 := i(); l3 := m; l4 := k; r5 := f(); l1[l2] = r5; l3[l4] = nil

// place is where a simple statement stands.
type place int

const (
	inList place = iota // in a list of statements
	inIf                // the init statement of an if or switch
	inFor               // the init or post statement of a for
	inComm              // the communication of a select
)

func (r *rewriter) placeOf(n ast.Stmt, stack []ast.Node) place {
	if r.hoisted[stack[len(stack)-1]] {
		return inList
	}
	switch parent := stack[len(stack)-1].(type) {
	case *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
		return inIf
	case *ast.ForStmt:
		return inFor
	case *ast.CommClause:
		if parent.Comm == n {
			return inComm
		}
	}
	return inList
}

func (r *rewriter) assign(n *ast.AssignStmt, stack []ast.Node) {
	if n.Tok != token.ASSIGN && n.Tok != token.DEFINE {
		return
	}
	at := r.placeOf(n, stack)
	switch {
	case at == inComm:
		r.received(n, stack[len(stack)-1].(*ast.CommClause))
	case len(n.Lhs) == 1:
		r.fresh(n.Lhs[0], n.Rhs[0], n.Tok, at, stack)
	case len(n.Rhs) > 1:
		if n.Tok == token.DEFINE && r.redefines(n) || n.Tok == token.ASSIGN && !r.plainSwap(n) || setsOnlyOne(n.Rhs) {
			r.sequence(n, stack, at, r.tuple)
		}
	default:
		switch ast.Unparen(n.Rhs[0]).(type) {
		case *ast.CallExpr:
			if n.Tok == token.ASSIGN && !r.plainTargets(n) || n.Tok == token.DEFINE && r.redefinesParameter(n, stack) {
				r.sequence(n, stack, at, r.results)
			}
		case *ast.UnaryExpr: // a receive, which always sets both
			if !r.plainTargets(n) || n.Tok == token.DEFINE && (r.keptHere(n, stack) || r.redefinesParameter(n, stack)) {
				r.sequence(n, stack, at, r.results)
			}
		case *ast.IndexExpr, *ast.TypeAssertExpr:
			if isBlank(n.Lhs[0]) && r.plainTargets(n) || r.usedIfOK(n, stack, at) {
				return
			}
			r.sequence(n, stack, at, r.commaOK)
		}
	}
}

// setsOnlyOne reports whether a value is a literal or a receive, beside which the interpreter forgets the other values.
func setsOnlyOne(values []ast.Expr) bool {
	for _, e := range values {
		u, ok := ast.Unparen(e).(*ast.UnaryExpr)
		if isLiteral(e) || ok && u.Op == token.ARROW {
			return true
		}
	}
	return false
}

// redefines reports whether := assigns to a variable that was there.
func (r *rewriter) redefines(n *ast.AssignStmt) bool {
	for _, e := range n.Lhs {
		if id := e.(*ast.Ident); id.Name != "_" && r.info.Defs[id] == nil {
			return true
		}
	}
	return false
}

// redefinesParameter reports whether := assigns to a parameter or result of a function with defer statements, whose body
// becomes a function literal: see function. There := would declare another variable.
func (r *rewriter) redefinesParameter(n *ast.AssignStmt, stack []ast.Node) bool {
	var body *ast.BlockStmt
	for i := len(stack) - 1; i >= 0 && body == nil; i-- {
		switch fn := stack[i].(type) {
		case *ast.FuncLit:
			body = fn.Body
		case *ast.FuncDecl:
			body = fn.Body
		}
	}
	if body == nil || stack[len(stack)-1] != body {
		return false
	}
	if defers, _ := ownStatements(body); len(defers) == 0 {
		return false
	}
	for _, e := range n.Lhs {
		if id, ok := e.(*ast.Ident); ok && r.info.Defs[id] == nil && id.Name != "_" && r.info.Uses[id].Pos() < body.Lbrace {
			return true
		}
	}
	return false
}

// plainSwap reports whether the interpreter does a parallel assignment right: of variables and constants, and without
// a call, to variables or elements of slices that the assignment itself does not move.
func (r *rewriter) plainSwap(n *ast.AssignStmt) bool {
	targets := map[types.Object]bool{}
	for i, e := range n.Lhs {
		id, ok := e.(*ast.Ident)
		if ok && id.Name == "_" {
			return false
		}
		if ok {
			targets[r.info.Uses[id]] = true
		}
		b, ok := r.info.TypeOf(e).Underlying().(*types.Basic)
		tv := r.info.Types[n.Rhs[i]]
		if !ok || tv.IsNil() || !types.Identical(r.info.TypeOf(e), tv.Type) && tv.Value == nil || b.Info()&types.IsUntyped != 0 {
			return false
		}
	}
	for i, e := range n.Lhs {
		if !r.stable(n.Rhs[i], nil) {
			return false
		}
		switch e := e.(type) {
		case *ast.Ident:
		case *ast.IndexExpr:
			if _, ok := r.info.TypeOf(e.X).Underlying().(*types.Slice); !ok || !r.stable(e.X, targets) || !r.stable(e.Index, targets) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// stable reports whether an expression is made of variables, none of them in moved, constants and operators only.
func (r *rewriter) stable(e ast.Expr, moved map[types.Object]bool) bool {
	good := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.BasicLit, *ast.BinaryExpr, *ast.ParenExpr, *ast.IndexExpr:
		case *ast.Ident:
			v, isVar := r.info.Uses[n].(*types.Var)
			_, isConst := r.info.Uses[n].(*types.Const)
			good = good && (isConst || isVar && !moved[v])
		default:
			good = false
		}
		return good
	})
	return good
}

// plainTargets reports whether the results of a call can go straight to their variables.
func (r *rewriter) plainTargets(n *ast.AssignStmt) bool {
	var results *types.Tuple
	if t, ok := r.info.TypeOf(n.Rhs[0]).(*types.Tuple); ok {
		results = t
	}
	for i, e := range n.Lhs {
		if id, ok := e.(*ast.Ident); !ok {
			return false
		} else if id.Name == "_" {
			continue
		}
		if results != nil && i < results.Len() && !types.Identical(results.At(i).Type(), r.info.TypeOf(e)) {
			if _, isCall := ast.Unparen(n.Rhs[0]).(*ast.CallExpr); isCall || i == 0 {
				return false
			}
		}
	}
	return true
}

// seq writes the statements that take the place of one. Expressions stay where they are in the text, since they may be
// rewritten themselves.
type seq struct {
	*rewriter
	at      token.Pos // what comes before is written
	pending string    // to write instead of what comes from at
}

// keep writes what is pending and keeps an expression.
func (q *seq) keep(e ast.Expr, before, after string) {
	q.replace(q.at, e.Pos(), q.pending+before)
	q.at, q.pending = e.End(), after
}

func (q *seq) end(pos token.Pos) {
	if q.at == pos {
		q.after(pos, q.pending)
	} else {
		q.replace(q.at, pos, q.pending)
	}
}

// variable gives an expression a name.
func (q *seq) variable(e ast.Expr) string {
	name := q.name("l")
	q.keep(e, name+" := ", "; ")
	return name
}

// sequence replaces a statement by what write makes of it.
func (r *rewriter) sequence(n *ast.AssignStmt, stack []ast.Node, at place, write func(*seq, *ast.AssignStmt)) {
	q := &seq{rewriter: r, at: n.Pos()}
	switch at {
	case inList:
		write(q, n)
		q.end(n.End())
	case inFor:
		if n.Tok == token.DEFINE {
			r.errorf(n.Pos(), "put this statement before the loop")
			return
		}
		q.pending = "func() { "
		write(q, n)
		q.pending += " }()"
		q.end(n.End())
	case inIf:
		parent := stack[len(stack)-1].(ast.Stmt)
		if labelOf(stack[:len(stack)-1]) != "" {
			r.errorf(n.Pos(), "put this statement before the %s", map[bool]string{true: "if", false: "switch"}[isIf(parent)])
			return
		}
		word, next := "if ", token.NoPos
		switch p := parent.(type) {
		case *ast.IfStmt:
			next = p.Cond.Pos()
		case *ast.SwitchStmt:
			if word, next = "switch ", p.Body.Lbrace; p.Tag != nil {
				next = p.Tag.Pos()
			}
		default: // a type switch, which is refused
			return
		}
		q.at, q.pending = parent.Pos(), "{ "
		write(q, n)
		q.pending += "; " + word
		q.end(next)
		r.after(parent.End(), " }")
	}
}

func isIf(n ast.Node) bool {
	_, ok := n.(*ast.IfStmt)
	return ok
}

// returns evaluates several results before it returns them if one is the call of a builtin function, which the interpreter
// would write over the first, or uses a named result, which may have been set to the one before.
func (r *rewriter) returns(n *ast.ReturnStmt, stack []ast.Node) {
	results := r.resultsOf(stack)
	if len(n.Results) < 2 || results == nil || r.hoisted[n] {
		return
	}
	for i, e := range n.Results {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		builtin := ok && r.info.Types[call.Fun].IsBuiltin() && r.info.Types[e].Value == nil
		if !builtin && !r.usesOther(results, i, e) {
			continue
		}
		q := &seq{rewriter: r, at: n.Pos(), pending: "{ "}
		list := ""
		for i, e := range n.Results {
			if i > 0 {
				list += ", "
			}
			list += q.value(e, results.At(i).Type())
		}
		q.pending += "return " + list + " }"
		q.end(n.End())
		return
	}
}

// usesOther reports whether an expression uses a named result other than the i-th.
func (r *rewriter) usesOther(results *types.Tuple, i int, e ast.Expr) bool {
	for j := range results.Len() {
		if v := results.At(j); j != i && v.Name() != "" && r.uses(v, e) {
			return true
		}
	}
	return false
}

// tuple writes a parallel assignment.
func (r *rewriter) tuple(q *seq, n *ast.AssignStmt) {
	targets := make([]string, len(n.Lhs))
	for i, e := range n.Lhs {
		targets[i] = q.target(e)
	}
	values := make([]string, len(n.Rhs))
	for i, e := range n.Rhs {
		values[i] = q.value(e, r.info.TypeOf(n.Lhs[i]))
	}
	q.set(n, targets, values)
}

// results writes an assignment of the results of a call.
func (r *rewriter) results(q *seq, n *ast.AssignStmt) {
	targets, values, names := make([]string, len(n.Lhs)), make([]string, len(n.Lhs)), ""
	for i, e := range n.Lhs {
		targets[i] = q.target(e)
	}
	for i := range n.Lhs {
		values[i] = r.name("r")
		if i > 0 {
			names += ", "
		}
		names += values[i]
	}
	q.keep(n.Rhs[0], names+" := ", "; ")
	q.set(n, targets, values)
}

// commaOK writes v, ok := m[k] or x.(T).
func (r *rewriter) commaOK(q *seq, n *ast.AssignStmt) {
	switch x := ast.Unparen(n.Rhs[0]).(type) {
	case *ast.IndexExpr:
		r.mapOK(q, n, x)
	case *ast.TypeAssertExpr:
		r.assertOK(q, n, x)
	}
}

// mapOK writes v, ok := m[k]. The value alone is right, also if there is none.
func (r *rewriter) mapOK(q *seq, n *ast.AssignStmt, x *ast.IndexExpr) {
	v, ok := q.target(n.Lhs[0]), q.target(n.Lhs[1])
	m := q.variable(x.X)
	k := q.value(x.Index, r.info.TypeOf(x.X).Underlying().(*types.Map).Key())
	value, there := r.name("r"), r.name("r")
	q.pending += value + " := " + m + "[" + k + "]; _, " + there + " := " + m + "[" + k + "]; "
	q.set(n, []string{v, ok}, []string{value, there})
}

// assertOK writes v, ok := x.(T).
func (r *rewriter) assertOK(q *seq, n *ast.AssignStmt, x *ast.TypeAssertExpr) {
	v, ok := q.target(n.Lhs[0]), q.target(n.Lhs[1])
	from := q.variable(x.X)
	value, there := r.name("r"), r.name("r")
	typ := oneLine(r.text[r.offset(x.Type.Pos()):r.offset(x.Type.End())])
	q.pending += "var " + value + " " + typ + "; var " + there + " bool; " + value + ", " + there + " = " + from + ".(" + typ + "); "
	q.set(n, []string{v, ok}, []string{value, there})
}

// set writes the assignments themselves.
func (q *seq) set(n *ast.AssignStmt, targets, values []string) {
	sep := ""
	for i, e := range n.Lhs {
		op := " = "
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" && n.Tok == token.DEFINE && q.info.Defs[id] != nil {
			op = " := "
		}
		q.pending += sep + targets[i] + op + values[i]
		sep = "; "
	}
}

// target evaluates the operands of what is assigned to and returns how to write it afterwards.
func (q *seq) target(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.ParenExpr:
		return q.target(e.X)
	case *ast.StarExpr:
		return "(*" + q.variable(e.X) + ")"
	case *ast.SelectorExpr:
		if q.info.Selections[e] == nil { // a variable of a package
			return q.text[q.offset(e.Pos()):q.offset(e.End())]
		}
		if _, ok := q.info.TypeOf(e.X).Underlying().(*types.Pointer); ok {
			return q.variable(e.X) + "." + e.Sel.Name
		}
		return q.target(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		base, key := "", types.Type(types.Typ[types.Int])
		switch t := q.info.TypeOf(e.X).Underlying().(type) {
		case *types.Array:
			base = q.target(e.X)
		case *types.Map:
			base, key = q.variable(e.X), t.Key()
		default:
			base = q.variable(e.X)
		}
		return base + "[" + q.value(e.Index, key) + "]"
	}
	return q.variable(e) // a call that returns a struct's pointer, say
}

// value evaluates an expression that is converted to a type, and returns how to write it afterwards.
func (q *seq) value(e ast.Expr, to types.Type) string {
	tv := q.info.Types[e]
	if (tv.Value != nil || tv.IsNil()) && isShort(e) {
		return q.text[q.offset(e.Pos()):q.offset(e.End())]
	}
	name := q.name("r")
	if b, ok := tv.Type.(*types.Basic); ok && (tv.Value != nil || b.Info()&types.IsUntyped != 0) {
		if types.IsInterface(to) {
			to = types.Default(tv.Type)
		}
		q.keep(e, name+" := ("+q.mustType(to, e.Pos())+")(", "); ")
	} else {
		q.keep(e, name+" := ", "; ")
	}
	return name
}

// isShort reports whether an expression is a literal or a name.
func isShort(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.Ident:
		return true
	case *ast.UnaryExpr:
		return isShort(e.X)
	case *ast.SelectorExpr:
		return isShort(e.X)
	}
	return false
}
