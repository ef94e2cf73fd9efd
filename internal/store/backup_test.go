package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/migrations"
)

func backup(t testing.TB, s *store.Store) ([]byte, store.Backup) {
	t.Helper()
	var out bytes.Buffer
	made, err := s.Backup(t.Context(), &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), made
}

func unzip(t testing.TB, file []byte) []string {
	t.Helper()
	zipped, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(string(text)))
}

func zip(t testing.TB, lines []string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	if _, err := zipped.Write([]byte(strings.Join(lines, ""))); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sorted drops what may differ between a database and its restored copy: when, from where, and the order of rows.
func sorted(lines []string) []string {
	rows := slices.Clone(lines[1 : len(lines)-1])
	slices.Sort(rows)
	return rows
}

func TestABackupMovesBetweenDatabases(t *testing.T) {
	for _, from := range storetest.Kinds() {
		for _, to := range storetest.Kinds() {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				source, target := storetest.Open(t, from), storetest.Open(t, to)
				fill(t, source)
				execute(t, source, "DELETE FROM session", "DELETE FROM setup_token") // what a restore takes away
				file, made := backup(t, source)
				if made.From != from || made.AuditSize != 3 || made.Rows < 20 {
					t.Errorf("made %+v", made)
				}
				restored, err := target.Restore(t.Context(), bytes.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				if restored.Rows != made.Rows || restored.AuditRoot != made.AuditRoot || !restored.MadeAt.Equal(made.MadeAt) {
					t.Errorf("made %+v\nrestored %+v", made, restored)
				}
				var epoch int64 // a restore raises it; set back, all else is the same
				if err := target.Reader().NewRaw("SELECT max(epoch) FROM report").Scan(t.Context(), &epoch); err != nil || epoch != 4 {
					t.Errorf("the report's epoch is %d, %v; want the next one", epoch, err)
				}
				execute(t, target, "UPDATE report SET epoch = epoch - 1", "UPDATE invitation SET revoked_at = NULL", "UPDATE token SET revoked_at = NULL")
				again, _ := backup(t, target)
				if want, got := sorted(unzip(t, file)), sorted(unzip(t, again)); !slices.Equal(want, got) {
					t.Errorf("the copy differs:\n%v\n%v", want, got)
				}
				fill2 := addDesk(t, target, "later") // and it can be used
				if _, err := store.Desk(t.Context(), target.Reader(), fill2.ID); err != nil {
					t.Error(err)
				}
				appendAudit(t, target, records(1)...)
				if report := verify(t, target, store.AuditTrust{}); !report.OK() || report.Size != 4 {
					t.Errorf("%+v", report)
				}
			})
		}
	}
}

func TestABackupHoldsEveryTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill(t, s)
		file, _ := backup(t, s)
		rows := map[string]int{}
		var table struct{ Table string }
		for _, line := range unzip(t, file)[1:] {
			if line[0] == '[' {
				rows[table.Table]++
			} else if err := json.Unmarshal([]byte(line), &table); err != nil {
				t.Fatal(err)
			}
		}
		tables, err := store.TablesOf(t.Context(), s.Reader())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if want := count(t, s, table.Table); rows[table.Table] != want || want == 0 {
				t.Errorf("table %s: %d rows in the backup, %d in the database", table.Table, rows[table.Table], want)
			}
		}
	})
}

func TestABackupUnderLoadIsOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill(t, s)
		desk := addDesk(t, s, "load")
		var written atomic.Int64
		stop, stopped := make(chan struct{}), make(chan error, 2)
		for writer := range 2 {
			go func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						stopped <- nil
						return
					default:
					}
					// Member, membership and record stand or fall together.
					err := s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
						m := review.Member{Email: fmt.Sprintf("m%d-%d@example.org", writer, i), Name: "Load", CreatedAt: noon}
						if err := store.AddMember(ctx, tx, &m); err != nil {
							return err
						}
						membership := review.Membership{Desk: desk.ID, Member: m.ID, Roles: []review.Role{review.Reader}, CreatedAt: noon}
						if err := store.AddMembership(ctx, tx, &membership); err != nil {
							return err
						}
						return store.Audit(ctx, tx, review.AuditRecord{At: noon, Kind: "load", Subject: m.ID})
					})
					if err != nil {
						stopped <- err
						return
					}
					written.Add(1)
				}
			}()
		}
		for i := range 3 {
			for before := written.Load(); written.Load() < before+5; { // the writers are at work
				if err := s.Ping(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			file, _ := backup(t, s)
			copied := storetest.Open(t, storetest.SQLite)
			if _, err := copied.Restore(t.Context(), bytes.NewReader(file)); err != nil {
				t.Fatalf("backup %d: %v", i, err)
			}
			members, memberships, records := count(t, copied, "member"), count(t, copied, "membership"), count(t, copied, "audit_record")
			if members != memberships || records != members+2 { // fill wrote one member and three records
				t.Errorf("backup %d: %d members, %d memberships, %d records", i, members, memberships, records)
			}
		}
		close(stop)
		for range 2 {
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestABackupThatIsNotWholeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		source := storetest.Open(t, storetest.SQLite)
		fill(t, source)
		file, _ := backup(t, source)
		lines := unzip(t, file)
		row := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "filler@example.org") })
		for _, test := range []struct {
			name string
			file func() []byte
			want review.Code
		}{
			{"nothing", func() []byte { return nil }, review.Invalid},
			{"no gzip", func() []byte { return []byte("SQLite format 3") }, review.Invalid},
			{"the first half", func() []byte { return file[:len(file)/2] }, review.Invalid},
			{"all but the last byte", func() []byte { return file[:len(file)-1] }, review.Invalid},
			{"a bit turned", func() []byte {
				turned := bytes.Clone(file)
				turned[len(turned)/2] ^= 1
				return turned
			}, review.Invalid},
			{"something behind its end", func() []byte { return zip(t, append(slices.Clone(lines), "more\n")) }, review.Invalid},
			{"another format", func() []byte { return zip(t, append([]string{`{"format":"other"}` + "\n"}, lines[1:]...)) }, review.Invalid},
			{"a row changed", func() []byte {
				changed := slices.Clone(lines)
				changed[row] = strings.Replace(changed[row], "filler@", "other@", 1)
				return zip(t, changed)
			}, review.Invalid},
			{"a row missing", func() []byte { return zip(t, slices.Delete(slices.Clone(lines), row, row+1)) }, review.Invalid},
			{"a row missing, and the sums mended", func() []byte { // others refer to it
				return zip(t, reseal(t, slices.Delete(slices.Clone(lines), row, row+1)))
			}, review.Unprocessable},
			{"a record of the log missing, and the sums mended", func() []byte {
				record := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, `[1,"2026`) })
				return zip(t, reseal(t, slices.Delete(slices.Clone(lines), record, record+1)))
			}, review.Unprocessable},
			{"a table that is none of ours", func() []byte {
				return zip(t, slices.Insert(slices.Clone(lines), 1, `{"table":"x\" (y) VALUES (1); --","columns":["y"],"types":["text"]}`+"\n"))
			}, review.Invalid},
			{"a newer schema", func() []byte {
				newer := slices.Clone(lines)
				newer[0] = strings.Replace(newer[0], `"schema":[`, `"schema":["0900_later",`, 1)
				return zip(t, newer)
			}, review.Unsupported},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, err := s.Restore(t.Context(), bytes.NewReader(test.file()))
				if review.CodeOf(err) != test.want {
					t.Errorf("got %v, want %q", err, test.want)
				}
				if count(t, s, "member") != 0 {
					t.Fatal("something of it was restored")
				}
			})
		}
		if _, err := s.Restore(t.Context(), bytes.NewReader(file)); err != nil { // after all of that
			t.Fatal(err)
		}
		_, err := s.Restore(t.Context(), bytes.NewReader(file))
		wantCode(t, err, review.Conflict)
	})
}

// execute changes rows, each statement in a transaction of its own.
func execute(t *testing.T, s *store.Store, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			_, err := tx.NewRaw(statement).Exec(ctx)
			return err
		})
	}
}

// TestNothingOfABackupLetsAnybodyIn: any of it may have been withdrawn since.
func TestNothingOfABackupLetsAnybodyIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, target *store.Store) {
		source := storetest.Open(t, storetest.SQLite)
		desk, ann := addDesk(t, source, "desk"), addMember(t, source, "ann")
		addSession(t, source, ann, "session")
		later := noon.AddDate(9, 0, 0)
		token := review.Token{Desk: desk.ID, Member: ann.ID, Name: "t", Hash: hashOf("token"), Acts: []review.Act{review.ToRead}, CreatedAt: noon, ExpiresAt: later}
		open := review.Invitation{Desk: desk.ID, Email: "b@example.org", Hash: hashOf("open"), CreatedBy: ann.ID, CreatedAt: noon, ExpiresAt: later}
		used, revoked := open, noon.AddDate(0, 0, 1)
		used.Hash, used.UsedAt, used.UsedBy = hashOf("used"), &revoked, ann.ID
		withdrawn := open
		withdrawn.Hash, withdrawn.RevokedAt = hashOf("withdrawn"), &revoked
		inTx(t, source, func(ctx context.Context, tx store.IDB) error {
			return errors.Join(store.AddToken(ctx, tx, &token), store.AddInvitation(ctx, tx, &open), store.AddInvitation(ctx, tx, &used),
				store.AddInvitation(ctx, tx, &withdrawn), store.AddSetupToken(ctx, tx, hashOf("setup"), later))
		})
		file, _ := backup(t, source)
		restored, err := target.Restore(t.Context(), bytes.NewReader(file))
		if err != nil || restored.Sessions != 1 || restored.Invitations != 1 || restored.Tokens != 1 {
			t.Fatalf("%+v, %v", restored, err)
		}
		_, err = store.SessionByHash(t.Context(), target.Reader(), hashOf("session"), noon)
		wantCode(t, err, review.NotFound)
		wantCode(t, store.CheckSetupToken(t.Context(), target.Reader(), hashOf("setup"), noon), review.NotFound)
		if token, err := store.TokenByHash(t.Context(), target.Reader(), hashOf("token")); err != nil || token.RevokedAt == nil {
			t.Errorf("the token is %+v, %v", token, err)
		}
		for name, ended := range map[string]bool{"open": true, "used": false, "withdrawn": true} {
			i, err := store.InvitationByHash(t.Context(), target.Reader(), hashOf(name))
			if err != nil || (i.RevokedAt != nil) != ended || name == "withdrawn" && !i.RevokedAt.Equal(revoked) {
				t.Errorf("the invitation that was %s is %+v, %v", name, i, err)
			}
		}
	})
}

func TestABackupOfAnOlderSchemaIsBroughtUpToDate(t *testing.T) {
	for _, kind := range storetest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			source := storetest.Open(t, kind)
			fill(t, source)
			file, _ := backup(t, source)
			newer := with(t, "0900_later", "ALTER TABLE desk ADD COLUMN motto text NOT NULL DEFAULT 'none';", "ALTER TABLE desk DROP COLUMN motto;")
			target, err := store.Open(t.Context(), store.Config{DSN: storetest.Empty(t, kind), Migrations: newer})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = target.Close() }()
			if _, err := target.Restore(t.Context(), bytes.NewReader(file)); err != nil {
				t.Fatal(err)
			}
			var motto string
			if err := target.Reader().NewRaw("SELECT motto FROM desk").Scan(t.Context(), &motto); err != nil || motto != "none" {
				t.Errorf("read %q (%v)", motto, err)
			}
		})
	}
}

func TestADamagedDatabaseIsNotBackedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill(t, s)
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			return tamper(ctx, tx, []string{"DELETE FROM audit_record WHERE number = 1"})
		})
		var out bytes.Buffer
		_, err := s.Backup(t.Context(), &out)
		wantCode(t, err, review.Unprocessable)
		if out.Len() != 0 || !strings.Contains(err.Error(), "record 1 removed") {
			t.Errorf("%d bytes were written: %v", out.Len(), err)
		}
	})
}

func TestACopyLeftByABackupThatWasKilledIsCleared(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	if err := os.MkdirAll(s.Path()+".backup", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Path()+".backup", "copy.db"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	backup(t, s)
	if _, err := os.Stat(s.Path() + ".backup"); !os.IsNotExist(err) {
		t.Errorf("the copy is still there: %v", err)
	}
}

func TestABackupIsCheckedByRestoringIt(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	fill(t, s)
	file, made := backup(t, s)
	check := func(file []byte) (store.Backup, error) {
		config := store.Config{DSN: storetest.Empty(t, storetest.SQLite), Migrations: migrations.Files}
		return store.CheckBackup(t.Context(), bytes.NewReader(file), config)
	}
	if got, err := check(file); err != nil || got.Rows != made.Rows {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := check(file[:len(file)-10])
	wantCode(t, err, review.Invalid)
}

// reseal makes the last line fit the lines before it, as somebody who forges a backup would.
func reseal(t *testing.T, lines []string) []string {
	t.Helper()
	end := map[string]any{}
	last := len(lines) - 1
	if err := json.Unmarshal([]byte(lines[last]), &end); err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	rows := 0
	for _, line := range lines[:last] {
		_, _ = io.WriteString(sum, line)
		if line[0] == '[' {
			rows++
		}
	}
	text := fmt.Sprintf(`{"end":true,"tables":%v,"rows":%d,"audit_size":%v,"audit_root":%q,"sha256":"%x"}`+"\n",
		end["tables"], rows, end["audit_size"], end["audit_root"], sum.Sum(nil))
	return append(lines[:last:last], text)
}

func TestADatabaseThatWasUsedIsNotRestoredInto(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		source := storetest.Open(t, storetest.SQLite)
		addDesk(t, source, "theirs")
		file, _ := backup(t, source)
		ours := addDesk(t, s, "ours") // which nothing in the backup clashes with
		_, err := s.Restore(t.Context(), bytes.NewReader(file))
		wantCode(t, err, review.Conflict)
		desks, _, listed := store.Desks(t.Context(), s.Reader(), review.Page{})
		if listed != nil || len(desks) != 1 || desks[0].ID != ours.ID || !strings.Contains(err.Error(), "table desk") {
			t.Errorf("desks %+v (%v), %v", desks, listed, err)
		}
	})
}
