package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// RuntimePath is the import path under which rewritten scripts reach what rewriting needs at run time: see package
// worker/symbols. Scripts cannot import it.
const RuntimePath = "wakefs/rt"

// rewriter turns a checked script into one that means the same to the interpreter. It edits the text and keeps every
// line in its place, so that positions in messages stay true. Names it makes up start with wake__.
type rewriter struct {
	*checked
	edits   []edit
	tail    strings.Builder        // goes to the end of the last line
	n       int                    // numbers the names
	rt      bool                   // the runtime is used
	fixed   map[string]string      // names of functions that stand for builtins
	defed   map[*ast.CallExpr]bool // calls of defer statements
	hoisted map[ast.Node]bool      // switches whose init statement is before them, and returns that have been rewritten
}

// edit replaces the bytes from start to end.
type edit struct {
	start, end int
	text       string
	closes     bool // it belongs to what ends at start
}

// rewrite returns the rewritten script, or reports to s.errs what it cannot rewrite.
func (c *checked) rewrite() string {
	r := &rewriter{checked: c, fixed: map[string]string{}, defed: map[*ast.CallExpr]bool{}, hoisted: map[ast.Node]bool{}}
	r.replace(c.file.Name.Pos(), c.file.Name.End(), "main")
	r.renameMain()
	r.walk()
	if r.rt {
		r.insert(c.file.Name.End(), fmt.Sprintf("; import wake__rt %q", RuntimePath))
	}
	r.sortEdits()
	var out strings.Builder
	at := 0
	for _, e := range r.edits {
		if e.start < at {
			r.errorf(r.file.Package, "the rewriting of this script overlaps; please report it")
			return ""
		}
		out.WriteString(r.text[at:e.start])
		out.WriteString(e.text)
		at = e.end
	}
	out.WriteString(r.text[at:])
	if r.tail.Len() > 0 {
		out.WriteString("\n" + r.tail.String())
	}
	return out.String()
}

// sortEdits brings the edits into the order of the text. The tree is walked from the outside in, so at one place comes
// first what closes, the inner before the outer, then what is inserted, the outer before the inner, and then what replaces.
func (r *rewriter) sortEdits() {
	order := make([]int, len(r.edits))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := r.edits[i], r.edits[j]
		switch {
		case a.start != b.start:
			return a.start - b.start
		case a.closes && b.closes:
			return j - i
		case a.closes:
			return -1
		case b.closes:
			return 1
		case (a.end > a.start) != (b.end > b.start):
			return a.end - b.end
		}
		return i - j
	})
	sorted := make([]edit, len(order))
	for i, j := range order {
		sorted[i] = r.edits[j]
	}
	r.edits = sorted
}

func (r *rewriter) offset(pos token.Pos) int { return r.fset.Position(pos).Offset }

func (r *rewriter) insert(pos token.Pos, text string) {
	r.edits = append(r.edits, edit{start: r.offset(pos), end: r.offset(pos), text: text})
}

// after inserts what belongs to the node that ends at pos.
func (r *rewriter) after(pos token.Pos, text string) {
	r.edits = append(r.edits, edit{start: r.offset(pos), end: r.offset(pos), text: text, closes: true})
}

// replace replaces text by other text on one line; lines of what it replaces are kept as line ends.
func (r *rewriter) replace(from, to token.Pos, text string) {
	start, end := r.offset(from), r.offset(to)
	if n := strings.Count(r.text[start:end], "\n"); n > 0 {
		// A line end may end a statement, so it goes where none can: into a comment.
		text += "/*" + strings.Repeat("\n", n) + "*/"
	}
	r.edits = append(r.edits, edit{start: start, end: end, text: text})
}

func (r *rewriter) name(kind string) string {
	r.n++
	return fmt.Sprintf("wake__%s%d", kind, r.n)
}

// renameMain hides a func main, which the interpreter would run.
func (r *rewriter) renameMain() {
	obj := r.pkg.Scope().Lookup("main")
	if obj == nil {
		return
	}
	for id, o := range r.info.Defs {
		if o == obj {
			r.replace(id.Pos(), id.End(), "wake__main")
		}
	}
	for id, o := range r.info.Uses {
		if o == obj {
			r.replace(id.Pos(), id.End(), "wake__main")
		}
	}
}

// walk rewrites constructs from the outside in, so that insertions at one place nest.
func (r *rewriter) walk() {
	var stack []ast.Node
	ast.Inspect(r.file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if r.fold(n, stack) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				r.function(n.Type, n.Body)
			}
		case *ast.FuncLit:
			r.function(n.Type, n.Body)
		case *ast.RangeStmt:
			if isInteger(r.info.TypeOf(n.X)) {
				r.rangeInt(n)
			} else {
				r.rangeArray(n)
				r.rangeVars(n)
			}
		case *ast.ForStmt:
			r.forVars(n, labelOf(stack))
			r.forEver(n)
		case *ast.LabeledStmt:
			r.labelled(n, stack)
		case *ast.GoStmt:
			r.goVariable(n)
		case *ast.CommClause:
			r.branches(n)
		case *ast.TypeSwitchStmt:
			r.typeSwitch(n)
		case *ast.AssignStmt:
			r.assign(n, stack)
		case *ast.ReturnStmt:
			r.returns(n, stack)
		case *ast.DeclStmt:
			r.declared(n, stack)
		case *ast.SwitchStmt:
			r.conditions(n, stack)
		case *ast.BinaryExpr:
			r.equal(n)
		case *ast.TypeAssertExpr:
			r.bareAssertion(n)
		case *ast.SelectorExpr:
			r.methodValue(n, stack)
		case *ast.CallExpr:
			r.builtin(n)
			r.variadic(n)
		case *ast.StructType:
			r.tagFields(n, stack)
		}
		r.conversions(n, stack, r.toInterface)
		stack = append(stack, n)
		return true
	})
}

// tagFields adds to the tags of a struct's fields. The interpreter exports all fields to compiled code, so the encoders
// are told to leave the unexported ones out; and it knows a declared struct type only by its shape, of which tags are
// part, so the first field says whose it is.
func (r *rewriter) tagFields(n *ast.StructType, stack []ast.Node) {
	for i, f := range n.Fields.List {
		tag := ""
		if len(f.Names) > 0 && !ast.IsExported(f.Names[0].Name) {
			tag = `json:"-" xml:"-"`
		} else if f.Tag != nil {
			tag, _ = strconv.Unquote(f.Tag.Value)
		}
		if spec, ok := stack[len(stack)-1].(*ast.TypeSpec); ok && i == 0 {
			tag = strings.TrimSpace(tag + fmt.Sprintf(` wake:"%s.%d"`, spec.Name.Name, r.offset(spec.Pos())))
		}
		switch {
		case tag == "":
		case f.Tag != nil:
			r.replace(f.Tag.Pos(), f.Tag.End(), quote(tag))
		default:
			r.after(f.Type.End(), " "+quote(tag))
		}
	}
}

func quote(tag string) string {
	if strconv.CanBackquote(tag) {
		return "`" + tag + "`"
	}
	return strconv.Quote(tag)
}

// labelOf returns the label of the statement below the innermost node of stack.
func labelOf(stack []ast.Node) string {
	if l, ok := stack[len(stack)-1].(*ast.LabeledStmt); ok {
		return l.Label.Name
	}
	return ""
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// typeExpr returns an expression for a type as seen at pos, and false if there is none.
func (r *rewriter) typeExpr(t types.Type, pos token.Pos) (string, bool) {
	scope := r.pkg.Scope().Innermost(pos)
	if scope == nil {
		scope = r.file2scope()
	}
	ok := true
	reachable := func(obj types.Object) bool {
		_, found := scope.LookupParent(obj.Name(), pos)
		return found == obj
	}
	imported := map[*types.Package]string{}
	for _, name := range r.file2scope().Names() {
		if p, isPkg := r.file2scope().Lookup(name).(*types.PkgName); isPkg {
			if reachable(p) {
				imported[p.Imported()] = name
			}
		}
	}
	text := types.TypeString(t, func(p *types.Package) string {
		if p == r.pkg {
			return ""
		}
		name, found := imported[p]
		ok = ok && found
		return name
	})
	ok = ok && typesReachable(t, r.pkg, reachable, map[types.Type]bool{})
	return text, ok
}

// file2scope returns the scope of the file, which holds its imports.
func (r *rewriter) file2scope() *types.Scope { return r.info.Scopes[r.file] }

// typesReachable checks the named types of the script itself, and the predeclared ones, that t is made of.
func typesReachable(t types.Type, pkg *types.Package, reachable func(types.Object) bool, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	sub := func(t types.Type) bool { return typesReachable(t, pkg, reachable, seen) }
	switch t := t.(type) {
	case *types.Basic:
		obj := types.Universe.Lookup(t.Name())
		return obj != nil && reachable(obj)
	case *types.Named:
		if p := t.Obj().Pkg(); p == pkg || p == nil {
			return reachable(t.Obj())
		}
		return true
	case *types.Alias:
		return sub(types.Unalias(t))
	case *types.Pointer:
		return sub(t.Elem())
	case *types.Slice:
		return sub(t.Elem())
	case *types.Array:
		return sub(t.Elem())
	case *types.Chan:
		return sub(t.Elem())
	case *types.Map:
		return sub(t.Key()) && sub(t.Elem())
	case *types.Signature:
		return sub(t.Params()) && sub(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if !sub(v.Type()) {
				return false
			}
		}
		return true
	case *types.Struct:
		for f := range t.Fields() {
			if !sub(f.Type()) {
				return false
			}
		}
		return true
	case *types.Interface:
		return true
	}
	return false
}

// mustType is typeExpr for where the type is needed; it reports the script if there is no such expression.
func (r *rewriter) mustType(t types.Type, pos token.Pos) string {
	text, ok := r.typeExpr(t, pos)
	if !ok {
		r.errorf(pos, "the type %s cannot be named here: declare or import it at the top of the file", t)
	}
	return text
}
