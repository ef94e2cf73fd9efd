package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

func TestEveryRefusalIsAWholeProblem(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	_, reader := w.session(w.member(desk.ID, review.Reader).ID)
	_, admin := w.session(w.member(desk.ID, review.Admin).ID)
	long := `{"email":"` + strings.Repeat("x", bodyLimit) + `"}`
	for name, try := range map[string]struct {
		got    answer
		status int
		code   string
	}{
		"no such address":     {w.send("GET", "/api/v1/nothing", ""), 404, "not_found"},
		"no such method":      {w.send("PUT", "/api/v1/session", ""), 405, "method_not_allowed"},
		"not signed in":       {w.send("GET", "/api/v1/me", ""), 401, "unauthenticated"},
		"ended session":       {w.send("GET", "/api/v1/me", "", withCookie("nonsense")), 401, "unauthenticated"},
		"no such token":       {w.send("GET", "/api/v1/desks/"+desk.ID, "", withToken("cs_nonsense")), 401, "unauthenticated"},
		"another scheme":      {w.send("GET", "/api/v1/me", "", "Authorization: Basic eDp4"), 401, "unauthenticated"},
		"not allowed":         {w.send("POST", "/api/v1/desks", `{"name":"x"}`, withCookie(reader)), 403, "forbidden"},
		"no JSON":             {w.send("POST", "/api/v1/session", "nonsense"), 400, "invalid"},
		"a name twice":        {w.send("POST", "/api/v1/session", `{"email":"a","email":"b","password":"x"}`), 400, "invalid"},
		"data after it":       {w.send("POST", "/api/v1/session", `{"email":"a","password":"x"} {}`), 400, "invalid"},
		"too deep":            {w.send("POST", "/api/v1/session", strings.Repeat("[", 1e5)), 400, "invalid"},
		"a field too much":    {w.send("POST", "/api/v1/session", `{"email":"a","password":"x","admin":true}`), 422, "invalid"},
		"a field missing":     {w.send("POST", "/api/v1/session", `{"email":"a"}`), 422, "invalid"},
		"no body":             {w.send("POST", "/api/v1/session", ""), 400, "invalid"},
		"another media type":  {w.send("POST", "/api/v1/session", "a=b", "Content-Type: application/x-www-form-urlencoded"), 415, "unsupported"},
		"too large":           {w.send("POST", "/api/v1/session", long), 413, "too_large"},
		"unknown parameter":   {w.send("GET", "/api/v1/desks/"+desk.ID+"/members?all=1", "", withCookie(reader)), 422, "invalid"},
		"limit out of range":  {w.send("GET", "/api/v1/desks/"+desk.ID+"/members?limit=100000", "", withCookie(reader)), 422, "invalid"},
		"cursor of nobody":    {w.send("GET", "/api/v1/desks/"+desk.ID+"/members?after=nonsense", "", withCookie(reader)), 422, "invalid"},
		"no version":          {w.send("PATCH", "/api/v1/desks/"+desk.ID, `{"name":"x"}`, withCookie(admin)), 428, "version_required"},
		"nonsense version":    {w.send("PATCH", "/api/v1/desks/"+desk.ID, `{"name":"x"}`, withCookie(admin), "If-Match: *"), 422, "invalid"},
		"an old version":      {w.send("PATCH", "/api/v1/desks/"+desk.ID, `{"name":"x"}`, withCookie(admin), `If-Match: "7"`), 409, "stale"},
		"another site's form": {w.send("POST", "/api/v1/session", `{}`, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"), 403, "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			wantStatus(t, try.got, try.status, try.code)
			wantProblem(t, try.got)
		})
	}
}

func TestAWrongValueIsNotEchoed(t *testing.T) {
	w := newWorld(t, local)
	got := w.send("POST", "/api/v1/session", `{"email":"a@example.org","password":["hunter2-and-more"]}`)
	wantStatus(t, got, 422, "invalid")
	if strings.Contains(got.Body.String(), "hunter2") {
		t.Errorf("the answer repeats what was sent: %s", got.Body)
	}
}

func TestAPanicIsAnsweredAndEndsOnlyItsRequest(t *testing.T) {
	w := newWorld(t, local)
	handler := w.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret detail") }))
	got := httptest.NewRecorder()
	handler.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/me", nil))
	if got.Code != 500 || !strings.Contains(got.Body.String(), `"code":"internal"`) || strings.Contains(got.Body.String(), "secret detail") {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
}

func TestWhatIsNotOursIsShownAsInternal(t *testing.T) {
	for name, err := range map[string]error{
		"foreign":      errors.New("dial tcp 10.0.0.7: refused"),
		"unknown code": review.Errorf("nonsense", "x"),
	} {
		if p := problemOf(t.Context(), err); p.Status != 500 || strings.Contains(p.Detail, "10.0.0.7") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := problemOf(t.Context(), context.DeadlineExceeded); p.Status != 503 {
		t.Errorf("a timeout: %+v", p)
	}
	for _, code := range []review.Code{
		review.Invalid, review.Unauthenticated, review.StepUp, review.Forbidden, review.NotFound, review.Conflict,
		review.Stale, review.Unprocessable, review.TooLarge, review.TooMany, review.Unavailable, review.Unsupported,
	} {
		if statusOf[code] == 0 {
			t.Errorf("the code %s has no status", code)
		}
	}
}

func TestAPostWithAKeyIsDoneOnce(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	member := w.member(desk.ID, review.Admin)
	_, admin := w.session(member.ID)
	path, key := "/api/v1/desks/"+desk.ID+"/tokens", "Idempotency-Key: 7a1c0c56-8d0e-4b39-b6b9-1c8f0a3e9d11"
	post := func(body string, headers ...string) answer {
		return w.send("POST", path, body, append(headers, withCookie(admin))...)
	}
	first := post(`{"name":"once","acts":["read"]}`, key)
	if first.Code != http.StatusCreated {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	again := post(`{"name":"once","acts":["read"]}`, key)
	if again.Code != http.StatusCreated || again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("the second time: %d %s", again.Code, again.Body)
	}
	wantStatus(t, post(`{"name":"other","acts":["read"]}`, key), 422, "unprocessable")
	wantStatus(t, post(`{"name":"other","acts":["read"]}`, "Idempotency-Key: short"), 422, "invalid")
	if tokens, _, err := store.Tokens(t.Context(), w.store.Reader(), desk.ID, review.Page{}); err != nil || len(tokens) != 1 {
		t.Errorf("there are %d tokens (%v), want 1", len(tokens), err)
	}
	kept, err := store.KeptAnswer(t.Context(), w.store.Reader(), member.ID, kept{member: member.ID, key: key[17:]}.stored())
	if err != nil || strings.Contains(string(kept.Body), "cs_") || strings.Contains(string(kept.Body), "once") {
		t.Errorf("the kept answer can be read in the database: %q, %v", kept.Body, err)
	}
	_, other := w.session(w.member(desk.ID, review.Admin).ID)
	if got := w.send("POST", path, `{"name":"once","acts":["read"]}`, withCookie(other), key); got.Header().Get("Idempotency-Replayed") != "" {
		t.Error("another member's key was answered with this one's")
	}
}

func TestTheSameKeyAtOnceIsDoneOnce(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	_, admin := w.session(w.member(desk.ID, review.Admin).ID)
	codes := make([]int, 8)
	var sending sync.WaitGroup
	for i := range codes {
		sending.Go(func() {
			got := w.send("POST", "/api/v1/desks/"+desk.ID+"/tokens", `{"name":"once","acts":["read"]}`, withCookie(admin), "Idempotency-Key: 7a1c0c56-8d0e-4b39-b6b9-000000000000")
			codes[i] = got.Code
		})
	}
	sending.Wait()
	for _, code := range codes {
		if code != http.StatusCreated && code != http.StatusConflict {
			t.Errorf("somebody got %d", code)
		}
	}
	if tokens, _, err := store.Tokens(t.Context(), w.store.Reader(), desk.ID, review.Page{}); err != nil || len(tokens) != 1 {
		t.Errorf("there are %d tokens (%v), want 1; the answers were %v", len(tokens), err, codes)
	}
}

func TestTheClientsAddressIsBelievedOnlyFromAProxy(t *testing.T) {
	for name, try := range map[string]struct {
		peer, forwarded string
		proxy           bool
		want            string
	}{
		"direct":                           {"192.0.2.1:5", "", false, "192.0.2.1"},
		"direct, with a header":            {"192.0.2.1:5", "10.1.1.1", false, "192.0.2.1"},
		"proxy":                            {"10.0.0.2:5", "198.51.100.7", true, "198.51.100.7"},
		"proxy, client wrote one before":   {"10.0.0.2:5", "127.0.0.1, 198.51.100.7", true, "198.51.100.7"},
		"proxy sends nonsense":             {"10.0.0.2:5", "unknown", true, "10.0.0.2"},
		"https, but a public peer":         {"192.0.2.1:5", "10.1.1.1", true, "192.0.2.1"},
		"IPv6 loopback proxy, mapped IPv4": {"[::1]:5", "::ffff:198.51.100.7", true, "198.51.100.7"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
			r.RemoteAddr = try.peer
			if try.forwarded != "" {
				r.Header.Set("X-Forwarded-For", try.forwarded)
			}
			if got := addressOf(r, try.proxy); got != try.want {
				t.Errorf("got %s, want %s", got, try.want)
			}
		})
	}
}

func TestHeadersAndCookiesFollowTheURL(t *testing.T) {
	for base, want := range map[string]struct{ cookie, hsts string }{
		"http://127.0.0.1:8080":      {"cs_8080=", ""},
		"https://review.example.org": {"__Host-cs=", "max-age=31536000"},
	} {
		t.Run(base, func(t *testing.T) {
			w := newWorld(t, base)
			desk := w.desk("here")
			_, secret := w.session(w.member(desk.ID, review.Reader).ID)
			got := w.send("DELETE", "/api/v1/session", "", "Cookie: "+want.cookie+secret)
			cookie := got.Header().Get("Set-Cookie")
			if got.Code != http.StatusNoContent || !strings.HasPrefix(cookie, want.cookie) || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") ||
				!strings.Contains(cookie, "Path=/") || strings.Contains(cookie, "Domain") || strings.Contains(cookie, "Secure") != strings.HasPrefix(base, "https") {
				t.Errorf("%d %s", got.Code, cookie)
			}
			if hsts := got.Header().Get("Strict-Transport-Security"); hsts != want.hsts {
				t.Errorf("HSTS %q", hsts)
			}
			if policy := got.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("CSP %q", policy)
			}
		})
	}
}

func TestURLsThatCannotBeServedSafelyAreRefused(t *testing.T) {
	for _, text := range []string{"", "review.example.org", "ftp://review.example.org", "http://review.example.org", "http://192.168.1.4:8080", "https://review.example.org/path", "https://u:p@review.example.org"} {
		if _, err := ParseURL(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	for _, text := range []string{"https://review.example.org", "https://review.example.org/", "http://localhost:8080", "http://[::1]:8080"} {
		if _, err := ParseURL(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPagesHaveNoScriptAndRefuseKindly(t *testing.T) {
	w := newWorld(t, local)
	secret, _, err := w.workflow.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for path, part := range map[string]string{
		"/sign-in":             "Sign in",
		"/setup/" + secret:     "You are the first one here",
		"/setup/nonsense":      "was used, or has expired",
		"/invitation/nonsense": "was used or withdrawn",
		"/nothing":             "nothing at this address",
	} {
		got := w.send("GET", path, "", "Accept: text/html")
		body := got.Body.String()
		if !strings.Contains(body, part) || strings.Contains(body, "<script") || strings.Contains(body, "style=") || strings.Contains(body, "onclick") {
			t.Errorf("%s: %d %s", path, got.Code, body)
		}
	}
	form := "secret=" + secret + "&name=%3Cb%3ESana%3C%2Fb%3E&email=sana%40courier.example&password=short&desk=Desk&until=soon"
	got := w.send("POST", "/setup", form, "Content-Type: application/x-www-form-urlencoded", "Accept: text/html")
	body := got.Body.String()
	if got.Code != 422 || !strings.Contains(body, "5 characters; 12 or more are needed") || !strings.Contains(body, `aria-invalid="true"`) ||
		strings.Contains(body, "<b>Sana") || strings.Contains(body, "value=\"short\"") {
		t.Errorf("%d %s", got.Code, body)
	}
	form = strings.Replace(form, "password=short", "password=lantern+gravel+oboe+fjord", 1)
	got = w.send("POST", "/setup", form, "Content-Type: application/x-www-form-urlencoded")
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/" || !strings.HasPrefix(got.Header().Get("Set-Cookie"), "cs_8080=") {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	cookie, _, _ := strings.Cut(got.Header().Get("Set-Cookie"), ";")
	if home := w.send("GET", "/", "", "Cookie: "+cookie); !strings.Contains(home.Body.String(), "You are signed in") {
		t.Errorf("%d %s", home.Code, home.Body)
	}
	cross := w.send("POST", "/sign-in", "email=a&password=b", "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: cross-site")
	wantStatus(t, cross, 403, "forbidden")
}

func TestAnETagIsWhatAChangeNames(t *testing.T) {
	w := newWorld(t, local)
	desk := w.desk("here")
	_, admin := w.session(w.member(desk.ID, review.Admin).ID)
	for path, body := range map[string]string{"/api/v1/me": `{"name":"New Name"}`, "/api/v1/desks/" + desk.ID: `{"name":"New name"}`} {
		etag := w.send("GET", path, "", withCookie(admin)).Header().Get("ETag")
		if got := w.send("PATCH", path, body, withCookie(admin), "If-Match: "+etag); got.Code != 200 || got.Header().Get("ETag") == etag {
			t.Errorf("%s: %d %s, ETag %s after %s", path, got.Code, got.Body, got.Header().Get("ETag"), etag)
		}
		wantStatus(t, w.send("PATCH", path, body, withCookie(admin), "If-Match: "+etag), 409, "stale")
	}
}

func TestOperationsTellWhetherToSendRequests(t *testing.T) {
	w := newWorld(t, local)
	w.send("GET", "/healthz", "") // so that there is a request to count
	for path, part := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": "countersign_http_requests_total"} {
		if got := w.send("GET", path, ""); got.Code != 200 || !strings.Contains(got.Body.String(), part) {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	w.ready = func(context.Context) error { return errors.New("gone") }
	wantStatus(t, w.send("GET", "/readyz", ""), 503, "unavailable")
	w.ready = func(context.Context) error { return nil }
	w.Drain()
	wantStatus(t, w.send("GET", "/readyz", ""), 503, "unavailable")
	if got := w.send("GET", "/healthz", ""); got.Code != 200 {
		t.Errorf("a server that drains is not healthy: %d", got.Code)
	}
}

func FuzzStrictJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":1,"a":2}`, `[[[[]]]]`, `{"a":{"b":[1,2,{"c":null}]}}`, "nul", `{"a":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var strict, plain any
		if err := unmarshalStrictly(data, &strict); err == nil {
			if err := json.Unmarshal(data, &plain); err != nil {
				t.Errorf("%q is no JSON and was taken: %v", data, err)
			}
		}
	})
}
