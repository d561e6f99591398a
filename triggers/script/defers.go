package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// function rewrites a function that has defer statements of its own. The interpreter evaluates what is deferred too
// late and hangs on some of it, so deferring is left to compiled code:
//
//	func f(x int) (int, error) {             func f(x int) (r0 int, r1 error) { ret := func(a0 int, a1 error) { r0, r1 = a0, a1 };
//	                                           rt.Run(func(d *rt.Defers) {
//	    defer g(x)                      →          { a := x; h := func() { g(a) }; d.Add(h) }
//	    defer func() { recover() }()               { f := func() { d.Recover() }; h := func() { f() }; d.Add(h) }
//	    return x, nil                              { ret(x, nil); return }
//	}                                          }); return }
//
// What is added goes through a variable, since the interpreter gives a literal that is an argument of compiled code no
// frame of its own.
func (r *rewriter) function(typ *ast.FuncType, body *ast.BlockStmt) {
	r.nameParameters(typ)
	defers, returns := ownStatements(body)
	if len(defers) == 0 {
		if typ.Results != nil && len(typ.Results.List[0].Names) > 0 {
			r.insert(body.Lbrace+1, r.zero(typ, r.nameResults(typ)))
		}
		return
	}
	r.rt = true
	d := r.name("d")
	names := r.nameResults(typ)
	open := " " + r.zero(typ, names)
	ret := ""
	if len(names) > 0 {
		ret = r.name("ret")
		open += r.setter(ret, typ, names)
	}
	r.insert(body.Lbrace+1, fmt.Sprintf("%swake__rt.Run(func(%s *wake__rt.Defers) {", open, d))
	for _, s := range returns {
		r.hoisted[s] = true
		if len(s.Results) > 0 {
			r.replace(s.Return, s.Results[0].Pos(), "{ "+ret+"(")
			r.after(s.Results[len(s.Results)-1].End(), "); return }")
		}
	}
	for _, s := range defers {
		r.deferred(s, d)
	}
	if len(names) > 0 {
		r.insert(body.Rbrace, " }); return ")
	} else {
		r.insert(body.Rbrace, " }) ")
	}
}

// nameParameters gives parameters names that have none; the interpreter would put other values in their place.
func (r *rewriter) nameParameters(typ *ast.FuncType) {
	for _, f := range typ.Params.List {
		if len(f.Names) == 0 {
			r.insert(f.Type.Pos(), r.name("p")+" ")
		}
		for _, id := range f.Names {
			if id.Name == "_" {
				r.replace(id.Pos(), id.End(), r.name("p"))
			}
		}
	}
}

// zero returns statements that set named results to zero. The interpreter leaves in them what the call before, from the
// same place, has returned.
func (r *rewriter) zero(typ *ast.FuncType, names []string) string {
	text := ""
	if typ.Results == nil {
		return text
	}
	for _, f := range typ.Results.List {
		value := r.name("z")
		text += fmt.Sprintf(" var %s %s;", value, oneLine(r.text[r.offset(f.Type.Pos()):r.offset(f.Type.End())]))
		for range max(1, len(f.Names)) {
			text += fmt.Sprintf(" %s = %s;", names[0], value)
			names = names[1:]
		}
	}
	return text
}

// ownStatements returns the defer and return statements of a body, without those of function literals in it.
func ownStatements(body *ast.BlockStmt) (defers []*ast.DeferStmt, returns []*ast.ReturnStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			defers = append(defers, n)
		case *ast.ReturnStmt:
			returns = append(returns, n)
		}
		return true
	})
	return defers, returns
}

// nameResults gives unnamed results names and returns the names of all.
func (r *rewriter) nameResults(typ *ast.FuncType) (names []string) {
	if typ.Results == nil {
		return nil
	}
	for _, f := range typ.Results.List {
		if len(f.Names) == 0 {
			name := r.name("r")
			names = append(names, name)
			if !typ.Results.Opening.IsValid() {
				r.insert(f.Type.Pos(), "("+name+" ")
				r.after(f.Type.End(), ")")
			} else {
				r.insert(f.Type.Pos(), name+" ")
			}
		}
		for _, id := range f.Names {
			name := id.Name
			if name == "_" {
				name = r.name("r")
				r.replace(id.Pos(), id.End(), name)
			}
			names = append(names, name)
		}
	}
	return names
}

// setter returns a function that sets the results. It is declared where nothing hides their names.
func (r *rewriter) setter(name string, typ *ast.FuncType, names []string) string {
	var params, args []string
	for _, f := range typ.Results.List {
		text := oneLine(r.text[r.offset(f.Type.Pos()):r.offset(f.Type.End())])
		for range max(1, len(f.Names)) {
			arg := fmt.Sprintf("wake__a%d", len(args))
			params = append(params, arg+" "+text)
			args = append(args, arg)
		}
	}
	sets := make([]string, len(names))
	for i := range names {
		sets[i] = names[i] + " = " + args[i]
	}
	return fmt.Sprintf("%s := func(%s) { %s }; ", name, strings.Join(params, ", "), strings.Join(sets, "; "))
}

// deferred rewrites one defer statement: what is called and its arguments are evaluated now, in that order, and the
// call is added to the function's d.
func (r *rewriter) deferred(s *ast.DeferStmt, d string) {
	call := s.Call
	r.defed[call] = true
	callee := ""
	var from token.Pos // where the callee's text ends that stays; the arguments begin after it
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.FuncLit:
		r.recovers(fun.Body, d)
		callee = r.name("f")
		r.replace(s.Defer, call.Fun.Pos(), "{ "+callee+" := ")
		from = call.Fun.End()
	case *ast.SelectorExpr:
		if sel := r.info.Selections[fun]; sel != nil && sel.Kind() == types.MethodVal {
			recv := r.name("x")
			callee = recv + "." + fun.Sel.Name
			amp := ""
			if takesAddress(sel) {
				amp = "&"
			}
			r.replace(s.Defer, fun.X.Pos(), "{ "+recv+" := "+amp)
			from = fun.X.End()
			break
		}
		from, callee = r.calleeText(s, fun)
	default:
		from, callee = r.calleeText(s, call.Fun)
	}
	args := r.deferredArgs(call, from)
	if call.Ellipsis.IsValid() {
		args += "..."
	}
	end := from
	if n := len(call.Args); n > 0 {
		end = call.Args[n-1].End()
	}
	r.replace(end, call.End(), fmt.Sprintf("; wake__g := func() { %s(%s) }; %s.Add(wake__g) }", callee, args, d))
}

// takesAddress reports whether a method call takes the address of what it is called on.
func takesAddress(sel *types.Selection) bool {
	recv := sel.Obj().(*types.Func).Signature().Recv()
	_, wantsPointer := recv.Type().(*types.Pointer)
	_, isPointer := sel.Recv().Underlying().(*types.Pointer)
	return wantsPointer && !isPointer
}

// calleeText handles a callee that is a name or an expression of function type.
func (r *rewriter) calleeText(s *ast.DeferStmt, fun ast.Expr) (from token.Pos, callee string) {
	if id := calledName(fun); id != nil {
		switch r.info.Uses[id].(type) {
		case *types.Func, *types.Builtin:
			// It cannot change, so the call may name it later. Its text goes there.
			text := r.text[r.offset(fun.Pos()):r.offset(fun.End())]
			if r.info.Uses[id] == types.Universe.Lookup("panic") {
				text = "wake__rt.Panic"
			}
			r.replace(s.Defer, fun.End(), "{ ")
			return fun.End(), text
		}
	}
	callee = r.name("f")
	r.replace(s.Defer, fun.Pos(), "{ "+callee+" := ")
	return fun.End(), callee
}

// calledName returns the name of a function, qualified or not.
func calledName(fun ast.Expr) *ast.Ident {
	switch fun := ast.Unparen(fun).(type) {
	case *ast.Ident:
		return fun
	case *ast.SelectorExpr:
		return fun.Sel
	}
	return nil
}

// deferredArgs turns the arguments into variables and returns their list.
func (r *rewriter) deferredArgs(call *ast.CallExpr, from token.Pos) string {
	if len(call.Args) == 0 {
		return ""
	}
	if _, ok := r.info.TypeOf(call.Args[0]).(*types.Tuple); ok {
		r.errorf(call.Args[0].Pos(), "the results of a call as arguments of a deferred one: assign them to variables first")
		return ""
	}
	names := make([]string, len(call.Args))
	for i := range call.Args {
		names[i] = r.name("a")
	}
	list := strings.Join(names, ", ")
	prev := from
	for i, arg := range call.Args {
		lead := ", "
		if i == 0 {
			lead = "; " + list + " := "
		}
		if needsConversion(r, call, i) {
			lead += "(" + r.mustType(r.argType(call, i), call.Pos()) + ")("
		}
		r.replace(prev, arg.Pos(), lead)
		prev = arg.End()
		if needsConversion(r, call, i) {
			r.after(arg.End(), ")")
		}
	}
	return list
}

// needsConversion reports whether an argument, assigned to a variable, would get another type than it has as argument.
func needsConversion(r *rewriter, call *ast.CallExpr, i int) bool {
	tv := r.info.Types[call.Args[i]]
	return tv.IsNil() || tv.Value != nil
}

// argType returns the type that a constant or nil argument is converted to.
func (r *rewriter) argType(call *ast.CallExpr, i int) types.Type {
	tv := r.info.Types[call.Args[i]]
	sig, ok := r.info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || !tv.IsNil() {
		if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
			return types.Default(tv.Type)
		}
		return tv.Type
	}
	params := sig.Params()
	if sig.Variadic() && i >= params.Len()-1 && !call.Ellipsis.IsValid() {
		return params.At(params.Len() - 1).Type().(*types.Slice).Elem()
	}
	return params.At(i).Type()
}

// recovers replaces the calls of recover in a deferred literal.
func (r *rewriter) recovers(body *ast.BlockStmt, d string) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok {
				if b, ok := r.info.Uses[id].(*types.Builtin); ok && b.Name() == "recover" {
					r.replace(n.Fun.Pos(), n.Fun.End(), d+".Recover")
				}
			}
		}
		return true
	})
}
