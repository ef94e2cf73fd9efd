package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

func appendAudit(t testing.TB, s *store.Store, all ...review.AuditRecord) {
	t.Helper()
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.Audit(ctx, tx, all...) })
}

func checkpoint(t testing.TB, s *store.Store) string {
	t.Helper()
	var signed string
	inTx(t, s, func(ctx context.Context, tx store.IDB) error {
		var err error
		signed, err = store.AuditCheckpoint(ctx, tx, noon)
		return err
	})
	return signed
}

func verify(t testing.TB, s *store.Store, trust store.AuditTrust) review.AuditReport {
	t.Helper()
	report, err := s.VerifyAudit(t.Context(), trust)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// faults returns what a report names, such as "removed 5-7".
func faults(report review.AuditReport) []string {
	all := []string{}
	for _, fault := range report.Faults {
		if fault.From == fault.To {
			all = append(all, fmt.Sprintf("%s %d", fault.Kind, fault.From))
			continue
		}
		all = append(all, fmt.Sprintf("%s %d-%d", fault.Kind, fault.From, fault.To))
	}
	return all
}

// tlog itself, which is not ours, computes the root from the stored hashes and proves a record.
func TestTheLogIsATreeAsTlogDefinesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for size := 1; size <= 20; size++ {
			appendAudit(t, s, records(1)...)
			reader := tlog.HashReaderFunc(func(numbers []int64) ([]tlog.Hash, error) {
				hashes := make([]tlog.Hash, len(numbers))
				for i, number := range numbers {
					var hash []byte
					if err := s.Reader().NewRaw("SELECT hash FROM audit_hash WHERE number = ?", number).Scan(t.Context(), &hash); err != nil {
						return nil, err
					}
					copy(hashes[i][:], hash)
				}
				return hashes, nil
			})
			root, err := tlog.TreeHash(int64(size), reader)
			if err != nil {
				t.Fatal(err)
			}
			report := verify(t, s, store.AuditTrust{})
			if !report.OK() || report.Size != int64(size) || report.Root != root.String() {
				t.Fatalf("size %d: tlog has the root %v, we report %+v", size, root, report)
			}
			proof, err := tlog.ProveRecord(int64(size), 0, reader)
			if err != nil {
				t.Fatal(err)
			}
			first, _, err := store.AuditList(t.Context(), s.Reader(), review.AuditFilter{}, review.Page{Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			canonical, err := first[len(first)-1].Canonical()
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(proof, int64(size), root, 0, tlog.RecordHash(canonical)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestACheckpointIsANoteThatAnybodyCanVerify(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		appendAudit(t, s, records(5)...)
		signed := checkpoint(t, s)
		key, err := store.AuditKey(t.Context(), s.Reader())
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := note.NewVerifier(key)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
		if err != nil {
			t.Fatal(err)
		}
		tree, err := tlog.ParseTree([]byte(opened.Text))
		report := verify(t, s, store.AuditTrust{Witnesses: []string{signed}})
		if err != nil || tree.N != 5 || tree.Hash.String() != report.Root || !report.OK() || report.Checkpoints != 2 {
			t.Errorf("tree %+v (%v), report %+v", tree, err, report)
		}
	})
}

func TestTheRecordIsAppendedWithWhatItRecordsOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
			if err := store.Audit(ctx, tx, records(2)...); err != nil {
				return err
			}
			return errStop
		})
		if err == nil || count(t, s, "audit_record") != 0 || count(t, s, "audit_hash") != 0 {
			t.Fatalf("%v, and records are there", err)
		}
		appendAudit(t, s, records(1)...)
		if report := verify(t, s, store.AuditTrust{}); !report.OK() || report.Size != 1 {
			t.Errorf("%+v", report)
		}
	})
}

func TestManyAppendAtOnceToOneLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const writers, each = 4, 10
		var all sync.WaitGroup
		errs := make([]error, writers)
		for i := range writers {
			all.Go(func() {
				for range each {
					if errs[i] == nil {
						errs[i] = s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error { return store.Audit(ctx, tx, records(2)...) })
					}
				}
			})
		}
		all.Wait()
		report := verify(t, s, store.AuditTrust{})
		if !report.OK() || report.Size != 2*writers*each {
			t.Errorf("%v, %+v", errs, report)
		}
	})
}

func TestTheLogIsListedByWhatIsAskedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		all := records(10)
		all[3].Kind, all[4].Kind, all[5].Kind = "session.start", "session.end", "sessionless"
		all[6].Report = "report"
		appendAudit(t, s, all...)
		for _, test := range []struct {
			name   string
			filter review.AuditFilter
			want   []int64
		}{
			{"everything", review.AuditFilter{}, []int64{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
			{"a kind", review.AuditFilter{Kind: "session.start"}, []int64{3}},
			{"a group of kinds", review.AuditFilter{Kind: "session."}, []int64{4, 3}},
			{"a member", review.AuditFilter{Member: "member-2"}, []int64{9, 2}},
			{"a report", review.AuditFilter{Report: "report"}, []int64{6}},
			{"a subject", review.AuditFilter{Subject: "subject-8"}, []int64{8}},
			{"a desk that has none", review.AuditFilter{Desk: "other"}, nil},
			{"a time", review.AuditFilter{Since: noon.Add(2 * time.Second), Before: noon.Add(4 * time.Second)}, []int64{3, 2}},
		} {
			got := allPages(t, 3, func(page review.Page) ([]review.AuditRecord, string, error) {
				return store.AuditList(t.Context(), s.Reader(), test.filter, page)
			})
			var numbers []int64
			for _, record := range got {
				numbers = append(numbers, record.Number)
			}
			if !slices.Equal(numbers, test.want) {
				t.Errorf("%s: %v, want %v", test.name, numbers, test.want)
			}
		}
		got, _, err := store.AuditList(t.Context(), s.Reader(), review.AuditFilter{Subject: "subject-8"}, review.Page{})
		if err != nil || got[0].Detail["from"] != all[8].Detail["from"] || !got[0].At.Equal(all[8].At) {
			t.Errorf("wrote %+v, read %+v (%v)", all[8], got, err)
		}
	})
}

func TestManyAlikeInAMinuteBecomeOneRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		soon := func(kind, member string, after time.Duration) {
			err := s.AuditSoon(t.Context(), review.AuditRecord{At: noon.Add(after), Kind: kind, Member: member, Detail: map[string]string{"after": after.String()}})
			if err != nil {
				t.Fatal(err)
			}
		}
		soon("session.start", "ann", 0)
		soon("session.start", "ben", time.Second)
		soon("session.start", "ann", 5*time.Second)
		soon("refusal", "ann", 6*time.Second)
		soon("session.start", "ann", 59*time.Second)
		soon("session.start", "ann", 60*time.Second)
		flush := func(after time.Duration, want int) {
			t.Helper()
			if got, err := s.FlushAudit(t.Context(), noon.Add(after)); err != nil || got != want {
				t.Errorf("flushed %d records after %v, want %d (%v)", got, after, want, err)
			}
		}
		flush(59*time.Second, 0)
		flush(60*time.Second, 3)
		flush(60*time.Second, 0)
		flush(120*time.Second, 1)
		list, _, err := store.AuditList(t.Context(), s.Reader(), review.AuditFilter{Member: "ann", Kind: "session.start"}, review.Page{})
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v (%v)", list, err)
		}
		first := list[1]
		if first.Count != 3 || first.Until == nil || !first.Until.Equal(noon.Add(59*time.Second)) || first.Detail["after"] != "0s" || list[0].Count != 0 {
			t.Errorf("%+v", list)
		}
		if report := verify(t, s, store.AuditTrust{}); !report.OK() {
			t.Errorf("%+v", report)
		}
	})
}

// tampering is done to a log of 600 records (checkpoints after 256, 512 and 600) by whoever can write to its database.
type tampering struct {
	name       string
	statements []string
	want       []string
}

func tamperings() []tampering {
	const swap = "UPDATE audit_record SET number = -1 WHERE number = %[1]d; UPDATE audit_record SET number = %[1]d WHERE number = %[2]d; " +
		"UPDATE audit_record SET number = %[2]d WHERE number = -1"
	const shift = "UPDATE audit_record SET number = -number WHERE number > %[1]d; UPDATE audit_record SET number = -number - 1 WHERE number < 0"
	const copyRow = "INSERT INTO audit_record SELECT %d, at, kind, member, desk, report, subject, record FROM audit_record WHERE number = %d"
	leaf := func(n int64) int64 { return tlog.StoredHashIndex(0, n) }
	return []tampering{
		{"removed: one record", []string{"DELETE FROM audit_record WHERE number = 5"}, []string{"removed 5"}},
		{"removed: some records", []string{"DELETE FROM audit_record WHERE number BETWEEN 5 AND 8 OR number = 300"}, []string{"removed 5-8", "removed 300"}},
		{"removed: and the rest moved up", []string{"DELETE FROM audit_record WHERE number = 5", fmt.Sprintf(shift, 5)}, []string{"removed 5"}},
		{"changed: the text", []string{"UPDATE audit_record SET record = (SELECT replace_text) WHERE number = 5"}, []string{"changed 5"}},
		{"changed: what filters see", []string{"UPDATE audit_record SET member = 'innocent' WHERE number = 5"}, []string{"changed 5"}},
		{"changed: the text and its hash", []string{
			"UPDATE audit_record SET record = (SELECT replace_text) WHERE number = 5",
			fmt.Sprintf("UPDATE audit_hash SET hash = (SELECT replace_hash) WHERE number = %d", leaf(5)),
		}, []string{"changed 4-5", "changed 5"}},
		{"reordered: two records", []string{fmt.Sprintf(swap, 5, 9)}, []string{"reordered 5", "reordered 9"}},
		{"reordered: two neighbours", []string{fmt.Sprintf(swap, 5, 6)}, []string{"reordered 6"}},
		{"truncated: the last records", []string{"DELETE FROM audit_record WHERE number >= 590"}, []string{"truncated 590-599"}},
		{"truncated: records and hashes", []string{
			"DELETE FROM audit_record WHERE number >= 590", fmt.Sprintf("DELETE FROM audit_hash WHERE number >= %d", leaf(590)),
		}, []string{"truncated 590-599"}},
		{"truncated: everything", []string{"DELETE FROM audit_record", "DELETE FROM audit_hash"}, []string{"truncated 0-599"}},
		{"replayed: at the end", []string{fmt.Sprintf(copyRow, 600, 5)}, []string{"replayed 5"}},
		{"replayed: over another", []string{
			"DELETE FROM audit_record WHERE number = 7", fmt.Sprintf(copyRow, 7, 5),
		}, []string{"replayed 5", "removed 7"}},
		{"added: at the end", []string{
			"INSERT INTO audit_record SELECT 600, at, kind, member, desk, report, subject, (SELECT replace_text) FROM audit_record WHERE number = 5",
		}, []string{"added 600"}},
		{"hash: one above the records", []string{
			fmt.Sprintf("UPDATE audit_hash SET hash = (SELECT replace_hash) WHERE number = %d", tlog.StoredHashIndex(1, 2)),
		}, []string{"hash 4-5"}},
		{"hash: one of a record, deleted", []string{fmt.Sprintf("DELETE FROM audit_hash WHERE number = %d", leaf(5))}, []string{"hash 4-5", "hash 5"}},
		{"checkpoint: signed by nobody", []string{"UPDATE audit_checkpoint SET note = 'x' WHERE size = 256"}, []string{"checkpoint 0"}},
	}
}

// tamper runs statements. A text and a hash of the tamperer's own stand for what they would put in.
func tamper(ctx context.Context, tx store.IDB, statements []string) error {
	text := []byte(`{"n":5,"at":"2026-03-02T12:00:05Z","kind":"membership.change","member":"innocent"}`)
	hash := tlog.RecordHash(text)
	for _, statement := range strings.Split(strings.Join(statements, "; "), "; ") {
		var args []any // bun writes bytes as each database reads them
		for statement != "" && strings.Contains(statement, "replace_") {
			at := strings.Index(statement, "(SELECT replace_")
			if strings.HasPrefix(statement[at:], "(SELECT replace_text)") {
				args = append(args, text)
			} else {
				args = append(args, hash[:])
			}
			statement = statement[:at] + "?" + statement[at+len("(SELECT replace_text)"):]
		}
		if _, err := tx.NewRaw(statement, args...).Exec(ctx); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func TestTamperingWithTheDatabaseIsFoundAndNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		appendAudit(t, s, records(600)...)
		checkpoint(t, s)
		if report := verify(t, s, store.AuditTrust{}); !report.OK() {
			t.Fatalf("before it was tampered with: %v", report.Faults)
		}
		for _, test := range tamperings() {
			t.Run(test.name, func(t *testing.T) {
				err := s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
					if err := tamper(ctx, tx, test.statements); err != nil {
						return err
					}
					report, err := store.VerifyAuditIn(ctx, tx, store.AuditTrust{})
					if err != nil {
						return err
					}
					if !slices.Equal(faults(report), test.want) {
						t.Errorf("named %v, want %v\n%v", faults(report), test.want, report.Faults)
					}
					return errStop // the next case begins with the whole log again
				})
				if !errors.Is(err, errStop) {
					t.Fatal(err)
				}
			})
		}
	})
}

// rebuild makes a log of other records under the old key, hashes, head and all, as somebody with full access can.
func rebuild(t *testing.T, s *store.Store, keepCheckpoints bool, all []review.AuditRecord) {
	t.Helper()
	statements := []string{"DELETE FROM audit_record", "DELETE FROM audit_hash", "UPDATE audit_head SET size = 0, peaks = (SELECT replace_nothing)"}
	if !keepCheckpoints {
		statements = append(statements, "DELETE FROM audit_checkpoint")
	}
	for _, statement := range statements {
		empty := "X''"
		if s.Dialect() == storetest.Postgres {
			empty = "''::bytea"
		}
		if _, err := s.Writer().ExecContext(t.Context(), strings.ReplaceAll(statement, "replace_nothing", empty)); err != nil {
			t.Fatal(err)
		}
	}
	appendAudit(t, s, all...)
}

func TestALogRewrittenFromEndToEndDoesNotFitWhatWasSigned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		appendAudit(t, s, records(600)...)
		witness := checkpoint(t, s)
		changed := records(600)
		changed[300].Member = "innocent"

		rebuild(t, s, true, changed)
		if got := faults(verify(t, s, store.AuditTrust{})); !slices.Equal(got, []string{"changed 256-511"}) {
			t.Errorf("with its checkpoints kept: %v", got)
		}
		rebuild(t, s, true, records(550))
		if got := faults(verify(t, s, store.AuditTrust{})); !slices.Equal(got, []string{"truncated 550-599"}) {
			t.Errorf("an old copy with newer checkpoints: %v", got)
		}
		rebuild(t, s, false, changed)
		if report := verify(t, s, store.AuditTrust{}); !report.OK() {
			t.Errorf("the key itself vouches for the new log, which no verifier without a witness can see: %v", report.Faults)
		}
		if got := faults(verify(t, s, store.AuditTrust{Witnesses: []string{witness}})); !slices.Equal(got, []string{"changed 0-599"}) {
			t.Errorf("with a witness: %v", got)
		}
		rebuild(t, s, false, records(550))
		if got := faults(verify(t, s, store.AuditTrust{Witnesses: []string{witness}})); !slices.Equal(got, []string{"truncated 550-599"}) {
			t.Errorf("an old copy played back, with a witness: %v", got)
		}
		_, public, err := note.GenerateKey(rand.Reader, "other")
		if err != nil {
			t.Fatal(err)
		}
		if got := faults(verify(t, s, store.AuditTrust{Key: public})); len(got) == 0 || got[0] != "checkpoint 0" {
			t.Errorf("with another key: %v", got)
		}
	})
}

func export(t testing.TB, s *store.Store) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := s.AuditExport(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTamperingWithAnExportIsFoundAndNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		appendAudit(t, s, records(600)...)
		whole := bytes.SplitAfter(export(t, s), []byte("\n"))
		whole = whole[:len(whole)-1]
		const first = 3 // lines before record 0: the head and two older checkpoints
		line := func(n int) int { return first + n }
		forge := func(line []byte) []byte {
			return bytes.Replace(line, []byte(`"member":"member-5"`), []byte(`"member":"innocent"`), 1)
		}
		for _, test := range []struct {
			name string
			edit func(lines [][]byte) [][]byte
			want []string
		}{
			{"nothing", func(lines [][]byte) [][]byte { return lines }, []string{}},
			{"removed: one record", func(lines [][]byte) [][]byte { return slices.Delete(lines, line(5), line(6)) }, []string{"removed 5"}},
			{"removed: some records", func(lines [][]byte) [][]byte { return slices.Delete(lines, line(5), line(9)) }, []string{"removed 5-8"}},
			{"changed: one record", func(lines [][]byte) [][]byte {
				lines[line(5)] = forge(lines[line(5)])
				return lines
			}, []string{"changed 5"}},
			{"changed: one record and its hash", func(lines [][]byte) [][]byte {
				forged := forge(lines[line(5)])
				record := bytes.TrimSuffix(forged[bytes.Index(forged, []byte(`"record":`))+len(`"record":`):], []byte("}\n"))
				hash := tlog.RecordHash(record).String()
				lines[line(5)] = regexp.MustCompile(`"hash":"[^"]*"`).ReplaceAll(forged, []byte(`"hash":"`+hash+`"`))
				return lines
			}, []string{"changed 0-255"}},
			{"reordered: two records", func(lines [][]byte) [][]byte {
				lines[line(5)], lines[line(9)] = lines[line(9)], lines[line(5)]
				return lines
			}, []string{"reordered 5", "reordered 9"}},
			{"truncated", func(lines [][]byte) [][]byte { return lines[:line(590)] }, []string{"truncated 590-599"}},
			{"truncated in a line", func(lines [][]byte) [][]byte {
				lines[line(590)] = lines[line(590)][:40]
				return lines[:line(591)]
			}, []string{"changed 590", "truncated 591-599"}},
			{"replayed: at the end", func(lines [][]byte) [][]byte { return append(lines, lines[line(5)]) }, []string{"replayed 5"}},
			{"replayed: in the middle", func(lines [][]byte) [][]byte { return slices.Insert(lines, line(100), lines[line(5)]) }, []string{"replayed 5"}},
			{"replayed: over another", func(lines [][]byte) [][]byte {
				lines[line(7)] = lines[line(5)]
				return lines
			}, []string{"replayed 5", "removed 7"}},
		} {
			t.Run(test.name, func(t *testing.T) {
				lines := test.edit(slices.Clone(whole))
				report, err := store.VerifyAuditExport(bytes.NewReader(bytes.Join(lines, nil)), store.AuditTrust{})
				if err != nil || !slices.Equal(faults(report), test.want) {
					t.Errorf("named %v, want %v (%v)\n%v", faults(report), test.want, err, report.Faults)
				}
			})
		}
	})
}

func TestAnOlderExportDoesNotFitAWitness(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	appendAudit(t, s, records(10)...)
	old := export(t, s)
	appendAudit(t, s, records(5)...)
	witness := checkpoint(t, s)
	report, err := store.VerifyAuditExport(bytes.NewReader(old), store.AuditTrust{Witnesses: []string{witness}})
	if err != nil || !slices.Equal(faults(report), []string{"truncated 10-14"}) {
		t.Errorf("named %v (%v)", faults(report), err)
	}
}

func TestWhatIsNoExportIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":         "",
		"no JSON":         "hello\n",
		"another format":  `{"format":"other/1","key":"k"}` + "\n",
		"no key":          `{"format":"countersign-audit/1"}` + "\n",
		"a line too long": `{"format":"countersign-audit/1","key":"k","checkpoint":"c"}` + "\n" + strings.Repeat("x", 5<<20),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.VerifyAuditExport(strings.NewReader(text), store.AuditTrust{})
			wantCode(t, err, review.Invalid)
		})
	}
}

func TestAnEmptyLogIsWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if report := verify(t, s, store.AuditTrust{}); !report.OK() || report.Size != 0 {
			t.Errorf("%+v", report)
		}
		report, err := store.VerifyAuditExport(bytes.NewReader(export(t, s)), store.AuditTrust{})
		if err != nil || !report.OK() || report.Checkpoints != 1 {
			t.Errorf("%+v (%v)", report, err)
		}
	})
}
