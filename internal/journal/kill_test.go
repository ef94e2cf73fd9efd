package journal_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/journal"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/internal/yjs"
	"github.com/countersign/countersign/migrations"
)

const (
	kills     = 15
	writerEnv = "COUNTERSIGN_TEST_JOURNAL_WRITER" // DSN, report and member of a writer process
)

// TestMain is a writer process if the environment says so: see TestNothingAcknowledgedIsLostByKill9.
func TestMain(m *testing.M) {
	if args := strings.Split(os.Getenv(writerEnv), "\n"); len(args) == 3 {
		if err := writeForEver(args[0], args[1], args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// writeForEver types and makes server edits, and prints each word once it is acknowledged.
func writeForEver(dsn, report, member string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DSN: dsn, Migrations: migrations.Files})
	if err != nil {
		return err
	}
	j := journal.Open(journal.Config{Store: s, Bus: bus.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	text, err := j.Load(ctx, report)
	if err != nil {
		return err
	}
	y := &typist{member: member, client: rand.Uint64N(yjs.MaxClient), doc: text.Doc}
	for i := 0; ; i++ {
		word := fmt.Sprintf("w%d.%d ", os.Getpid(), i)
		if i%5 == 4 {
			_, err = j.Edit(ctx, journal.Edit{Report: report, Member: member, Change: insertAtEnd(word)})
		} else {
			var part review.Part
			if part, err = y.part(word); err == nil {
				_, err = j.Append(ctx, batch(report, part))
			}
		}
		if err != nil {
			return err
		}
		fmt.Print(word, "\n")
	}
}

func TestNothingAcknowledgedIsLostByKill9(t *testing.T) {
	for _, kind := range storetest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			dsn := storetest.Empty(t, kind)
			h := newHouse(t, storetest.OpenDSN(t, dsn))
			report := h.report()
			var acknowledged []string
			for range kills {
				acknowledged = append(acknowledged, runAndKill(t, dsn, report, h.ann)...)
			}
			got := h.text(report)
			for _, word := range acknowledged {
				if n := strings.Count(got, word); n != 1 {
					t.Errorf("%q stands %d times", word, n)
				}
			}
			if len(acknowledged) < kills {
				t.Errorf("only %d words were acknowledged", len(acknowledged))
			}
			if err := h.journal.Verify(t.Context(), report); err != nil {
				t.Error(err)
			}
		})
	}
}

// runAndKill runs a writer for a moment after its first word and returns the words that it was told are durable.
func runAndKill(t *testing.T, dsn, report, member string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+strings.Join([]string{dsn, report, member}, "\n"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var words []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if len(words) == 0 {
			time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		words = append(words, lines.Text())
	}
	if err := cmd.Wait(); err == nil || len(words) == 0 {
		t.Fatalf("the writer ended by itself: %v, after %d words", err, len(words))
	}
	return words
}
