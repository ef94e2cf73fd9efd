package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/countersign/countersign/internal/review"
)

// need says who may use a route. The zero value is no need that a route can have, so that a row
// which forgets it is refused when the server is made.
type need struct {
	who  who
	deed review.Deed // for members
}

type who int

const (
	unsaid  who = iota
	anybody     // without signing in: what it does is guarded by a secret of its own, or shows nothing
	oneself     // somebody signed in, about themselves; no API token
	members     // a member whose roles on the desk, and whose token if they use one, allow the deed
	loopers     // operations: scraped by the machine's own tools; shows no content
)

func public() need   { return need{who: anybody} }
func self() need     { return need{who: oneself} }
func operator() need { return need{who: loopers} }
func may(act review.Act, on review.ObjectType) need {
	return need{who: members, deed: review.Deed{Act: act, Type: on}}
}

// route is one row of the table. Its handler is reached through it and in no other way.
type route struct {
	method string
	path   string
	need   need
	serve  server // an operation of the API, or a page
	about  string // a sentence for the API's description; empty for what is not part of it
	status int    // of success, if it is not 200
}

// pattern is how the mux knows the row.
func (r route) pattern() string { return r.method + " " + r.path }

// server puts a route's handler on the mux.
type server func(*Server, mounting, route)

type mounting struct {
	mux *gate
	api huma.API
}

// operation makes a row's handler of a huma operation.
func operation[I, O any](handle func(*Server, context.Context, *I) (*O, error)) server {
	return func(s *Server, on mounting, row route) {
		huma.Register(on.api, describe(row), func(ctx context.Context, in *I) (*O, error) { //nolint:forbidigo // the table's own way in
			out, err := handle(s, ctx, in)
			if err != nil {
				return nil, s.logged(ctx, err)
			}
			return out, nil
		})
	}
}

// page makes a row's handler of one that answers by itself.
func page(handle func(*Server, http.ResponseWriter, *http.Request) error) server {
	return func(s *Server, on mounting, row route) {
		on.mux.HandleFunc(row.pattern(), func(w http.ResponseWriter, r *http.Request) {
			if err := handle(s, w, r); err != nil {
				s.writeProblem(w, r, s.logged(r.Context(), err))
			}
		})
	}
}

// mount registers the table and nothing else.
func (s *Server) mount() (*gate, huma.API) {
	humaErrors()
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Countersign",
				Version:     s.config.Version,
				Description: "Review of reports, claim by claim. Every refusal is problem+json (RFC 9457) and says what, why, who could and what to do next.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers:    []*huma.Server{{URL: s.config.URL.String()}},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
			Tags:       apiTags,
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: s.config.cookieName(), Description: "Set by POST /api/v1/session."},
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token of a desk."},
	}
	through := &gate{mux: http.NewServeMux(), server: s}
	api := humago.New(through, config)
	for _, row := range s.routes {
		if row.need.who == unsaid || row.need.who == members && !row.need.deed.Valid() {
			panic("the route " + row.pattern() + " does not say who may use it")
		}
		through.row = row
		row.serve(s, mounting{mux: through, api: api}, row)
	}
	through.row = route{}
	return through, api
}

func describe(row route) huma.Operation {
	op := huma.Operation{
		OperationID:   operationID(row),
		Method:        row.method,
		Path:          row.path,
		Summary:       row.about,
		Tags:          []string{tagOf(row.path)},
		DefaultStatus: row.status,
		MaxBodyBytes:  bodyLimit,
		Metadata:      map[string]any{"need": row.need},
	}
	switch row.need.who {
	case oneself:
		op.Security = []map[string][]string{{"session": {}}}
		op.Description = "For whoever is signed in, about themselves."
	case members:
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
		op.Description = "Needs the act " + string(row.need.deed.Act) + " on " + string(row.need.deed.Type) + "."
	case anybody, loopers, unsaid:
		op.Security = []map[string][]string{}
		op.Description = "Open to anybody."
	}
	return op
}

// operationID names an operation by its method and address: get-desks-members.
func operationID(row route) string {
	words := []string{strings.ToLower(row.method)}
	for part := range strings.SplitSeq(strings.TrimPrefix(row.path, apiBase), "/") {
		if part == "" {
			continue
		}
		if strings.HasPrefix(part, "{") {
			part = "by-" + strings.Trim(part, "{}")
		}
		words = append(words, part)
	}
	return strings.Join(words, "-")
}

var apiTags = []*huma.Tag{
	{Name: "session", Description: "Signing in and out."},
	{Name: "setup", Description: "The first admin and desk."},
	{Name: "me", Description: "What belongs to whoever is signed in."},
	{Name: "invitations", Description: "Becoming a member."},
	{Name: "desks", Description: "Desks with their members, tokens and policy."},
	{Name: "audit", Description: "The log of authority."},
	{Name: "openapi.json", Description: "This description."},
}

func tagOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, apiBase+"/"), "/")
	return first
}

// jsonFormat refuses what encoding/json lets through: data after the value, and names given twice
// are left to the strict reader in json.go.
var jsonFormat = huma.Format{
	Marshal:   huma.DefaultJSONFormat.Marshal,
	Unmarshal: unmarshalStrictly,
}

func apiDescription(api huma.API) ([]byte, error) {
	return json.MarshalIndent(api.OpenAPI(), "", "  ")
}
