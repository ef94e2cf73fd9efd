package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/journal"
	"github.com/countersign/countersign/internal/store/storetest"
)

// BenchmarkAppend has one typist in each of a number of reports, each of whom types the next character when the last one is
// durable: what one change costs, and how long it takes, as the commits are shared by more.
func BenchmarkAppend(b *testing.B) {
	for _, kind := range storetest.Kinds() {
		for _, reports := range []int{1, 50, 500} {
			b.Run(fmt.Sprintf("%s/%d reports", kind, reports), func(b *testing.B) { benchmarkAppend(b, kind, reports) })
		}
	}
}

func benchmarkAppend(b *testing.B, kind string, reports int) {
	h := newHouse(b, storetest.Open(b, kind))
	type seat struct {
		report string
		typist *typist
	}
	seats := make(chan seat, reports)
	for i := range reports {
		seats <- seat{h.report(), newTypist(h.ann, uint64(i+1))}
	}
	const changes = 2000
	for b.Loop() {
		took := make(chan time.Duration, changes)
		for range changes {
			s := <-seats
			outcome := h.journal.Submit(batch(s.report, s.typist.types(b, "x")))
			begun := time.Now()
			go func() {
				if a := <-outcome; a.Err != nil {
					b.Error(a.Err)
				}
				took <- time.Since(begun)
				seats <- s
			}()
		}
		all := make([]time.Duration, changes)
		for i := range all {
			all[i] = <-took
		}
		slices.Sort(all)
		b.ReportMetric(float64(all[changes/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(all[changes*99/100].Microseconds()), "p99-µs")
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*changes), "µs/change")
}

// BenchmarkLoad loads a report with 50,000 single edits, from its log and from a snapshot.
func BenchmarkLoad(b *testing.B) {
	const edits = 50_000
	h := newHouse(b, storetest.Open(b, storetest.SQLite))
	report, y := h.report(), newTypist(h.ann, 1)
	var last <-chan journal.Appended
	for range edits {
		last = h.journal.Submit(batch(report, y.types(b, "x")))
	}
	if a := <-last; a.Err != nil {
		b.Fatal(a.Err)
	}
	load := func(b *testing.B) {
		for b.Loop() {
			if _, err := h.journal.Load(b.Context(), report); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("log", load)
	if err := h.journal.Compact(b.Context(), report); err != nil {
		b.Fatal(err)
	}
	b.Run("snapshot", load)
}
