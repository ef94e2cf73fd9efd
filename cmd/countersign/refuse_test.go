package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/store/storetest"
)

func wantPart(t *testing.T, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%q lacks %q", text, part)
	}
}

// reading are the commands that neither make a database nor change its schema.
func reading(t *testing.T) map[string][]string {
	dir := t.TempDir()
	return map[string][]string{
		"migrate status": {"migrate", "status"},
		"migrate down":   {"migrate", "down"},
		"member list":    {"member", "list"},
		"member add":     {"member", "add", "ana@example.org", "--desk", "desk", "--role", "reader"},
		"token create":   {"token", "create", "x", "--desk", "desk", "--member", "ana@example.org", "--act", "read"},
		"audit verify":   {"audit", "verify"},
		"audit export":   {"audit", "export", filepath.Join(dir, "audit.ndjson")},
		"backup":         {"backup", filepath.Join(dir, "backup")},
	}
}

func TestAMistypedPathMakesNoDatabase(t *testing.T) {
	for name, args := range reading(t) {
		t.Run(name, func(t *testing.T) {
			nowhere := filepath.Join(t.TempDir(), "nowhere")
			file := filepath.Join(t.TempDir(), "typo.db")
			wantPart(t, run(t, exitMissing, append(args, "--data", nowhere)...), filepath.Join(nowhere, databaseFile))
			wantPart(t, run(t, exitMissing, append(args, "--database", file)...), file)
			for _, made := range []string{nowhere, file} {
				if _, err := os.Stat(made); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s is there: %v", made, err)
				}
			}
		})
	}
}

func TestAURLOfAnotherDatabaseIsRefusedWithoutItsPassword(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dsn := range []string{"mysql://ana:hunter2@db/x", "postgress://ana:hunter2@db/x", "sqlite://hunter2.db", "Postgres://ana:hunter2@db/x", "host=db password=hunter2"} {
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"migrate", "up"}, {"member", "list"}} {
			said := run(t, exitRefused, append(args, "--database", dsn)...)
			wantPart(t, said, "postgres://")
			if strings.Contains(said, "hunter2") {
				t.Errorf("%s tells the password: %s", args[0], said)
			}
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestReadingLeavesAnOlderSchemaAsItIs: what shows or saves a database before an upgrade does not upgrade it.
func TestReadingLeavesAnOlderSchemaAsItIs(t *testing.T) {
	for _, kind := range storetest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dsn := storetest.Empty(t, kind)
			in := func(args ...string) []string { return append(args, "--database", dsn, "--data", t.TempDir()) }
			p := start(t, dsn)
			post(t, p.base+"/api/v1/setup", `{"secret":"`+filepath.Base(p.setup)+`","name":"Sana","email":"sana@example.org","password":"lantern gravel oboe fjord","desk":"Desk"}`)
			p.stop()
			run(t, exitOK, in("migrate", "down")...)
			status := run(t, exitOK, in("migrate", "status")...)
			wantPart(t, status, "missing")
			file := filepath.Join(t.TempDir(), "backup")
			run(t, exitOK, in("backup", file)...)
			run(t, exitOK, in("audit", "verify")...)
			wantPart(t, run(t, exitRefused, in("audit", "export", "-")...), "migrate up")
			wantPart(t, run(t, exitRefused, in("member", "list")...), "migrate up")
			if now := run(t, exitOK, in("migrate", "status")...); now != status {
				t.Errorf("the schema was\n%s\nand is\n%s", status, now)
			}
			into := filepath.Join(t.TempDir(), "into.db")
			run(t, exitOK, "restore", file, "--database", into)
			wantPart(t, run(t, exitOK, "member", "list", "--database", into), "sana@example.org")
			run(t, exitOK, in("migrate", "down")...) // the audit log goes
			wantPart(t, run(t, exitRefused, in("backup", filepath.Join(t.TempDir(), "backup"))...), "migrate up")
		})
	}
}

func TestRestoreSaysWhatItEnded(t *testing.T) {
	dir := t.TempDir()
	in := func(args ...string) []string { return append(args, "--data", dir) }
	p := start(t, filepath.Join(dir, databaseFile))
	post(t, p.base+"/api/v1/setup", `{"secret":"`+filepath.Base(p.setup)+`","name":"Sana","email":"sana@example.org","password":"lantern gravel oboe fjord","desk":"Desk"}`)
	made := run(t, exitOK, in("token", "create", "x", "--desk", "desk", "--member", "sana@example.org", "--act", "read", "--json")...)
	var token struct{ Desk, Secret string }
	if err := json.Unmarshal([]byte(made), &token); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	run(t, exitOK, in("backup", file)...)
	p.stop()
	into := filepath.Join(t.TempDir(), "into.db")
	wantPart(t, run(t, exitOK, "restore", file, "--database", into), "1 sessions, 0 open invitations, 1 API tokens")
	restored := start(t, into)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, restored.base+"/api/v1/desks/"+token.Desk, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token.Secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("the backup's token is answered %d", response.StatusCode)
	}
	restored.stop()
}

func TestReadyzShowsAFileThatIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), databaseFile)
	p := start(t, file)
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	if status, answer := get(t, p.base+"/readyz", ""); status != http.StatusServiceUnavailable || !strings.Contains(answer, "is gone") {
		t.Errorf("%d %s", status, answer)
	}
	if status, _ := get(t, p.base+"/healthz", ""); status != http.StatusOK {
		t.Errorf("/healthz answers %d", status)
	}
}

func TestAWrongPasswordOfPostgresIsSaid(t *testing.T) {
	dsn, err := url.Parse(storetest.Empty(t, storetest.Postgres))
	if err != nil {
		t.Fatal(err)
	}
	wrong := *dsn
	wrong.User = url.UserPassword(dsn.User.Username(), "not the password")
	said := run(t, exitUnavailable, "member", "list", "--database", wrong.String())
	wantPart(t, said, "does not let postgres in")
	if strings.Contains(said, "not the password") {
		t.Errorf("it tells the password: %s", said)
	}
	other := *dsn
	other.Path = "/nowhere"
	wantPart(t, run(t, exitMissing, "member", "list", "--database", other.String()), "no database nowhere")
}

func TestUsageErrorsAreJSONIfAskedFor(t *testing.T) {
	for _, args := range [][]string{{"fly", "--json"}, {"--json", "member", "list", "--wings"}, {"serve", "--addr", "nonsense", "--json"}} {
		var answer struct {
			Error string
			Exit  int
		}
		if said := run(t, exitUsage, args...); json.Unmarshal([]byte(said), &answer) != nil || answer.Exit != exitUsage || answer.Error == "" {
			t.Errorf("%v: %s", args, said)
		}
	}
}

func TestHTTPIsServedOnLoopbackOnly(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		wantPart(t, run(t, exitUsage, "serve", "--addr", addr, "--url", "http://localhost:8080", "--data", data), "in the clear")
	}
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a database was made")
	}
}

// TestCompletionPassesOverValues asks bash itself.
func TestCompletionPassesOverValues(t *testing.T) {
	script := run(t, exitOK, "completion", "bash")
	for _, test := range []struct{ words, want, never string }{
		{"countersign member ", "list", "serve"},
		{"countersign --data ./d member ", "list", "serve"},
		{"countersign --data serve member ", "list", "serve"},
		{"countersign --data = ./d member ", "list", "serve"},
		{"countersign --json member list ", "--desk", "serve"},
		{"countersign member add ana@example.org --desk d --", "--role", "--act"},
		{"countersign member list --desk ", "", "--desk"},
	} {
		ask := exec.CommandContext(t.Context(), "bash", "-c", script+`
read -ra COMP_WORDS <<< "$1"; [[ $1 != *" " ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _countersign; echo "${COMPREPLY[*]}"`, "bash", test.words)
		var errs bytes.Buffer
		ask.Stderr = &errs
		answer, err := ask.Output()
		if err != nil || errs.Len() > 0 {
			t.Fatalf("%v %s", err, &errs)
		}
		got := " " + strings.TrimSpace(string(answer)) + " "
		if !strings.Contains(got, test.want) || strings.Contains(got, " "+test.never+" ") {
			t.Errorf("%q offers%s", test.words, got)
		}
	}
}
