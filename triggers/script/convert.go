package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// visitor is told of an expression and the type that it is converted to, and whether the script says so with a call.
type visitor = func(e ast.Expr, to types.Type, explicit bool)

// conversions calls visit for each expression that the language converts to the type of what it becomes, in the node n
// but not below it.
func (c *checked) conversions(n ast.Node, stack []ast.Node, visit visitor) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && len(n.Lhs) == len(n.Rhs) {
			for i, e := range n.Rhs {
				visit(e, c.info.TypeOf(n.Lhs[i]), false)
			}
		}
	case *ast.ValueSpec:
		if n.Type != nil {
			for _, e := range n.Values {
				visit(e, c.info.TypeOf(n.Type), false)
			}
		}
	case *ast.SendStmt:
		visit(n.Value, c.info.TypeOf(n.Chan).Underlying().(*types.Chan).Elem(), false)
	case *ast.IndexExpr:
		if m, ok := c.info.TypeOf(n.X).Underlying().(*types.Map); ok {
			visit(n.Index, m.Key(), false)
		}
	case *ast.ReturnStmt:
		if results := c.resultsOf(stack); results != nil && results.Len() == len(n.Results) {
			for i, e := range n.Results {
				visit(e, results.At(i).Type(), false)
			}
		}
	case *ast.CompositeLit:
		c.elements(n, visit)
	case *ast.CallExpr:
		c.arguments(n, visit)
	}
}

// resultsOf returns the results of the innermost function of stack.
func (c *checked) resultsOf(stack []ast.Node) *types.Tuple {
	for i := len(stack) - 1; i >= 0; i-- {
		switch fn := stack[i].(type) {
		case *ast.FuncLit:
			return c.info.TypeOf(fn).(*types.Signature).Results()
		case *ast.FuncDecl:
			return c.info.Defs[fn.Name].Type().(*types.Signature).Results()
		}
	}
	return nil
}

func (c *checked) elements(n *ast.CompositeLit, visit visitor) {
	t := c.info.TypeOf(n).Underlying()
	if p, ok := t.(*types.Pointer); ok { // an element &T{…} without &T
		t = p.Elem().Underlying()
	}
	for i, e := range n.Elts {
		kv, isKV := e.(*ast.KeyValueExpr)
		value := e
		if isKV {
			value = kv.Value
		}
		switch t := t.(type) {
		case *types.Struct:
			if isKV {
				visit(value, c.info.Uses[kv.Key.(*ast.Ident)].Type(), false)
			} else {
				visit(value, t.Field(i).Type(), false)
			}
		case *types.Map:
			visit(kv.Key, t.Key(), false)
			visit(value, t.Elem(), false)
		case *types.Slice:
			visit(value, t.Elem(), false)
		case *types.Array:
			visit(value, t.Elem(), false)
		}
	}
}

func (c *checked) arguments(n *ast.CallExpr, visit visitor) {
	tv := c.info.Types[n.Fun]
	if tv.IsType() {
		visit(n.Args[0], tv.Type, true)
		return
	}
	if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && c.info.Uses[id] == types.Universe.Lookup("panic") {
		visit(n.Args[0], types.Universe.Lookup("any").Type(), false)
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature) // also of append and its like
	if !ok {
		return
	}
	params := sig.Params()
	for i, e := range n.Args {
		switch {
		case sig.Variadic() && i >= params.Len()-1 && !n.Ellipsis.IsValid():
			if s, ok := params.At(params.Len() - 1).Type().(*types.Slice); ok { // else a string that is appended
				visit(e, s.Elem(), false)
			}
		case i < params.Len():
			visit(e, params.At(i).Type(), false)
		}
	}
}

// toInterface helps the interpreter where a value becomes an interface: it does not copy structs and arrays, what has
// become an any does not show its methods to compiled code, and a conversion to another interface is not one. A function
// does it that is added at the end of the file:
//
//	var x any = v   →   var x any = wake__f1(v)   …   func wake__f1(v T) any { var i error = v; return i }
func (r *rewriter) toInterface(e ast.Expr, to types.Type, explicit bool) {
	from := r.info.TypeOf(e)
	if from == nil || to == nil || !types.IsInterface(to) || types.IsInterface(from) || r.info.Types[e].IsNil() {
		return
	}
	through := ""
	if r.isScriptType(from) && to.Underlying().(*types.Interface).NumMethods() == 0 {
		switch {
		case types.Implements(from, errorType):
			through = "error"
		case hasString(from):
			through = "wake__rt.Stringer"
			r.rt = true
		}
	}
	if through == "" && !explicit && !r.mayChange(e, from) {
		return
	}
	result := "any"
	if text, ok := r.typeExpr(to, r.file.FileEnd-1); ok {
		result = oneLine(text)
	} else if through == "" {
		result = r.mustTopType(from, e.Pos())
	}
	source := r.mustTopType(from, e.Pos())
	body := "return v"
	if through != "" {
		body = "var i " + through + " = v; return i"
	}
	key := "convert " + source + " " + result + " " + through
	helper, ok := r.fixed[key]
	if !ok {
		helper = r.name("f")
		r.fixed[key] = helper
		fmt.Fprintf(&r.tail, "func %s(v %s) %s { %s }\n", helper, source, result, body)
	}
	r.insert(e.Pos(), helper+"(")
	r.after(e.End(), ")")
}

var errorType = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// mustTopType is mustType for the top of the file, on one line.
func (r *rewriter) mustTopType(t types.Type, pos token.Pos) string {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
	}
	text, ok := r.typeExpr(t, r.file.FileEnd-1)
	if !ok {
		r.errorf(pos, "the type %s cannot be named at the top of the file: declare or import it there", t)
	}
	return oneLine(text)
}

// isBare reports whether an asserted type is one of the script that is no interface. The interpreter does not find it under
// the methods that toInterface gave it, so the value is taken out first.
func (r *rewriter) isBare(typ ast.Expr) bool {
	t := r.info.TypeOf(typ)
	bare := r.isScriptType(t) && !types.IsInterface(t)
	r.rt = r.rt || bare
	return bare
}

// bareAssertion takes the value out for an assertion.
func (r *rewriter) bareAssertion(n *ast.TypeAssertExpr) {
	if n.Type != nil && r.isBare(n.Type) {
		r.insert(n.X.Pos(), "wake__rt.Bare(")
		r.after(n.X.End(), ")")
	}
}

// isScriptType reports whether t or what it points to is declared in the script.
func (c *checked) isScriptType(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() == c.pkg
}

func hasString(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, false, nil, "String")
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Params().Len() != 0 || f.Signature().Results().Len() != 1 {
		return false
	}
	return types.Identical(f.Signature().Results().At(0).Type(), types.Typ[types.String]) && types.NewMethodSet(t).Lookup(nil, "String") != nil
}

// mayChange reports whether an expression denotes a variable of a type whose values are copied.
func (c *checked) mayChange(e ast.Expr, t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return c.info.Types[e].Addressable()
	}
	return false
}
