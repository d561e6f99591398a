package script

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// methodValue makes a closure over a copy of the receiver of a method value, which the interpreter would look up when it
// is called:
//
//	x.M   →   wake__method1(x)
func (r *rewriter) methodValue(n *ast.SelectorExpr, stack []ast.Node) {
	sel := r.info.Selections[n]
	if sel == nil || sel.Kind() != types.MethodVal || isCalled(n, stack) && !startsGoroutine(stack) {
		return
	}
	recv, amp := sel.Recv(), ""
	if takesAddress(sel) {
		recv, amp = types.NewPointer(recv), "&"
	} else if p, ok := recv.Underlying().(*types.Pointer); ok && copiesReceiver(sel) {
		recv, amp = p.Elem(), "*"
	}
	end := r.file.FileEnd - 1
	from, ok := r.typeExpr(recv, end)
	sig := sel.Obj().Type().(*types.Signature)
	params, result, body, ok2 := r.forward(sig, "wake__r."+n.Sel.Name)
	if !ok || !ok2 {
		r.errorf(n.Pos(), "the method value %s needs a type that cannot be named at the top of the file: use a function literal that calls the method", n.Sel.Name)
		return
	}
	if startsGoroutine(stack) {
		call, sep := stack[len(stack)-1].(*ast.CallExpr), ""
		if len(call.Args) > 0 {
			sep = ", "
		}
		helper := r.helper("go "+from+" "+n.Sel.Name, fmt.Sprintf("(wake__r %s, %s) { wake__r.%s(%s) }", from, params, n.Sel.Name, callArgs(sig)))
		r.insert(n.Pos(), helper+"("+amp)
		r.replace(n.X.End(), call.Lparen+1, sep)
		return
	}
	typ := "func(" + params + ") (" + result + ")"
	helper := r.helper("method "+from+" "+n.Sel.Name, fmt.Sprintf("(wake__r %s) %s { return %s { %s } }", from, typ, typ, body))
	r.insert(n.Pos(), helper+"("+amp)
	r.replace(n.X.End(), n.End(), ")")
}

// goVariable makes the function in a variable an argument of what a go statement calls, since the interpreter looks it
// up when the goroutine runs.
func (r *rewriter) goVariable(n *ast.GoStmt) {
	switch fun := ast.Unparen(n.Call.Fun).(type) {
	case *ast.FuncLit:
		return
	case *ast.Ident:
		if _, isVar := r.info.Uses[fun].(*types.Var); !isVar {
			return
		}
	case *ast.SelectorExpr:
		if _, isVar := r.info.Uses[fun.Sel].(*types.Var); !isVar {
			return
		}
	}
	t := r.info.TypeOf(n.Call.Fun)
	sig := t.Underlying().(*types.Signature)
	params, _, _, ok := r.forward(sig, "")
	from, ok2 := r.typeExpr(t, r.file.FileEnd-1)
	if !ok || !ok2 {
		r.errorf(n.Call.Pos(), "the type of this function cannot be named at the top of the file: call it in a function literal")
		return
	}
	sep := ""
	if len(n.Call.Args) > 0 {
		sep = ", "
	}
	helper := r.helper("go "+from, fmt.Sprintf("(wake__r %s, %s) { wake__r(%s) }", oneLine(from), params, callArgs(sig)))
	r.insert(n.Call.Fun.Pos(), helper+"(")
	r.replace(n.Call.Fun.End(), n.Call.Lparen+1, sep)
}

// callArgs returns the arguments that pass on the parameters of a function made by forward.
func callArgs(sig *types.Signature) string {
	var args []string
	for i := range sig.Params().Len() {
		args = append(args, fmt.Sprintf("wake__a%d", i))
	}
	if sig.Variadic() {
		args[len(args)-1] += "..."
	}
	return strings.Join(args, ", ")
}

// startsGoroutine reports whether the call at the end of stack is that of a go statement, of which the interpreter takes the
// receiver when the goroutine runs.
func startsGoroutine(stack []ast.Node) bool {
	if len(stack) < 2 {
		return false
	}
	_, ok := stack[len(stack)-2].(*ast.GoStmt)
	return ok
}

// copiesReceiver reports whether a method has a receiver that is a value and no interface.
func copiesReceiver(sel *types.Selection) bool {
	recv := sel.Obj().(*types.Func).Signature().Recv().Type()
	_, isPointer := recv.(*types.Pointer)
	return !isPointer && !types.IsInterface(recv)
}

// isCalled reports whether n is what a call calls.
func isCalled(n ast.Expr, stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch p := stack[i].(type) {
		case *ast.ParenExpr:
			continue
		case *ast.CallExpr:
			return ast.Unparen(p.Fun) == n
		}
		return false
	}
	return false
}

// forward returns the parameters and results of a function, and a body that calls callee with them.
func (r *rewriter) forward(sig *types.Signature, callee string) (params, result, body string, ok bool) {
	ok = true
	typ := func(t types.Type) string {
		text, found := r.typeExpr(t, r.file.FileEnd-1)
		ok = ok && found
		return oneLine(text)
	}
	var list, results []string
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if sig.Variadic() && i == sig.Params().Len()-1 {
			list = append(list, fmt.Sprintf("wake__a%d ...%s", i, typ(t.(*types.Slice).Elem())))
		} else {
			list = append(list, fmt.Sprintf("wake__a%d %s", i, typ(t)))
		}
	}
	for v := range sig.Results().Variables() {
		results = append(results, typ(v.Type()))
	}
	body = callee + "(" + callArgs(sig) + ")"
	if len(results) > 0 {
		body = "return " + body
	}
	return strings.Join(list, ", "), strings.Join(results, ", "), body, ok
}

// variadic passes the last arguments of a call of a variable as a slice, without which the
// interpreter counts them wrong.
func (r *rewriter) variadic(n *ast.CallExpr) {
	sig, ok := r.info.TypeOf(n.Fun).Underlying().(*types.Signature)
	if !ok || !sig.Variadic() || n.Ellipsis.IsValid() || len(n.Args) < sig.Params().Len() || !r.info.Types[n.Fun].IsValue() {
		return
	}
	switch fun := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		if _, isVar := r.info.Uses[fun].(*types.Var); !isVar {
			return
		}
	case *ast.SelectorExpr:
		if _, isVar := r.info.Uses[fun.Sel].(*types.Var); !isVar {
			return
		}
	}
	if t, ok := r.info.TypeOf(n.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
		r.errorf(n.Args[0].Pos(), "the results of a call as arguments here: assign them to variables first")
		return
	}
	last := sig.Params().Len() - 1
	elem := sig.Params().At(last).Type().(*types.Slice).Elem()
	r.insert(n.Args[last].Pos(), "[]"+r.mustType(elem, n.Pos())+"{")
	r.after(n.Args[len(n.Args)-1].End(), "}...")
}
