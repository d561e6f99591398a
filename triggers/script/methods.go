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
	if sel == nil || sel.Kind() != types.MethodVal || isCalled(n, stack) {
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
	head, body, ok2 := r.forward(sig, "wake__r."+n.Sel.Name)
	if !ok || !ok2 {
		r.errorf(n.Pos(), "the method value %s needs a type that cannot be named at the top of the file: use a function literal that calls the method", n.Sel.Name)
		return
	}
	key := "method " + from + " " + n.Sel.Name
	helper := r.fixed[key]
	if helper == "" {
		helper = r.name("method")
		r.fixed[key] = helper
		fmt.Fprintf(&r.tail, "func %s(wake__r %s) %s { return %s { %s } }\n", helper, from, oneLine(head), oneLine(head), body)
	}
	r.insert(n.Pos(), helper+"("+amp)
	r.replace(n.X.End(), n.End(), ")")
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

// forward returns the type of a function with named parameters, and its body, which calls callee with them.
func (r *rewriter) forward(sig *types.Signature, callee string) (head, body string, ok bool) {
	ok = true
	typ := func(t types.Type) string {
		text, found := r.typeExpr(t, r.file.FileEnd-1)
		ok = ok && found
		return text
	}
	var params, args, results []string
	for i := range sig.Params().Len() {
		arg := fmt.Sprintf("wake__a%d", i)
		t := sig.Params().At(i).Type()
		if sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, arg+" ..."+typ(t.(*types.Slice).Elem()))
			arg += "..."
		} else {
			params = append(params, arg+" "+typ(t))
		}
		args = append(args, arg)
	}
	for v := range sig.Results().Variables() {
		results = append(results, typ(v.Type()))
	}
	head = fmt.Sprintf("func(%s) (%s)", strings.Join(params, ", "), strings.Join(results, ", "))
	body = fmt.Sprintf("%s(%s)", callee, strings.Join(args, ", "))
	if len(results) > 0 {
		body = "return " + body
	}
	return head, body, ok
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
