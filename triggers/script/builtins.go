package script

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// builtin replaces calls of the builtins that the interpreter does not know.
func (r *rewriter) builtin(call *ast.CallExpr) {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return
	}
	b, ok := r.info.Uses[id].(*types.Builtin)
	if !ok {
		return
	}
	switch b.Name() {
	case "min", "max":
		r.minMax(call, b.Name())
	case "clear":
		r.clear(call)
	case "panic":
		if r.defed[call] {
			return
		}
		r.rt = true
		r.replace(call.Fun.Pos(), call.Fun.End(), "wake__rt.Panic")
	}
}

// minMax makes a call of a function for the type, which is added at the end of the file.
func (r *rewriter) minMax(call *ast.CallExpr, name string) {
	tv := r.info.Types[call]
	if tv.Value != nil {
		text := tv.Value.ExactString()
		if tv.Value.Kind() == constant.Float {
			text = tv.Value.String()
		}
		if b, ok := tv.Type.(*types.Basic); !ok || b.Info()&types.IsUntyped == 0 && b.Kind() != types.Int {
			text = "(" + r.mustType(tv.Type, call.Pos()) + ")(" + text + ")"
		}
		if strings.HasPrefix(text, "-") {
			text = "(" + text + ")"
		}
		r.replace(call.Pos(), call.End(), text)
		return
	}
	text, ok := r.typeExpr(tv.Type, r.file.FileEnd-1)
	if !ok {
		r.errorf(call.Pos(), "%s of %s: declare the type at the top of the file", name, tv.Type)
		return
	}
	helper, ok := r.fixed[name+" "+text]
	if !ok {
		helper = r.name(name)
		r.fixed[name+" "+text] = helper
		op, nan := "<", ""
		if name == "max" {
			op = ">"
		}
		if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsFloat != 0 {
			nan = "if m != m { return m }; if v != v { return v }; "
		}
		fmt.Fprintf(&r.tail, "func %s(m %s, vs ...%s) %s { for _, v := range vs { %sif v %s m { m = v } }; return m }\n",
			helper, text, text, text, nan, op)
	}
	r.replace(call.Fun.Pos(), call.Fun.End(), helper)
}

func (r *rewriter) clear(call *ast.CallExpr) {
	all := r.name("m")
	r.replace(call.Pos(), call.Args[0].Pos(), "{ "+all+" := ")
	if s, ok := r.info.TypeOf(call.Args[0]).Underlying().(*types.Slice); ok {
		zero := r.mustType(s.Elem(), call.Pos())
		r.replace(call.Args[0].End(), call.End(),
			fmt.Sprintf("; var wake__z %s; for wake__k := range %s { %s[wake__k] = wake__z } }", zero, all, all))
		return
	}
	r.replace(call.Args[0].End(), call.End(),
		fmt.Sprintf("; for wake__k := range %s { delete(%s, wake__k) } }", all, all))
}

// typeSwitch makes a switch over type assertions of a type switch, in which the interpreter does not recognize the
// script's own types:
//
//	switch e := x.(type) { case *T: …   →   switch v := x; { case func() bool { _, ok := v.(*T); return ok }(): e := v.(*T); …
func (r *rewriter) typeSwitch(n *ast.TypeSwitchStmt) {
	if n.Init != nil {
		r.errorf(n.Init.Pos(), "put this statement before the type switch")
		return
	}
	value, bound := r.name("t"), ""
	var assert *ast.TypeAssertExpr
	switch a := n.Assign.(type) {
	case *ast.AssignStmt:
		bound = a.Lhs[0].(*ast.Ident).Name
		assert = a.Rhs[0].(*ast.TypeAssertExpr)
	case *ast.ExprStmt:
		assert = a.X.(*ast.TypeAssertExpr)
	}
	r.replace(n.Assign.Pos(), assert.X.Pos(), value+" := ")
	r.replace(assert.X.End(), assert.End(), ";")
	for _, s := range n.Body.List {
		r.typeCase(s.(*ast.CaseClause), value, bound)
	}
}

func (r *rewriter) typeCase(cc *ast.CaseClause, value, bound string) {
	single := ""
	for i, e := range cc.List {
		if i > 0 { // the interpreter looks only at the first of several conditions
			r.replace(cc.List[i-1].End(), e.Pos(), " || ")
		}
		if id, ok := e.(*ast.Ident); ok && r.info.Uses[id] == types.Universe.Lookup("nil") {
			r.replace(e.Pos(), e.End(), value+" == nil")
			continue
		}
		from := value
		if r.isBare(e) {
			from = "wake__rt.Bare(" + value + ")"
		}
		r.insert(e.Pos(), "func() bool { _, ok := "+from+".(")
		r.after(e.End(), "); return ok }()")
		if len(cc.List) == 1 {
			single = from + ".(" + oneLine(r.text[r.offset(e.Pos()):r.offset(e.End())]) + ")"
		}
	}
	if obj := r.info.Implicits[cc]; bound == "" || obj == nil || !r.usesIn(obj, cc.Body) {
		return
	}
	if single != "" {
		r.insert(cc.Colon+1, fmt.Sprintf(" %s := %s;", bound, single))
	} else {
		r.insert(cc.Colon+1, fmt.Sprintf(" %s := %s;", bound, value))
	}
}

func (r *rewriter) usesIn(obj types.Object, list []ast.Stmt) bool {
	for _, s := range list {
		if r.uses(obj, s) {
			return true
		}
	}
	return false
}

// oneLine makes a type expression fit a line; inside of one, only a struct or interface has line ends.
func oneLine(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '\n' {
			b[i] = ';'
		}
	}
	return string(b)
}
