package script

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
)

//go:generate go run ./internal/genexport export.zip

//go:embed export.zip
var exportZip []byte

// goVersion is the language that scripts are checked as: the last one before functions could be ranged over, which the
// interpreter cannot do.
const goVersion = "go1.22"

// checked is a script with its types.
type checked struct {
	*source
	file *ast.File
	text string
	pkg  *types.Package
	info types.Info
	spec *Spec
}

// check type-checks the script and refuses what the interpreter would get wrong. It reports to s.errs.
func (s *source) check(spec *Spec) *checked {
	s.imports()
	if len(s.files) > 1 && len(s.errs) == 0 {
		info := types.Info{Defs: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}}
		if s.typeCheck(&info); len(s.errs) == 0 {
			s.join(&info)
		}
	}
	c := &checked{source: s, file: s.files[0], text: s.text[s.names[0]], spec: spec}
	if len(s.errs) > 0 {
		return c
	}
	c.info = types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
		Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
	}
	c.pkg = s.typeCheck(&c.info)
	if len(s.errs) == 0 {
		c.handler()
		c.dialect()
	}
	return c
}

// typeCheck checks the files with Go's type checker. It reports to s.errs.
func (s *source) typeCheck(info *types.Info) *types.Package {
	conf := types.Config{
		GoVersion: goVersion,
		Importer:  &importer{fset: token.NewFileSet(), packages: map[string]*types.Package{}},
		Error: func(err error) {
			if e, ok := err.(types.Error); ok {
				s.errorf(e.Pos, "%s", e.Msg)
			}
		},
		Sizes: types.SizesFor("gc", "amd64"),
	}
	pkg, _ := conf.Check(s.name, s.fset, s.files, info) // its error has been reported
	return pkg
}

// imports refuses packages that scripts may not use, which is a better message than that they cannot be found.
func (s *source) imports() {
	for _, f := range s.files {
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				s.errorf(spec.Pos(), "malformed import path %s", spec.Path.Value)
				continue
			}
			if _, ok := allowed[path]; !ok {
				s.errorf(spec.Path.Pos(), "package %q is not available to scripts%s", path, advice(instead[path]))
			}
			if spec.Name != nil && spec.Name.Name == "." {
				s.errorf(spec.Name.Pos(), "import %q by name instead of into the file", path)
			}
		}
	}
}

func advice(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

// handler checks that there is func Handle(*wake.Context, wake.Event) error, or for batches func
// HandleBatch(*wake.Context, []wake.Event) error.
func (c *checked) handler() {
	name, want := c.spec.Handler(), "func Handle(c *wake.Context, e wake.Event) error"
	if c.spec.Batch > 0 {
		want = "func HandleBatch(c *wake.Context, events []wake.Event) error"
	}
	obj := c.pkg.Scope().Lookup(name)
	fn, ok := obj.(*types.Func)
	if !ok {
		hint := ""
		if c.pkg.Scope().Lookup("HandleBatch") != nil {
			hint = "; HandleBatch is for scripts with //wake:batch NUMBER DURATION"
		}
		c.errorf(c.file.Package, "the script needs a %s%s", want, hint)
		return
	}
	sig := fn.Signature()
	good := sig.Params().Len() == 2 && sig.Results().Len() == 1 && !sig.Variadic() &&
		sig.TypeParams().Len() == 0 && sig.Results().At(0).Type() == types.Universe.Lookup("error").Type()
	if good {
		ptr, ok := sig.Params().At(0).Type().(*types.Pointer)
		event := sig.Params().At(1).Type()
		if list, isList := event.(*types.Slice); isList == (c.spec.Batch > 0) {
			if isList {
				event = list.Elem()
			}
			good = ok && isNamed(ptr.Elem(), WakePath, "Context") && isNamed(event, WakePath, "Event")
		} else {
			good = false
		}
	}
	if !good {
		c.errorf(fn.Pos(), "%s must be a %s", name, want)
	}
}

func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path && n.Obj().Name() == name
}

// importer finds packages in the embedded export data. It serves one check.
type importer struct {
	fset     *token.FileSet
	packages map[string]*types.Package
}

var exports = sync.OnceValues(func() (map[string]*zip.File, error) {
	z, err := zip.NewReader(bytes.NewReader(exportZip), int64(len(exportZip)))
	if err != nil {
		return nil, err
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		files[f.Name] = f
	}
	return files, nil
})

func (im *importer) Import(path string) (*types.Package, error) {
	if p := im.packages[path]; p != nil && p.Complete() {
		return p, nil
	}
	files, err := exports()
	if err != nil {
		return nil, err
	}
	f := files[path]
	if f == nil {
		return nil, fmt.Errorf("package %q is not available", path)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return gcexportdata.Read(bytes.NewReader(data), im.fset, im.packages, path)
}

// hiddenName reports whether obj is a name that scripts may not use, and what to call it.
func hiddenName(obj types.Object) (name string, hidden bool) {
	if obj.Pkg() == nil {
		return "", false
	}
	name = obj.Name()
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		name = short(f.Signature().Recv().Type()) + "." + name
		name = strings.TrimPrefix(name, "*")
	} else if obj.Parent() != obj.Pkg().Scope() {
		return "", false
	}
	return obj.Pkg().Name() + "." + name, slices.Contains(allowed[obj.Pkg().Path()], name)
}
