package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/countersign/countersign/internal/store/storetest"
)

// binary is built once, as it is released: static.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "countersign-test-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "countersign")
	build := exec.Command("go", "build", "-o", name, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: "go build: " + string(output), Err: err}
	}
	return name, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if name, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(name))
	}
	os.Exit(code)
}

func built(t testing.TB) string {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// process is the real binary, serving.
type process struct {
	t           testing.TB
	base, setup string
	cmd         *exec.Cmd
	log         *safeBuffer
	ended       chan error
}

// start runs the binary on a database and waits until it answers.
func start(t testing.TB, dsn string) *process {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out")) // a file, because a pipe would be read later
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	p := &process{t: t, base: "http://" + address, log: &safeBuffer{}, ended: make(chan error, 1)}
	p.cmd = exec.Command(built(t), "serve", "--addr", address, "--database", dsn, "--data", t.TempDir())
	p.cmd.Stdout, p.cmd.Stderr = out, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	p.await("/readyz")
	printed, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	p.setup = regexp.MustCompile(`http://\S+/setup/\S+`).FindString(string(printed))
	return p
}

func (p *process) await(path string) {
	p.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+path, nil)
		if err != nil {
			p.t.Fatal(err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-p.ended:
			p.t.Fatalf("the server ended: %v\n%s", err, p.log)
		case <-deadline:
			p.t.Fatalf("the server does not answer %s\n%s", path, p.log)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// stop ends it as an operator does, and fails if that takes longer than is promised.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Fatalf("the server ended with %v\n%s", err, p.log)
		}
	case <-time.After(10 * time.Second):
		p.t.Fatal("the server does not end within 10 s")
	}
}

type safeBuffer struct {
	mu  sync.Mutex // protects buf
	buf bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// TestWalkthrough runs the script of curl lines against the real binary, on both databases; then the
// server restarts on what is there, without a new link, and a backup goes into a database of its own.
func TestWalkthrough(t *testing.T) {
	for _, kind := range storetest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dsn := storetest.Empty(t, kind)
			p := start(t, dsn)
			if p.setup == "" {
				t.Fatal("no link was printed")
			}
			script := exec.CommandContext(t.Context(), "bash", "../../tests/walkthrough.sh", p.base, p.setup)
			output, err := script.CombinedOutput()
			if err != nil || !strings.HasSuffix(string(output), "done\n") {
				t.Fatalf("%v\n%s\n%s", err, output, p.log)
			}
			if leaked := regexp.MustCompile(`cs_[A-Za-z0-9_-]{20}|/setup/[A-Za-z0-9_-]{20}|quiet harbours|lantern`).FindString(p.log.String()); leaked != "" {
				t.Errorf("the log holds a secret: %s", leaked)
			}
			backup := filepath.Join(t.TempDir(), "backup")
			run(t, exitOK, "backup", backup, "--database", dsn, "--data", t.TempDir())
			p.stop()
			again := start(t, dsn)
			if again.setup != "" {
				t.Error("a server that is set up prints a new link")
			}
			again.stop()
			run(t, exitOK, "audit", "verify", "--database", dsn, "--data", t.TempDir())
			into := storetest.Empty(t, storetest.SQLite)
			run(t, exitOK, "restore", backup, "--database", into, "--data", t.TempDir())
			run(t, exitConflict, "restore", backup, "--database", into, "--data", t.TempDir())
			members := run(t, exitOK, "member", "list", "--desk", "data-desk", "--json", "--database", into, "--data", t.TempDir())
			if strings.Count(members, "\n") != 5 || !strings.Contains(members, `"kofi@courier.example"`) {
				t.Errorf("the restored desk has %s", members)
			}
		})
	}
}

// TestTheWalkthroughIsShort holds the script to what it claims to be.
func TestTheWalkthroughIsShort(t *testing.T) {
	text, err := os.ReadFile("../../tests/walkthrough.sh")
	if err != nil {
		t.Fatal(err)
	}
	if calls := len(regexp.MustCompile(`(?m)(^|\(|\s)call [a-z"]`).FindAll(text, -1)); calls < 15 || calls > 30 {
		t.Errorf("the script has %d calls, want 30 at most", calls)
	}
}

// run runs a command in this process and returns what it printed.
func run(t *testing.T, want int, args ...string) string {
	t.Helper()
	return runWith(t, "", want, args...)
}

func runWith(t *testing.T, stdin string, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	m := Main{Args: args, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs}
	if code := m.Run(t.Context()); code != want {
		t.Fatalf("countersign %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

func TestCommandsAnswerAndRefuseWithTheirExitCodes(t *testing.T) {
	dir := t.TempDir()
	in := func(args ...string) []string { return append(args, "--data", dir) }
	contains := func(text, part string) {
		t.Helper()
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
	contains(run(t, exitMissing, in("migrate", "status")...), "no database")
	contains(run(t, exitOK, in("migrate", "up")...), "up to date")
	contains(run(t, exitOK, in("migrate", "status", "--json")...), `"applied_at"`)
	contains(run(t, exitMissing, in("member", "add", "ana@example.org", "--name", "Ana", "--desk", "nowhere", "--role", "writer")...), "no desk")
	p := start(t, filepath.Join(dir, databaseFile))
	post(t, p.base+"/api/v1/setup", `{"secret":"`+filepath.Base(p.setup)+`","name":"Sana","email":"sana@example.org","password":"lantern gravel oboe fjord","desk":"Desk"}`)
	made := run(t, exitOK, in("member", "add", "ana@example.org", "--name", "Ana", "--desk", "desk", "--role", "writer", "--json")...)
	var ana struct{ Email, Password string }
	if err := json.Unmarshal([]byte(made), &ana); err != nil || ana.Password == "" {
		t.Fatalf("%s: %v", made, err)
	}
	post(t, p.base+"/api/v1/session", `{"email":"ana@example.org","password":"`+ana.Password+`"}`)
	contains(run(t, exitConflict, in("member", "add", "ana@example.org", "--desk", "desk", "--role", "reader")...), "already")
	contains(run(t, exitRefused, in("member", "role", "ana@example.org", "king", "--desk", "desk")...), "no role")
	contains(run(t, exitOK, in("member", "role", "ana@example.org", "editor", "admin", "--desk", "desk")...), "editor and admin")
	contains(runWith(t, "password123456\n", exitRefused, in("member", "password", "ana@example.org", "--password-stdin")...), "tried first")
	contains(runWith(t, "four other quiet words\n", exitOK, in("member", "password", "ana@example.org", "--password-stdin")...), "new password")
	contains(run(t, exitOK, in("token", "create", "import", "--desk", "desk", "--member", "ana@example.org", "--act", "import")...), "cs_")
	contains(run(t, exitRefused, in("token", "create", "import", "--desk", "desk", "--member", "ana@example.org", "--act", "fly")...), "no act")
	contains(run(t, exitOK, in("member", "disable", "ana@example.org")...), "cannot sign in")
	contains(run(t, exitMissing, in("member", "disable", "eve@example.org")...), "no member")
	contains(run(t, exitOK, in("audit", "verify")...), "The log is whole")
	export := filepath.Join(dir, "audit.ndjson")
	run(t, exitOK, in("audit", "export", export)...)
	contains(run(t, exitOK, "audit", "verify", export), "The log is whole")
	contains(run(t, exitConflict, in("audit", "export", export)...), "exists already")
	tamper(t, export)
	contains(run(t, exitTampered, "audit", "verify", export), "changed")
	contains(run(t, exitUsage, "serve", "--url", "http://review.example.org"), "in the clear")
	contains(run(t, exitUsage, "serve", "--addr", "0.0.0.0:0", "--data", dir), "COUNTERSIGN_URL")
	contains(run(t, exitUsage, "serve", "--addr", "nonsense"), "HOST:PORT")
	contains(run(t, exitUsage, "fly"), "fly")
	contains(run(t, exitUnavailable, in("serve", "--addr", strings.TrimPrefix(p.base, "http://"))...), "Cannot listen")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		contains(run(t, exitOK, "completion", shell), "--password-stdin")
	}
	contains(run(t, exitOK, "--help"), "Exit codes")
	p.stop()
}

// tamper changes one letter of an export.
func tamper(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, []byte("membership.roles"), []byte("membership.rolls"), 1)
	if bytes.Equal(changed, text) {
		t.Fatal("nothing was changed")
	}
	if err := os.WriteFile(name, changed, 0o600); err != nil {
		t.Fatal(err)
	}
}

func post(t *testing.T, url, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %d %s", url, response.StatusCode, answer)
	}
}

// TestMainServesAndDrains runs the same wiring in this process: a request under way when the end is
// asked for is answered, and nothing is left running.
func TestMainServesAndDrains(t *testing.T) {
	before := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	var out, log safeBuffer
	at := make(chan net.Addr, 1)
	m := Main{
		Args:   []string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--log", "json"},
		Stdout: &out, Stderr: &log, Listening: func(a net.Addr) { at <- a },
	}
	ended := make(chan int, 1)
	go func() { ended <- m.Run(ctx) }()
	var address net.Addr
	select {
	case address = <-at:
	case code := <-ended:
		t.Fatalf("ended with %d\n%s", code, &log)
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := `{"email":"a@example.org","password":"x"}`
	head := "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
	if _, err := io.WriteString(conn, head+body[:20]); err != nil { // half of it is under way
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	stop()
	time.Sleep(400 * time.Millisecond) // it is draining
	if _, err := io.WriteString(conn, body[20:]); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 401") {
		t.Errorf("the request under way got %q, %v", answer, err)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d\n%s", code, &log)
	}
	goleak.VerifyNone(t, before)
	for line := range strings.Lines(log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// get sends a request with a cookie and returns status and answer.
func get(t *testing.T, url, cookie string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// TestNodesOnOneDatabaseAreOneHouse: a link, a session and the end of an account hold on every node.
func TestNodesOnOneDatabaseAreOneHouse(t *testing.T) {
	dsn := storetest.Empty(t, storetest.Postgres)
	first := start(t, dsn)
	second := start(t, dsn)
	setup := `{"secret":"` + filepath.Base(second.setup) + `","name":"Sana","email":"sana@example.org","password":"lantern gravel oboe fjord","desk":"Desk"}`
	post(t, first.base+"/api/v1/setup", setup) // the link that the other node printed
	first.stop()                               // a node goes, and nobody is signed out by that
	third := start(t, dsn)
	add := []string{"member", "add", "ana@example.org", "--name", "Ana", "--desk", "desk", "--role", "writer", "--password-stdin", "--database", dsn, "--data", t.TempDir()}
	runWith(t, "four other quiet words\n", exitOK, add...)
	cookie := signIn(t, second, "ana@example.org", "four other quiet words")
	name, value, _ := strings.Cut(cookie, "=")
	elsewhere := strings.Replace(name, second.base[strings.LastIndex(second.base, ":")+1:], third.base[strings.LastIndex(third.base, ":")+1:], 1) + "=" + value
	if status, answer := get(t, third.base+"/api/v1/me", elsewhere); status != http.StatusOK {
		t.Fatalf("the session does not hold on the other node: %d %s", status, answer)
	}
	run(t, exitOK, "member", "disable", "ana@example.org", "--database", dsn, "--data", t.TempDir())
	for _, node := range []struct{ base, cookie string }{{second.base, cookie}, {third.base, elsewhere}} {
		if status, _ := get(t, node.base+"/api/v1/me", node.cookie); status != http.StatusUnauthorized {
			t.Errorf("a disabled member is let in on %s: %d", node.base, status)
		}
	}
	second.stop()
	third.stop()
}

func signIn(t *testing.T, p *process, email, password string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/api/v1/session", strings.NewReader(`{"email":"`+email+`","password":"`+password+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	cookie, _, _ := strings.Cut(response.Header.Get("Set-Cookie"), ";")
	if response.StatusCode != http.StatusCreated || cookie == "" {
		t.Fatalf("sign in: %d", response.StatusCode)
	}
	return cookie
}
