package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// dialect refuses, in a script whose types are right, what the interpreter cannot do or does differently, and what
// rewrite does not mend. The differential test in package worker is the evidence for this list.
func (c *checked) dialect() {
	for _, group := range c.file.Comments {
		for _, cm := range group.List {
			if strings.HasPrefix(cm.Text, "//go:") {
				c.errorf(cm.Pos(), "compiler directives have no meaning in a script")
			}
		}
	}
	var stack []ast.Node
	ast.Inspect(c.file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		c.construct(n, stack)
		stack = append(stack, n)
		return true
	})
}

func (c *checked) construct(n ast.Node, stack []ast.Node) {
	c.conversions(n, stack, func(e ast.Expr, to types.Type, why purpose) {
		c.funcAsInterface(e, to)
		c.reflected(n, e, to, why)
	})
	switch n := n.(type) {
	case *ast.GenDecl:
		c.constants(n)
	case *ast.ValueSpec:
		c.packageVars(n, stack)
		c.varCommaOK(n, stack)
	case *ast.MapType:
		c.mapKey(n)
	case *ast.TypeSpec:
		c.declaredType(n)
		if n.TypeParams != nil {
			c.errorf(n.Pos(), "type %s has type parameters, which scripts cannot have: write it for the type you need", n.Name.Name)
		}
		if n.Assign != 0 {
			c.errorf(n.Pos(), "type %s is an alias: use the type itself, or declare a type", n.Name.Name)
		}
	case *ast.FuncDecl:
		if n.Type.TypeParams != nil {
			c.errorf(n.Pos(), "func %s has type parameters, which scripts cannot have: write it for the type you need", n.Name.Name)
		}
		if n.Body == nil {
			c.errorf(n.Pos(), "func %s has no body", n.Name.Name)
		}
	case *ast.Ident:
		c.name(n)
	case *ast.BranchStmt:
		if n.Tok == token.GOTO {
			c.errorf(n.Pos(), "goto is not available to scripts: use a loop")
		}
	case *ast.CallExpr:
		c.call(n, stack)
	case *ast.SelectStmt:
		c.breaks(n)
		// The interpreter keeps the channels of a select statement in one place for all goroutines that run it.
		if !directlyInHandle(stack) {
			c.errorf(n.Pos(), "select is available only directly in Handle: elsewhere use one channel, or sync.WaitGroup")
		}
	case *ast.Field:
		c.mixedField(n, stack)
		c.embeddedField(n, stack)
	case *ast.SelectorExpr:
		if s := c.info.Selections[n]; s != nil && s.Kind() == types.MethodExpr {
			c.errorf(n.Pos(), "method expressions are not available to scripts: use a function literal that calls the method")
		}
	case *ast.TypeAssertExpr:
		if n.Type != nil {
			c.assertion(n.X, n.Type)
		}
	case *ast.SwitchStmt:
		c.defaultCase(n.Body, n.Tag == nil)
	case *ast.TypeSwitchStmt:
		c.defaultCase(n.Body, true)
		c.typeSwitchCases(n)
	}
}

// directlyInHandle reports whether the innermost function of stack is the handler, which one goroutine runs.
func directlyInHandle(stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch fn := stack[i].(type) {
		case *ast.FuncLit:
			return false
		case *ast.FuncDecl:
			return (fn.Name.Name == "Handle" || fn.Name.Name == "HandleBatch") && fn.Recv == nil
		}
	}
	return false
}

// mixedField refuses a struct field list that is partly exported, which cannot be hidden from the encoders in part.
func (c *checked) mixedField(f *ast.Field, stack []ast.Node) {
	if len(stack) < 2 || len(f.Names) < 2 {
		return
	}
	if _, ok := stack[len(stack)-2].(*ast.StructType); !ok {
		return
	}
	for _, id := range f.Names[1:] {
		if id.IsExported() != f.Names[0].IsExported() {
			c.errorf(id.Pos(), "declare exported and unexported fields in lines of their own")
		}
	}
}

// defaultCase refuses a default case that is followed by others where their order matters: the interpreter exchanges it
// with the last.
func (c *checked) defaultCase(body *ast.BlockStmt, ordered bool) {
	at, last := -1, len(body.List)-1
	for i, s := range body.List {
		cc := s.(*ast.CaseClause)
		if cc.List == nil {
			at = i
		}
		for _, e := range cc.List {
			ordered = ordered || c.info.Types[e].Value == nil
		}
	}
	if at < 0 || at == last {
		return
	}
	ordered = ordered && at < last-1 // the order of the others stays if it was the last but one
	for _, s := range body.List {
		if list := s.(*ast.CaseClause).Body; len(list) > 0 {
			b, ok := list[len(list)-1].(*ast.BranchStmt)
			ordered = ordered || ok && b.Tok == token.FALLTHROUGH
		}
	}
	if ordered {
		c.errorf(body.List[at].Pos(), "put the default case last")
	}
}

func (c *checked) typeSwitchCases(n *ast.TypeSwitchStmt) {
	var x ast.Expr
	switch a := n.Assign.(type) {
	case *ast.AssignStmt:
		x = a.Rhs[0].(*ast.TypeAssertExpr).X
	case *ast.ExprStmt:
		x = a.X.(*ast.TypeAssertExpr).X
	}
	for _, s := range n.Body.List {
		for _, e := range s.(*ast.CaseClause).List {
			c.assertion(x, e)
		}
	}
}

// assertion refuses assertions of types that the interpreter cannot tell from others: in an interface, a declared type
// is known only if it is a struct, and in an interface of a compiled package, only by a pointer.
func (c *checked) assertion(x, typ ast.Expr) {
	c.interfaceAssertion(x, typ)
	named, ok := types.Unalias(c.info.TypeOf(typ)).(*types.Named)
	if !ok || named.Obj().Pkg() != c.pkg {
		return
	}
	switch named.Underlying().(type) {
	case *types.Interface:
	case *types.Struct:
		if from, ok := types.Unalias(c.info.TypeOf(x)).(*types.Named); ok && from.Obj().Pkg() != c.pkg {
			c.errorf(typ.Pos(), "the value %s cannot be told in a %s: use the pointer *%s", named.Obj().Name(), from.Obj().Name(), named.Obj().Name())
		}
	default:
		c.errorf(typ.Pos(), "%s cannot be told from %s in an interface: make it a struct type", named.Obj().Name(), named.Underlying())
	}
}

// name checks the use of a name of another package.
func (c *checked) name(id *ast.Ident) {
	obj := c.info.Uses[id]
	if obj == nil {
		return
	}
	if what, hidden := hiddenName(obj); hidden {
		if what == "errors.As" {
			c.errorf(id.Pos(), "errors.As is not available to scripts: use a type assertion, as in if e, ok := err.(*T); ok, or errors.Is")
			return
		}
		c.errorf(id.Pos(), "%s is not available to scripts", what)
	}
	if _, ok := c.info.Instances[id]; ok && obj.Pkg() != nil && obj.Pkg() != c.pkg {
		c.errorf(id.Pos(), "%s.%s is generic, which scripts cannot use%s", obj.Pkg().Name(), obj.Name(), advice(genericInstead[obj.Pkg().Name()+"."+obj.Name()]))
	}
}

var genericInstead = map[string]string{
	"atomic.Pointer": "use sync.Mutex",
	"sync.OnceValue": "use sync.Once", "sync.OnceValues": "use sync.Once",
}

// call checks calls of builtins.
func (c *checked) call(call *ast.CallExpr, stack []ast.Node) {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return
	}
	b, ok := c.info.Uses[id].(*types.Builtin)
	if !ok {
		return
	}
	switch b.Name() {
	case "print", "println":
		c.errorf(call.Pos(), "%s is not available to scripts: use fmt.%s or Log of wake.Context", b.Name(),
			map[string]string{"print": "Print", "println": "Println"}[b.Name()])
	case "clear":
		if _, ok := stack[len(stack)-1].(*ast.ExprStmt); !ok {
			c.errorf(call.Pos(), "call clear as a statement of its own")
		}
	case "recover":
		if !c.inDeferredLiteral(stack) {
			c.errorf(call.Pos(), "call recover directly in a deferred function literal, as in defer func() { r := recover() … }()")
		}
	}
}

// inDeferredLiteral reports whether the innermost function is a literal that is called by a defer statement.
func (c *checked) inDeferredLiteral(stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch stack[i].(type) {
		case *ast.FuncDecl:
			return false
		case *ast.FuncLit:
			return i >= 2 && isDeferOf(stack[i-2], stack[i])
		}
	}
	return false
}

// isDeferOf reports whether n is defer lit(…).
func isDeferOf(n ast.Node, lit ast.Node) bool {
	d, ok := n.(*ast.DeferStmt)
	return ok && d.Call.Fun == lit
}
