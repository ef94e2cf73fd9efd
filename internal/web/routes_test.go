package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/policies"
)

// bodies is a body for each row that takes one. A row without one here is called without a body, and
// then a refusal is told apart from a body that does not fit: the test fails for a new row until it
// has a body.
var bodies = map[string]string{
	"POST /api/v1/setup":                                   `{"secret":"x","name":"x","email":"x@example.org","password":"x","desk":"x"}`,
	"POST /api/v1/setup/look":                              `{"secret":"x"}`,
	"POST /api/v1/session":                                 `{"email":"x@example.org","password":"x"}`,
	"POST /api/v1/session/proof":                           `{"password":"x"}`,
	"PATCH /api/v1/me":                                     `{"name":"New Name"}`,
	"PUT /api/v1/me/password":                              `{"current":"x","password":"x"}`,
	"POST /api/v1/invitations/look":                        `{"secret":"x"}`,
	"POST /api/v1/invitations/accept":                      `{"secret":"x","name":"x","password":"x"}`,
	"POST /api/v1/desks":                                   `{"name":"Another desk"}`,
	"PATCH /api/v1/desks/{desk}":                           `{"name":"Renamed"}`,
	"PUT /api/v1/desks/{desk}/members/{member}/roles":      `{"roles":["reader"]}`,
	"PUT /api/v1/desks/{desk}/members/{member}/suspension": `{"suspended":true}`,
	"POST /api/v1/desks/{desk}/invitations":                `{"email":"x@example.org","roles":["reader"]}`,
	"POST /api/v1/desks/{desk}/tokens":                     `{"name":"x","acts":["read"]}`,
	"PUT /api/v1/desks/{desk}/policy":                      `{"policy":"nonsense"}`,
	"POST /api/v1/desks/{desk}/policy/simulate":            `{"roles":["reader"]}`,
}

// principal is somebody who asks.
type principal struct {
	name    string
	member  string // "" for nobody
	header  func() string
	request policy.Request // what policy is to answer, for the deed of the row
	foreign bool           // no place on the desk
}

// TestEveryRouteLetsInWhomItsNeedMeans walks the table: every row with every role, nobody, a
// suspended member, a member of another desk, and tokens of every kind of scope.
func TestEveryRouteLetsInWhomItsNeedMeans(t *testing.T) {
	w := newWorld(t, local)
	house, err := policy.Load(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	here, elsewhere := w.desk("here"), w.desk("elsewhere")
	w.member(here.ID, review.Admin) // so that the desk keeps one whatever the walk does
	walked := 0
	for _, row := range table() {
		var everybody []principal
		var paths []string
		w.together(func() {
			everybody = w.principals(row, here, elsewhere)
			for _, who := range everybody {
				paths = append(paths, w.fill(row.path, here.ID, who.member))
			}
		})
		for i, who := range everybody {
			walked++
			path := paths[i]
			got := w.send(row.method, path, bodies[row.method+" "+row.path], who.header(), `If-Match: "1"`)
			name := row.method + " " + row.path + " as " + who.name
			if got.Code >= http.StatusInternalServerError {
				t.Errorf("%s: %d %s", name, got.Code, got.Body)
			}
			checkNeed(t, name, row, who, got, house)
		}
	}
	if walked < 500 {
		t.Errorf("only %d requests were made", walked)
	}
}

func checkNeed(t *testing.T, name string, row route, who principal, got answer, house *policy.Policy) {
	t.Helper()
	refused := got.Code == http.StatusUnauthorized || got.Code == http.StatusForbidden
	switch row.need.who {
	case anybody, loopers:
		signsIn := row.path == apiBase+"/session" || row.path == "/sign-in" // whose answer to a wrong password is 401
		if refused && !signsIn {
			t.Errorf("%s: %d %s; it is open to anybody", name, got.Code, got.Body)
		}
	case oneself:
		checkSelf(t, name, who, got)
	case members:
		ask := who.request
		ask.Deed = row.need.deed
		if row.need.deed.Type == review.OnServer {
			ask.Desk = ""
		}
		checkMembers(t, name, who, got, house.May(ask))
	case unsaid:
		t.Errorf("%s: the row does not say who may", name)
	}
}

func checkSelf(t *testing.T, name string, who principal, got answer) {
	t.Helper()
	switch {
	case who.member == "":
		if got.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, got.Code)
		}
	case who.request.Token != nil:
		if got.Code != http.StatusForbidden {
			t.Errorf("%s: %d, want 403: no token stands for the person", name, got.Code)
		}
	case got.Code == http.StatusUnauthorized || got.Code == http.StatusForbidden || got.Code == http.StatusBadRequest:
		t.Errorf("%s: %d %s", name, got.Code, got.Body)
	}
}

func checkMembers(t *testing.T, name string, who principal, got answer, want review.Permission) {
	t.Helper()
	switch {
	case who.member == "":
		if got.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, got.Code)
		}
	case who.foreign && want.Type != review.OnServer:
		if got.Code != http.StatusNotFound || got.problem.Detail != "There is no such desk." {
			t.Errorf("%s: %d %s, want 404 as if there were no such desk", name, got.Code, got.Body)
		}
	case want.Allowed && want.Act == review.ToExportAudit: // there is another desk, and the log is one for all
		if got.Code != http.StatusForbidden || !strings.Contains(got.problem.Detail, "every one of them") {
			t.Errorf("%s: %d %s, want 403", name, got.Code, got.Body)
		}
	case want.Allowed:
		wrongBody := got.Code == http.StatusBadRequest || strings.Contains(got.Body.String(), "does not fit this address")
		if got.Code == http.StatusUnauthorized || got.Code == http.StatusForbidden || got.Code == http.StatusNotFound || wrongBody {
			t.Errorf("%s: %d %s, want it let in", name, got.Code, got.Body)
		}
	default:
		if got.Code != http.StatusForbidden {
			t.Errorf("%s: %d %s, want 403", name, got.Code, got.Body)
			return
		}
		for _, reason := range want.Reasons {
			if !has(got.reasons(), reason.Code) {
				t.Errorf("%s: the refusal lists %v, policy says %s too", name, got.reasons(), reason.Code)
			}
		}
	}
}

// principals are fresh for each row, because some rows end sessions or places.
func (w *world) principals(row route, here, elsewhere review.Desk) []principal {
	all := []principal{{name: "nobody", header: func() string { return "X-Nobody: 1" }}}
	person := func(name, desk string, roles []review.Role) principal {
		member := w.member(desk, roles...)
		_, secret := w.session(member.ID)
		return principal{
			name: name, member: member.ID, header: func() string { return withCookie(secret) },
			request: policy.Request{Roles: roles, Desk: desk}, foreign: desk != here.ID,
		}
	}
	for _, role := range review.Roles() {
		if role.Held() {
			all = append(all, person(string(role), here.ID, []review.Role{role}))
		}
	}
	all = append(all, person("an admin and chief of another desk", elsewhere.ID, []review.Role{review.Admin, review.Chief}))
	suspended := person("a suspended admin", here.ID, []review.Role{review.Admin})
	w.suspend(here.ID, suspended.member)
	suspended.request.Facts = review.Suspended
	if row.need.deed.Type == review.OnServer { // roles of suspended places do not count there
		suspended.request = policy.Request{}
	}
	all = append(all, suspended)
	both := []review.Role{review.Admin, review.Chief}
	act := row.need.deed.Act
	if act == "" {
		act = review.ToRead
	}
	other := review.ToComment
	for name, scope := range map[string]review.Token{
		"a token for the act":           {Desk: here.ID, Acts: []review.Act{act}},
		"a token for another act":       {Desk: here.ID, Acts: []review.Act{other}},
		"another desk's token":          {Desk: elsewhere.ID, Acts: []review.Act{act}},
		"a token for all acts but this": {Desk: here.ID, Acts: slices.DeleteFunc(review.Acts(), func(a review.Act) bool { return a == act })},
	} {
		member := w.member(here.ID, both...)
		_, secret := w.token(scope.Desk, member.ID, scope.Acts...)
		all = append(all, principal{
			name: name, member: member.ID, header: func() string { return withToken(secret) },
			request: policy.Request{Roles: both, Desk: here.ID, Token: &scope},
		})
	}
	return all
}

// fill puts fresh objects of the desk into a path's places.
func (w *world) fill(path, desk, asker string) string {
	if strings.Contains(path, "{session}") {
		if asker == "" {
			asker = w.member(desk, review.Reader).ID
		}
		id, _ := w.session(asker)
		path = strings.Replace(path, "{session}", id, 1)
	}
	put := func(place string, make func() string) {
		if strings.Contains(path, place) {
			path = strings.ReplaceAll(path, place, make())
		}
	}
	put("{member}", func() string { return w.member(desk, review.Writer).ID })
	put("{invitation}", func() string { return w.invitation(desk, w.member(desk, review.Reader).ID) })
	put("{token}", func() string {
		id, _ := w.token(desk, w.member(desk, review.Reader).ID, review.ToRead)
		return id
	})
	if strings.HasPrefix(path, apiBase+"/audit") {
		path += "?desk=" + desk
	}
	return strings.NewReplacer("{desk}", desk, "{secret}", "x", "{$}", "").Replace(path)
}

// TestAnObjectOfAnotherDeskIsNotReachedThroughOnesOwn: an admin of one desk names the ids of another's.
func TestAnObjectOfAnotherDeskIsNotReachedThroughOnesOwn(t *testing.T) {
	w := newWorld(t, local)
	here, elsewhere := w.desk("here"), w.desk("elsewhere")
	admin := w.member(here.ID, review.Admin, review.Chief)
	stranger := w.member(elsewhere.ID, review.Admin)
	tried := 0
	for _, row := range table() {
		if !strings.Contains(row.path, "{desk}/") || strings.Count(row.path, "{") != 2 && !strings.Contains(row.path, "{session}") {
			continue
		}
		tried++
		theirToken, _ := w.token(elsewhere.ID, stranger.ID, review.ToRead)
		path := strings.NewReplacer("{desk}", here.ID, "{member}", stranger.ID, "{token}", theirToken,
			"{invitation}", w.invitation(elsewhere.ID, stranger.ID)).Replace(row.path)
		_, secret := w.session(admin.ID)
		got := w.send(row.method, path, bodies[row.method+" "+row.path], withCookie(secret), `If-Match: "1"`)
		if got.Code != http.StatusNotFound {
			t.Errorf("%s %s: %d %s, want 404", row.method, row.path, got.Code, got.Body)
		}
	}
	if tried < 7 {
		t.Errorf("only %d rows name an object of a desk", tried)
	}
	for _, path := range []string{"/audit?desk=", "/audit?desk=" + elsewhere.ID, "/audit/verification?desk=", "/audit/export?desk=", "/audit/export", "/audit/export?desk=" + elsewhere.ID} {
		_, secret := w.session(admin.ID)
		if got := w.send(http.MethodGet, apiBase+path, "", withCookie(secret)); got.Code != http.StatusNotFound && got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	theirs, _ := w.session(stranger.ID)
	_, secret := w.session(admin.ID)
	wantStatus(t, w.send(http.MethodDelete, apiBase+"/me/sessions/"+theirs, "", withCookie(secret)), http.StatusNotFound, "not_found")
}

// TestNothingIsServedOutsideTheTable compares what the mux has with the table, and asks the server and its description.
func TestNothingIsServedOutsideTheTable(t *testing.T) {
	w := newWorld(t, local)
	listed := map[string]bool{}
	for _, row := range table() {
		if listed[row.method+" "+row.path] {
			t.Errorf("%s %s stands twice", row.method, row.path)
		}
		listed[row.method+" "+row.path] = true
	}
	served := slices.Sorted(slices.Values(w.gate.patterns))
	if want := slices.Sorted(maps.Keys(listed)); !slices.Equal(served, want) {
		t.Errorf("the mux has\n%s\nand the table\n%s", strings.Join(served, "\n"), strings.Join(want, "\n"))
	}
	for _, path := range []string{"/docs", "/schemas/Desk.json", "/openapi.json", "/openapi.yaml", "/api/v1/openapi.yaml", "/api/v1/docs", "/debug/pprof/", "/index.html", "/dist/placeholder.html"} {
		wantStatus(t, w.send(http.MethodGet, path, ""), http.StatusNotFound, "not_found")
	}
	spec := w.send(http.MethodGet, apiBase+"/openapi.json", "").Body.String()
	for _, row := range table() {
		if row.about != "" && !strings.Contains(spec, row.about) {
			t.Errorf("the description lacks %s %s", row.method, row.path)
		}
	}
}

func TestARowThatDoesNotSayWhoMayStopsTheServer(t *testing.T) {
	w := newWorld(t, local)
	for name, row := range map[string]route{
		"no need":     {method: http.MethodGet, path: "/x", serve: page((*Server).healthz)},
		"no such act": {method: http.MethodGet, path: "/x", serve: page((*Server).healthz), need: may("fly", review.OnDesk)},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was mounted")
				}
			}()
			w.routes = []route{row}
			w.mount()
		})
	}
}

// TestARowRegistersItselfOnly: neither beside itself nor later does anything come onto the mux.
func TestARowRegistersItselfOnly(t *testing.T) {
	w := newWorld(t, local)
	nothing := func(http.ResponseWriter, *http.Request) {}
	extra := &huma.Operation{Method: http.MethodGet, Path: "/extra"}
	for name, serve := range map[string]server{
		"on the mux":      func(_ *Server, on mounting, _ route) { on.mux.HandleFunc("GET /extra", nothing) },
		"by the adapter":  func(_ *Server, on mounting, _ route) { on.api.Adapter().Handle(extra, func(huma.Context) {}) },
		"another method":  func(_ *Server, on mounting, row route) { on.mux.HandleFunc("POST "+row.path, nothing) },
		"without its row": func(s *Server, _ mounting, row route) { s.gate.HandleFunc(row.pattern(), nothing) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was mounted")
				}
			}()
			w.routes = []route{{method: http.MethodGet, path: "/x", need: public(), serve: serve}}
			w.mount()
		})
	}
}
