package yjs_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

// typingTrace makes n single-character edits with cursor jumps and deletions, as updates.
func typingTrace(tb testing.TB, n int) [][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	d := yjs.New(yjs.Options{})
	var out [][]byte
	at := 0
	for len(out) < n {
		length := d.Text("body").Len()
		if rnd.IntN(40) == 0 {
			at = rnd.IntN(length + 1)
		}
		at = min(at, length)
		u, err := d.Transact(1, func(tx *yjs.Tx) error {
			if rnd.IntN(10) < 3 && at > 0 {
				at--
				return tx.Text("body").Delete(at, 1)
			}
			at++
			return tx.Text("body").Insert(at-1, "a", nil)
		})
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, u)
	}
	return out
}

func BenchmarkApplyOneByOne(b *testing.B) {
	trace := typingTrace(b, 5_000)
	for _, text := range []string{"", "body"} {
		name := "without delta"
		if text != "" {
			name = "with delta"
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d := yjs.New(yjs.Options{Text: text})
				for _, u := range trace {
					if _, err := d.Apply(u); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(trace)), "ns/edit")
		})
	}
}

func BenchmarkState(b *testing.B) {
	d := yjs.New(yjs.Options{})
	for _, u := range typingTrace(b, 20_000) {
		if _, err := d.Apply(u); err != nil {
			b.Fatal(err)
		}
	}
	state := d.Encode(nil)
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := yjs.New(yjs.Options{}).Apply(state); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			runtime.KeepAlive(d.Encode(nil))
		}
	})
	b.Run("clone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			runtime.KeepAlive(d.Clone())
		}
	})
	b.Run("delta", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			runtime.KeepAlive(d.Text("body").Delta())
		}
	})
}
