package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// declaredType refuses types that mention themselves other than through a struct, which the interpreter cannot build.
func (c *checked) declaredType(n *ast.TypeSpec) {
	obj, ok := c.info.Defs[n.Name].(*types.TypeName)
	if !ok {
		return
	}
	if top, ok := c.pkg.Scope().Lookup(n.Name.Name).(*types.TypeName); ok && top != obj {
		c.errorf(n.Pos(), "type %s hides one of the same name: give it another", n.Name.Name)
	}
	seen := map[types.Type]bool{}
	var mentions func(t types.Type) bool
	mentions = func(t types.Type) bool {
		switch t := t.(type) {
		case *types.Named:
			if t.Obj() == obj {
				return true
			}
			if seen[t] || t.Obj().Pkg() != c.pkg {
				return false
			}
			seen[t] = true
			return mentions(t.Underlying())
		case *types.Slice:
			return mentions(t.Elem())
		case *types.Array:
			return mentions(t.Elem())
		case *types.Pointer:
			return mentions(t.Elem())
		case *types.Chan:
			return mentions(t.Elem())
		case *types.Map:
			return mentions(t.Key()) || mentions(t.Elem())
		case *types.Signature:
			return mentions(t.Params()) || mentions(t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				if mentions(v.Type()) {
					return true
				}
			}
		}
		return false
	}
	if mentions(obj.Type().Underlying()) {
		c.errorf(n.Pos(), "type %s mentions itself: make it a struct with that in a field", n.Name.Name)
	}
}

// embeddedField refuses embedded interfaces, whose methods the interpreter does not find unless there is no other field.
func (c *checked) embeddedField(f *ast.Field, stack []ast.Node) {
	if len(f.Names) > 0 || len(stack) < 2 {
		return
	}
	s, ok := stack[len(stack)-2].(*ast.StructType)
	if !ok || !types.IsInterface(c.info.TypeOf(f.Type)) {
		return
	}
	if n, ok := types.Unalias(c.info.TypeOf(f.Type)).(*types.Named); !ok || n.Obj().Pkg() != c.pkg || len(s.Fields.List) > 1 {
		c.errorf(f.Pos(), "an interface embedded in a struct: give the field a name, and write the methods that call it")
	}
}

// constants refuses lists of constants that repeat the expressions of the line before.
func (c *checked) constants(n *ast.GenDecl) {
	if n.Tok != token.CONST {
		return
	}
	for _, s := range n.Specs {
		if s := s.(*ast.ValueSpec); len(s.Names) > 1 && len(s.Values) == 0 {
			c.errorf(s.Pos(), "several constants that repeat the line before: write a line for each, or their values")
		}
	}
}

// funcAsInterface refuses functions with methods where compiled code is to call a method.
func (c *checked) funcAsInterface(e ast.Expr, to types.Type) {
	from, ok := c.info.TypeOf(e).(*types.Named)
	if !ok || to == nil || !types.IsInterface(to) || to.Underlying().(*types.Interface).NumMethods() == 0 {
		return
	}
	if _, isFunc := from.Underlying().(*types.Signature); !isFunc {
		return
	}
	if n, ok := types.Unalias(to).(*types.Named); ok && n.Obj().Pkg() != c.pkg {
		c.errorf(e.Pos(), "a function as %s: make %s a struct with the function in a field", short(to), from.Obj().Name())
	}
}

// interfaceAssertion refuses to ask values of packages for methods that no type of the script has all of: the interpreter
// knows only those of the script.
func (c *checked) interfaceAssertion(x, typ ast.Expr) {
	t := types.Unalias(c.info.TypeOf(typ))
	i, ok := t.Underlying().(*types.Interface)
	if n, isNamed := t.(*types.Named); !ok || isNamed && n.Obj().Pkg() != c.pkg || i.NumMethods() == 0 {
		return
	}
	if from, ok := types.Unalias(c.info.TypeOf(x)).(*types.Named); !ok || from.Obj().Pkg() == c.pkg {
		for _, name := range c.pkg.Scope().Names() {
			if n, ok := c.pkg.Scope().Lookup(name).(*types.TypeName); ok && !types.IsInterface(n.Type()) && types.Implements(types.NewPointer(n.Type()), i) {
				return
			}
		}
	}
	c.errorf(typ.Pos(), "values of packages cannot be asked for an interface of the script: assert their type, or an interface of a package")
}

// mapKey refuses maps whose keys are interfaces with methods, in which the interpreter does not find what it has put there.
func (c *checked) mapKey(n *ast.MapType) {
	t := c.info.TypeOf(n.Key)
	i, ok := t.Underlying().(*types.Interface)
	if ok && i.NumMethods() > 0 && (!types.Identical(t, types.Universe.Lookup("error").Type()) || c.methods("Error")) {
		c.errorf(n.Key.Pos(), "the interface %s as the key of a map: use a string or a struct made from it", short(t))
	}
}

// varCommaOK refuses var v, ok = m[k] in functions, and var x, y = 1, T{}, of which rewriting knows the other forms.
func (c *checked) varCommaOK(n *ast.ValueSpec, stack []ast.Node) {
	if len(n.Values) > 1 && setsOnlyOne(n.Values) {
		c.errorf(n.Pos(), "several variables beside a literal: declare each of them in a line of its own")
	}
	if len(stack) <= 2 || len(n.Names) != 2 || len(n.Values) != 1 {
		return
	}
	if _, isCall := ast.Unparen(n.Values[0]).(*ast.CallExpr); !isCall {
		c.errorf(n.Pos(), "use := instead of var here")
	}
}
