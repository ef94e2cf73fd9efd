package review_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/countersign/countersign/internal/review"
)

// constants returns the values of act.go's constants of a type.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "act.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == typ {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	return values
}

func TestEveryActAndObjectTypeIsInADeed(t *testing.T) {
	acts, types := constants(t, "Act"), constants(t, "ObjectType")
	if len(acts) < 50 || len(acts) != len(review.Acts()) || len(types) != len(review.ObjectTypes()) {
		t.Errorf("%d acts and %d types, in deeds %d and %d", len(acts), len(types), len(review.Acts()), len(review.ObjectTypes()))
	}
	for _, act := range acts {
		if _, err := review.ParseAct(act); err != nil {
			t.Error(err)
		}
	}
	for _, typ := range types {
		if !slices.Contains(review.ObjectTypes(), review.ObjectType(typ)) {
			t.Errorf("nothing can be done to a %s", typ)
		}
	}
}

func TestDeedsAreDistinctAndNamedPlainly(t *testing.T) {
	plain := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	seen := map[review.Deed]bool{}
	words := map[string]bool{}
	for _, deed := range review.Deeds() {
		if seen[deed] || words[deed.Words()] || !deed.Valid() || !plain.MatchString(string(deed.Act)) || !plain.MatchString(string(deed.Type)) {
			t.Errorf("%+v: %q", deed, deed.Words())
		}
		seen[deed], words[deed.Words()] = true, true
	}
	for _, deed := range []review.Deed{{}, {Act: "sign"}, {Type: "claim"}, {Act: "sign", Type: "report"}, {Act: "*", Type: "*"}} {
		if deed.Valid() {
			t.Errorf("%+v passes for a deed", deed)
		}
	}
	if _, err := review.ParseAct("role:admin"); err == nil {
		t.Error("role:admin passes for an act")
	}
}
