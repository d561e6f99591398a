package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// purpose is why an expression is converted.
type purpose int

const (
	used  purpose = iota
	asked         // the script says so
	shown         // it is an argument of what prints it
	given         // it is an argument of another compiled function
)

// visitor is told of an expression, the type that it is converted to, and why.
type visitor = func(e ast.Expr, to types.Type, why purpose)

// conversions calls visit for each expression that the language converts to the type of what it becomes, in the node n
// but not below it.
func (c *checked) conversions(n ast.Node, stack []ast.Node, visit visitor) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && len(n.Lhs) == len(n.Rhs) {
			for i, e := range n.Rhs {
				visit(e, c.info.TypeOf(n.Lhs[i]), used)
			}
		}
	case *ast.ValueSpec:
		if n.Type != nil {
			for _, e := range n.Values {
				visit(e, c.info.TypeOf(n.Type), used)
			}
		}
	case *ast.SendStmt:
		visit(n.Value, c.info.TypeOf(n.Chan).Underlying().(*types.Chan).Elem(), used)
	case *ast.IndexExpr:
		if m, ok := c.info.TypeOf(n.X).Underlying().(*types.Map); ok {
			visit(n.Index, m.Key(), used)
		}
	case *ast.ReturnStmt:
		if results := c.resultsOf(stack); results != nil && results.Len() == len(n.Results) {
			for i, e := range n.Results {
				visit(e, results.At(i).Type(), used)
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
				visit(value, c.info.Uses[kv.Key.(*ast.Ident)].Type(), used)
			} else {
				visit(value, t.Field(i).Type(), used)
			}
		case *types.Map:
			visit(kv.Key, t.Key(), used)
			visit(value, t.Elem(), used)
		case *types.Slice:
			visit(value, t.Elem(), used)
		case *types.Array:
			visit(value, t.Elem(), used)
		}
	}
}

func (c *checked) arguments(n *ast.CallExpr, visit visitor) {
	tv := c.info.Types[n.Fun]
	if tv.IsType() {
		visit(n.Args[0], tv.Type, asked)
		return
	}
	if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && c.info.Uses[id] == types.Universe.Lookup("panic") {
		visit(n.Args[0], types.Universe.Lookup("any").Type(), used)
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature) // also of append and its like
	if !ok {
		return
	}
	params, why := sig.Params(), used
	if f := c.compiled(n); f != nil {
		if why = given; slices.Contains(printers, f.Pkg().Path()) {
			why = shown
		}
	}
	for i, e := range n.Args {
		switch {
		case sig.Variadic() && i >= params.Len()-1 && !n.Ellipsis.IsValid():
			if s, ok := params.At(params.Len() - 1).Type().(*types.Slice); ok { // else a string that is appended
				visit(e, s.Elem(), why)
			}
		case i < params.Len():
			visit(e, params.At(i).Type(), why)
		}
	}
}

// printers are the packages that print what they are given.
var printers = []string{"fmt", "log/slog", WakePath}

// compiled returns the function of a package that is called, or nil.
func (c *checked) compiled(n *ast.CallExpr) *types.Func {
	if id := calledName(n.Fun); id != nil {
		if f, ok := c.info.Uses[id].(*types.Func); ok && f.Pkg() != nil && f.Pkg() != c.pkg {
			return f
		}
	}
	return nil
}

// toInterface helps the interpreter where a value becomes an interface: it does not copy structs and arrays, it does not
// take the conversion to an interface for one, and compiled code does not see the methods of what has become an any. A
// function does it that is added at the end of the file:
//
//	var x any = v   →   var x any = wake__f1(v)   …   func wake__f1(v T) any { var i error = v; return i }
func (r *rewriter) toInterface(e ast.Expr, to types.Type, why purpose) {
	from := r.info.TypeOf(e)
	if from == nil || to == nil || !types.IsInterface(to) || r.info.Types[e].IsNil() {
		return
	}
	isAny := to.Underlying().(*types.Interface).NumMethods() == 0
	if types.IsInterface(from) {
		if isAny && why == given && r.methods("Error", "String") { // it is looked into, or comes back
			r.rt = true
			r.wrap(e, "wake__rt.Bare")
		}
		return
	}
	through := ""
	if isAny && why != given && r.isScriptType(from) {
		switch {
		case types.Implements(from, errorType):
			through = "error"
		case hasString(from):
			through = "wake__rt.Stringer"
		}
	}
	if why != used && why != asked && r.isScriptType(from) && types.Identical(to, errorTyped) {
		through = "error" // among variable arguments the interpreter wraps none
	}
	_, isStruct := from.Underlying().(*types.Struct)
	box := map[bool]string{true: "Box"}[through != ""]
	if isStruct && r.isScriptType(from) {
		switch {
		case types.Identical(to, errorTyped):
			through, box = "error", "BoxError"
		case isNamed(to, "fmt", "Stringer"):
			through, box = "wake__rt.Stringer", "BoxStringer"
		}
	}
	if through == "" && why != asked && (why == shown || !r.mayChange(e, from)) && (why != used || !computed(e) || r.info.Types[e].Value != nil) {
		return
	}
	source, result := r.mustTopType(from, e.Pos()), "any"
	if text, ok := r.typeExpr(to, r.file.FileEnd-1); ok {
		result = oneLine(text)
	} else if through == "" {
		result = source
	}
	body := "return v"
	if through != "" {
		r.rt = true
		body = "var i " + through + " = v; return i"
		if isStruct { // the interpreter would keep one of its fields in place of it
			body = "var i " + through + " = v; r := wake__rt." + box + "(i, v); return r"
		}
	}
	r.wrap(e, r.helper("convert "+source+" "+result+" "+through, "(v "+source+") "+result+" { "+body+" }"))
}

// computed reports whether an expression is an operation, whose result the interpreter sets where it is to go. It cannot set an interface.
func computed(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		return true
	case *ast.UnaryExpr:
		return e.Op != token.AND && e.Op != token.ARROW
	}
	return false
}

func (r *rewriter) wrap(e ast.Expr, helper string) {
	r.insert(e.Pos(), helper+"(")
	r.after(e.End(), ")")
}

// methods reports whether a type of the script has a method of one of these names.
func (c *checked) methods(names ...string) bool {
	for _, d := range c.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && slices.Contains(names, f.Name.Name) {
			return true
		}
	}
	return false
}

// equal compares interfaces, of which the interpreter compares what it knows about the values too.
func (r *rewriter) equal(n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ || !r.comparesSpecially(n.X, n.Y) {
		return
	}
	r.rt = true
	not := ""
	if n.Op == token.NEQ {
		not = "!"
	}
	r.insert(n.X.Pos(), not+"wake__rt.Same(")
	r.replace(n.X.End(), n.Y.Pos(), ", ")
	r.after(n.Y.End(), ")")
}

// comparesSpecially reports whether one of two operands is an interface that may hold a wrapped value, or one of the
// script.
func (r *rewriter) comparesSpecially(x, y ast.Expr) bool {
	if r.info.Types[x].IsNil() || r.info.Types[y].IsNil() {
		return false
	}
	for _, e := range []ast.Expr{x, y} {
		t := types.Unalias(r.info.TypeOf(e))
		if i, ok := t.Underlying().(*types.Interface); ok {
			n, isNamed := t.(*types.Named)
			if r.methods("Error", "String") || i.NumMethods() > 0 && (!isNamed || n.Obj().Pkg() == r.pkg) {
				return true
			}
		}
	}
	return false
}

// helper returns the name of a function that is added at the end of the file.
func (r *rewriter) helper(key, text string) string {
	name, ok := r.fixed[key]
	if !ok {
		name = r.name("f")
		r.fixed[key] = name
		fmt.Fprintf(&r.tail, "func %s%s\n", name, text)
	}
	return name
}

var (
	errorTyped = types.Universe.Lookup("error").Type()
	errorType  = errorTyped.Underlying().(*types.Interface)
)

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
	if s, ok := t.Underlying().(*types.Struct); ok && s.NumFields() == 0 { // it has no methods to speak of
		bare = false
	}
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
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != c.pkg && !n.Obj().Exported() {
		return false // has no name here; as of binary.BigEndian
	}
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return c.info.Types[e].Addressable()
	}
	return false
}
