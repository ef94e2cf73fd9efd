package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

// TestNoRouteTakesNUL walks the table with U+0000 in each part of the address, each parameter and each
// text of a body: refused at the door, the same on every database.
func TestNoRouteTakesNUL(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	who := w.member(desk.ID, review.Admin, review.Chief)
	tried := 0
	try := func(method, path, body string, headers ...string) {
		t.Helper()
		tried++
		_, secret := w.session(who.ID)
		got := w.send(method, path, body, append(headers, withCookie(secret), `If-Match: "1"`)...)
		switch got.Code {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
		default:
			t.Errorf("%s %s %q: %d %s", method, path, body, got.Code, got.Body)
		}
	}
	for _, row := range table() {
		body := bodies[row.method+" "+row.path]
		for part := range strings.SplitSeq(row.path, "/") {
			if strings.HasPrefix(part, "{") && part != "{$}" {
				try(row.method, w.fill(strings.Replace(row.path, part, "a%00", 1), desk.ID, who.ID), body)
			}
		}
		path := w.fill(row.path, desk.ID, who.ID)
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		try(row.method, path+mark+"after=a%00", body)
		try(row.method, path+mark+"a%00=b", body)
		for _, dirty := range withNUL(t, body) {
			try(row.method, path, dirty)
		}
		if row.method == http.MethodPost && !strings.HasPrefix(row.path, apiBase) && row.path != "/sign-out" {
			try(row.method, path, "email=a%00&secret=x&name=x&password=x&desk=x", "Content-Type: application/x-www-form-urlencoded")
		}
	}
	if tried < 150 {
		t.Errorf("only %d requests were made", tried)
	}
}

// withNUL gives a body once for each of its texts, with U+0000 there.
func withNUL(t *testing.T, body string) []string {
	t.Helper()
	var fields map[string]any
	if body == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatal(err)
	}
	var dirty []string
	for name, value := range fields {
		switch value.(type) {
		case string:
			fields[name] = "a\x00"
		case []any:
			fields[name] = []any{"a\x00"}
		default:
			continue
		}
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		dirty, fields[name] = append(dirty, string(text)), value
	}
	return dirty
}

func TestTextThatNoDatabaseKeepsIsRefused(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	_, admin := w.session(w.member(desk.ID, review.Admin).ID)
	for name, try := range map[string]struct {
		got    answer
		status int
	}{
		"a path that is not UTF-8":       {w.send("GET", "/setup/%ff", ""), 404},
		"a NUL in a secret":              {w.send("GET", "/setup/%00", ""), 404},
		"a parameter that is not UTF-8":  {w.send("GET", "/api/v1/audit?desk="+desk.ID+"&kind=%ff", "", withCookie(admin)), 422},
		"an id that is none":             {w.send("GET", "/api/v1/desks/"+strings.Repeat("x", 36), "", withCookie(admin)), 404},
		"a member's id that is none":     {w.send("GET", "/api/v1/desks/"+desk.ID+"/members/x", "", withCookie(admin)), 404},
		"the year 0":                     {w.send("GET", "/api/v1/audit?desk="+desk.ID+"&since=0000-01-01T00:00:00Z", "", withCookie(admin)), 422},
		"the year 0 by its zone":         {w.send("GET", "/api/v1/audit?desk="+desk.ID+"&before="+url.QueryEscape("0001-01-01T00:00:00+23:59"), "", withCookie(admin)), 422},
		"a field in another case":        {w.send("POST", "/api/v1/session", `{"Email":"a@example.org","password":"x"}`), 422},
		"a field twice, in another case": {w.send("POST", "/api/v1/session", `{"Email":"b@example.org","email":"a@example.org","password":"x"}`), 422},
		"a name with NUL":                {w.send("POST", "/api/v1/session", `{"email\u0000":"a"}`), 400},
	} {
		if try.got.Code != try.status {
			t.Errorf("%s: %d %s, want %d", name, try.got.Code, try.got.Body, try.status)
		}
		wantProblem(t, try.got)
	}
}

func TestAPanicIsLoggedWithoutTheSecretInItsAddress(t *testing.T) {
	w := newWorld(t, local)
	var log strings.Builder
	w.log = slog.New(slog.NewJSONHandler(&log, nil))
	handler := w.guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if into, ok := r.Context().Value(patternKey).(*string); ok {
			*into = "GET /setup/{secret}"
		}
		panic("x")
	}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/setup/hunter2", nil))
	if strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "a handler panicked") || !strings.Contains(log.String(), "/setup/{secret}") {
		t.Errorf("the log says %s", &log)
	}
}

func TestAnAnswerIsKeptThoughItsClientWentAway(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	member := w.member(desk.ID, review.Admin)
	row := route{method: http.MethodPost, status: http.StatusCreated}
	key := "7a1c0c56-8d0e-4b39-b6b9-1c8f0a3e9d11"
	ctx, leave := context.WithCancel(context.WithValue(t.Context(), actorKey, workflow.Actor{Member: member}))
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/x", strings.NewReader("{}"))
	request.Header.Set("Idempotency-Key", key)
	w.once(row, member.ID, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		actor, _ := r.Context().Value(actorKey).(workflow.Actor)
		_, _, err := w.workflow.CreateToken(r.Context(), actor, workflow.NewToken{Desk: desk.ID, Name: "x", Acts: []review.Act{review.ToRead}})
		if err != nil {
			t.Error(err)
		}
		leave()
		rw.WriteHeader(http.StatusCreated)
	})).ServeHTTP(httptest.NewRecorder(), request)
	before, err := w.workflow.Answered(t.Context(), member.ID, kept{member: member.ID, key: key}.stored())
	if err != nil || before.Status != http.StatusCreated {
		t.Errorf("kept: status %d, %v", before.Status, err)
	}
}
