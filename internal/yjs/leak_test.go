package yjs_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

// A document that is edited for long takes about as much memory as one that was loaded just now.
func TestEditingForLongLeavesNothingBehind(t *testing.T) {
	const rounds = 3_000
	cases := map[string]func(tx *yjs.Tx, i int) error{
		"typing and deleting": func(tx *yjs.Tx, i int) error {
			e := tx.Text("body")
			if i%2 == 0 {
				return e.Insert(0, "some words that go away again", nil)
			}
			return e.Delete(0, e.Len())
		},
		"marks with values of their own": func(tx *yjs.Tx, i int) error {
			e := tx.Text("body")
			if i%2 == 0 {
				return e.Insert(0, "x", map[string]any{fmt.Sprintf("claim:%d", i): fmt.Sprintf("a value of its own, number %d", i)})
			}
			return e.Delete(0, e.Len())
		},
		"values of a map": func(tx *yjs.Tx, i int) error { return tx.Map("m").Set("k", fmt.Sprintf("value number %d", i)) },
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			d := yjs.New(yjs.Options{Text: "body"})
			for i := range rounds {
				if _, err := d.Transact(1, func(tx *yjs.Tx) error { return edit(tx, i) }); err != nil {
					t.Fatal(err)
				}
			}
			if err := d.Integrity(); err != nil {
				t.Error(err)
			}
			edited := heapOf(func() *yjs.Doc { return d.Clone() })
			state := d.Encode(nil)
			loaded := heapOf(func() *yjs.Doc {
				again := yjs.New(yjs.Options{Text: "body", Limits: yjs.Trusted()})
				if _, err := again.Apply(state); err != nil {
					t.Fatal(err)
				}
				return again
			})
			const slack = 256 << 10 // what a document may be behind with tidying up
			if edited > loaded+slack {
				t.Errorf("edited it takes %d KiB, loaded %d KiB", edited>>10, loaded>>10)
			}
		})
	}
}

// heapOf is how much memory what make returns takes.
func heapOf(make func() *yjs.Doc) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := make()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(d)
	if after.HeapAlloc < before.HeapAlloc {
		return 0
	}
	return after.HeapAlloc - before.HeapAlloc
}
