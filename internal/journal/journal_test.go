package journal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/journal"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/internal/yjs"
)

// house is a desk with members and reports, and a journal over them.
type house struct {
	t       testing.TB
	store   *store.Store
	bus     *bus.Local
	journal *journal.Journal
	ann     string
	ben     string
	desk    string
}

func newHouse(t testing.TB, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, bus: bus.NewLocal()}
	h.journal = h.open()
	desk := review.Desk{Slug: "desk", Name: "Desk", CreatedAt: time.Now()}
	err := s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
		if err := store.AddDesk(ctx, tx, &desk); err != nil {
			return err
		}
		for name, id := range map[string]*string{"Ann": &h.ann, "Ben": &h.ben} {
			m := review.Member{Email: strings.ToLower(name) + "@example.org", Name: name, CreatedAt: time.Now()}
			if err := store.AddMember(ctx, tx, &m); err != nil {
				return err
			}
			*id = m.ID
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.desk = desk.ID
	return h
}

// open opens one more journal on the house's database, as another node would.
func (h *house) open() *journal.Journal {
	h.t.Helper()
	j := journal.Open(journal.Config{Store: h.store, Bus: h.bus, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	h.t.Cleanup(func() {
		if err := j.Close(context.Background()); err != nil {
			h.t.Errorf("close the journal: %v", err)
		}
	})
	return j
}

func (h *house) report() string {
	h.t.Helper()
	r := review.Report{
		Desk: h.desk, Slug: fmt.Sprintf("report-%d", rand.Int64N(1<<50)), Title: "A report", Language: "en",
		Schema: review.DocumentSchema, Epoch: 1, CreatedBy: h.ann, CreatedAt: time.Now(), ChangedAt: time.Now(),
	}
	h.inTx(func(ctx context.Context, tx store.IDB) error { return store.AddReport(ctx, tx, &r) })
	return r.ID
}

func (h *house) inTx(do func(ctx context.Context, tx store.IDB) error) {
	h.t.Helper()
	if err := h.store.InTx(h.t.Context(), do); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) sql(query string, args ...any) {
	h.t.Helper()
	h.inTx(func(ctx context.Context, tx store.IDB) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
}

func (h *house) text(report string) string {
	h.t.Helper()
	text, err := h.journal.Load(h.t.Context(), report)
	if err != nil {
		h.t.Fatal(err)
	}
	return text.Doc.Text(journal.Root).String()
}

// typist is a browser with a client id of its own.
type typist struct {
	member string
	client uint64
	doc    *yjs.Doc
	known  bool // that the client id is the member's
}

func newTypist(member string, client uint64) *typist {
	return &typist{member: member, client: client, doc: yjs.New(yjs.Options{})}
}

// types makes an update that puts s at the end of the text.
func (y *typist) types(t testing.TB, s string) review.Part {
	t.Helper()
	p, err := y.part(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (y *typist) part(s string) (review.Part, error) {
	u, err := y.doc.Transact(y.client, func(tx *yjs.Tx) error {
		text := tx.Text(journal.Root)
		return text.Insert(text.Len(), s, nil)
	})
	p := review.Part{Member: y.member, Session: "session", Update: u}
	if !y.known {
		p.Clients, y.known = []uint64{y.client}, true
	}
	return p, err
}

func batch(report string, parts ...review.Part) journal.Batch {
	return journal.Batch{Report: report, Epoch: 1, Parts: parts}
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newHouse(t, s)) })
}

func TestWhatWasAppendedIsLoaded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		report := h.report()
		if got := h.text(report); got != "" {
			t.Errorf("a new report holds %q", got)
		}
		ann := newTypist(h.ann, 1)
		for i, s := range []string{"one ", "two ", "three"} {
			a, err := h.journal.Append(t.Context(), batch(report, ann.types(t, s)))
			if err != nil {
				t.Fatal(err)
			}
			if a.Seq != int64(i+1) || a.First != 0 {
				t.Errorf("row %d, part %d; want row %d, part 0", a.Seq, a.First, i+1)
			}
		}
		if got := h.text(report); got != "one two three" {
			t.Errorf("loaded %q", got)
		}
		rows, err := h.journal.Rows(t.Context(), report, 1, 1)
		if err != nil || len(rows) != 1 || rows[0].Seq != 2 || rows[0].Parts[0].Member != h.ann || rows[0].Parts[0].Session != "session" {
			t.Errorf("rows after the first: %+v, %v", rows, err)
		}
	})
}

func TestManyReportsShareTransactionsAndEachLogHasNoGap(t *testing.T) {
	const reports, typists, strokes = 20, 3, 10
	each(t, func(t *testing.T, h *house) {
		nodes := []*journal.Journal{h.journal, h.open()}
		var wg sync.WaitGroup
		ids := make([]string, reports)
		for i := range ids {
			ids[i] = h.report()
			for k := range typists {
				y := newTypist([]string{h.ann, h.ben}[k%2], uint64(k+1))
				wg.Go(func() {
					for range strokes {
						if _, err := nodes[k%2].Append(context.Background(), batch(ids[i], y.types(t, "x"))); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		for _, id := range ids {
			if got := len(h.text(id)); got != typists*strokes { // Load fails at a gap
				t.Errorf("%d characters, want %d", got, typists*strokes)
			}
		}
	})
}

func TestEachRefusalIsAloneAndHasItsReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		good, frozen, held, replaced := h.report(), h.report(), h.report(), h.report()
		h.sql("UPDATE report SET archived_at = ? WHERE id = ?", time.Now(), frozen)
		h.sql("UPDATE report SET hold = true WHERE id = ?", held)
		h.sql("UPDATE report SET epoch = 2 WHERE id = ?", replaced)
		ann, ben := newTypist(h.ann, 7), newTypist(h.ben, 7) // the same client id
		if _, err := h.journal.Append(t.Context(), batch(good, ann.types(t, "Ann's"))); err != nil {
			t.Fatal(err)
		}
		cases := []struct {
			name  string
			batch journal.Batch
			want  error
		}{
			{"good", batch(good, ann.types(t, " text")), nil},
			{"archived", batch(frozen, newTypist(h.ann, 1).types(t, "x")), journal.ErrFrozen},
			{"on hold", batch(held, newTypist(h.ann, 1).types(t, "x")), journal.ErrFrozen},
			{"another epoch", batch(replaced, newTypist(h.ann, 1).types(t, "x")), journal.ErrEpoch},
			{"somebody else's client id", batch(good, ben.types(t, "Ben's")), journal.ErrForeign},
			{"the same client id twice", batch(good, newTypist(h.ann, 9).types(t, "a"), newTypist(h.ben, 9).types(t, "b")), journal.ErrForeign},
		}
		var outcomes []<-chan journal.Appended
		for _, c := range cases {
			outcomes = append(outcomes, h.journal.Submit(c.batch))
		}
		for i, c := range cases {
			if got := <-outcomes[i]; !errors.Is(got.Err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got.Err, c.want)
			}
		}
		if _, err := h.journal.Append(t.Context(), batch("no-such-report", ann.types(t, "x"))); review.CodeOf(err) != review.NotFound {
			t.Errorf("no such report: %v", err)
		}
		if got := h.text(good); got != "Ann's text" {
			t.Errorf("the good report holds %q", got)
		}
		// What was refused claimed nothing.
		if _, err := h.journal.Append(t.Context(), batch(good, newTypist(h.ben, 9).types(t, "!"))); err != nil {
			t.Errorf("a client id of a refused batch: %v", err)
		}
	})
}

func TestALockedReportHoldsUpNoOther(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres) // on SQLite a transaction locks everything
	h := newHouse(t, s)
	locked, free := h.report(), h.report()
	release, holding := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		_ = s.InTx(context.Background(), func(ctx context.Context, tx store.IDB) error {
			_, err := store.LockReport(ctx, tx, locked, time.Second)
			close(holding)
			<-release
			return err
		})
	})
	<-holding
	ann := newTypist(h.ann, 1)
	first, second := h.journal.Submit(batch(locked, ann.types(t, "a"))), h.journal.Submit(batch(locked, ann.types(t, "b")))
	other := newTypist(h.ann, 2)
	for range 20 { // more than apartAfter
		if _, err := h.journal.Append(t.Context(), batch(free, other.types(t, "x"))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	select {
	case a := <-first:
		t.Fatalf("the locked report took a row: %+v", a)
	default:
	}
	third := h.journal.Submit(batch(locked, ann.types(t, "c")))
	close(release)
	for i, outcome := range []<-chan journal.Appended{first, second, third} {
		if a := <-outcome; a.Err != nil {
			t.Errorf("batch %d: %v", i, a.Err)
		}
	}
	if got := h.text(locked); got != "abc" {
		t.Errorf("the locked report holds %q", got)
	}
}

func TestCloseCommitsWhatWaitsAndRefusesWhatComesLater(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		j := journal.Open(journal.Config{Store: h.store, Bus: h.bus, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		report := h.report()
		ann := newTypist(h.ann, 1)
		var outcomes []<-chan journal.Appended
		for range 50 {
			outcomes = append(outcomes, j.Submit(batch(report, ann.types(t, "x"))))
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, o := range outcomes {
			if a := <-o; a.Err != nil {
				t.Error(a.Err)
			}
		}
		if _, err := j.Append(t.Context(), batch(report, ann.types(t, "late"))); !errors.Is(err, journal.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if got := len(h.text(report)); got != 50 {
			t.Errorf("%d characters", got)
		}
	})
}

func TestTheBusTellsOfEveryRow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		report := h.report()
		hints := h.bus.Subscribe(journal.Subject(report))
		defer hints.Close()
		if _, err := h.journal.Append(t.Context(), batch(report, newTypist(h.ann, 1).types(t, "x"))); err != nil {
			t.Fatal(err)
		}
		if got := string(<-hints.Messages()); got != "1" {
			t.Errorf("hint %q", got)
		}
	})
}
