package web

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a Go type in the API's description: List[review.Token] is TokenList.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	outer, inner, generic := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if generic {
		inner = inner[strings.LastIndexByte(inner, '.')+1:]
		return inner + outer
	}
	return huma.DefaultSchemaNamer(t, hint)
}
