package yjs_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

// made returns the update of edits made by a client on a copy of what updates make.
func made(t *testing.T, client uint64, before [][]byte, edit func(*yjs.Tx) error) []byte {
	t.Helper()
	d := yjs.New(yjs.Options{})
	for _, u := range before {
		if _, err := d.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
	u, err := d.Transact(client, edit)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func insert(at int, s string) func(*yjs.Tx) error {
	return func(tx *yjs.Tx) error { return tx.Text("body").Insert(at, s, nil) }
}

func TestCheckTellsWhatAnUpdateWouldBring(t *testing.T) {
	hello := made(t, 1, nil, insert(0, "hello"))
	world := made(t, 2, [][]byte{hello}, insert(5, " world"))
	cut := made(t, 3, [][]byte{hello, world}, func(tx *yjs.Tx) error { return tx.Text("body").Delete(3, 4) })
	fact := made(t, 4, nil, func(tx *yjs.Tx) error { return tx.Map("facts").Set("a", 1) })
	both := made(t, 2, [][]byte{hello, world}, func(tx *yjs.Tx) error {
		if err := tx.Text("body").Insert(0, "x", nil); err != nil {
			return err
		}
		return tx.Map("facts").Set("b", 2)
	})
	state := made(t, 9, [][]byte{hello, world, cut}, func(*yjs.Tx) error { return nil })
	cases := []struct {
		name    string
		have    [][]byte
		flying  [][]byte
		update  []byte
		brings  []yjs.Range
		deletes []yjs.Range
		roots   []string
		pending bool
	}{
		{"the first text", nil, nil, hello, []yjs.Range{{1, 0, 5}}, nil, []string{"body"}, false},
		{"what follows on the document", [][]byte{hello}, nil, world, []yjs.Range{{2, 0, 6}}, nil, []string{"body"}, false},
		{"what follows on an update in flight", nil, [][]byte{hello}, world, []yjs.Range{{2, 0, 6}}, nil, []string{"body"}, false},
		{"what follows on nothing", nil, nil, world, nil, nil, nil, true},
		{"what is there", [][]byte{hello}, nil, hello, nil, nil, nil, false},
		{"what is in flight", nil, [][]byte{hello}, hello, nil, nil, nil, false},
		{"a deletion", [][]byte{hello, world}, nil, cut, nil, []yjs.Range{{2, 0, 2}, {1, 3, 2}}, []string{"body"}, false},
		{"a deletion of what is in flight", [][]byte{hello}, [][]byte{world}, cut, nil, []yjs.Range{{2, 0, 2}, {1, 3, 2}}, []string{"body"}, false},
		{"a deletion that was made", [][]byte{hello, world, cut}, nil, cut, nil, nil, nil, false},
		{"a deletion that is in flight", [][]byte{hello, world}, [][]byte{cut}, cut, nil, nil, nil, false},
		{"a deletion of what is missing", nil, nil, cut, nil, nil, nil, true},
		{"another root", [][]byte{hello}, nil, fact, []yjs.Range{{4, 0, 1}}, nil, []string{"facts"}, false},
		{"two roots", [][]byte{hello, world}, nil, both, []yjs.Range{{2, 6, 2}}, nil, []string{"body", "facts"}, false},
		{"nothing", [][]byte{hello}, nil, state, nil, nil, nil, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := yjs.New(yjs.Options{})
			for _, u := range c.have {
				if _, err := d.Apply(u); err != nil {
					t.Fatal(err)
				}
			}
			var flying []*yjs.Checked
			for _, u := range c.flying {
				f, err := d.Check(u, flying...)
				if err != nil {
					t.Fatal(err)
				}
				flying = append(flying, f)
			}
			got, err := d.Check(c.update, flying...)
			if err != nil {
				t.Fatal(err)
			}
			want := [...]any{c.brings, c.deletes, c.roots, c.pending}
			if have := [...]any{got.New, got.Deletes, got.Roots, got.Pending}; !reflect.DeepEqual(have, want) {
				t.Errorf("got %v, want %v", have, want)
			}
			if noOp := c.brings == nil && c.deletes == nil && !c.pending; got.NoOp() != noOp {
				t.Errorf("NoOp is %v", got.NoOp())
			}
		})
	}
}

func TestEveryLimitIsKept(t *testing.T) {
	deep := any("x")
	for range 10 {
		deep = []any{deep}
	}
	edits := map[string]func(*yjs.Tx) error{
		"many structs": func(tx *yjs.Tx) error {
			for range 9 {
				if err := tx.Text("body").Insert(0, "x", nil); err != nil {
					return err
				}
			}
			return nil
		},
		"a long text":  insert(0, strings.Repeat("x", 500)),
		"a deep value": func(tx *yjs.Tx) error { return tx.Map("m").Set("k", deep) },
		"a deep embed": func(tx *yjs.Tx) error { return tx.Text("body").Embed(0, deep, nil) },
		"a long mark": func(tx *yjs.Tx) error {
			return tx.Text("body").Insert(0, "x", map[string]any{"k": strings.Repeat("v", 99)})
		},
		"a long embed":  func(tx *yjs.Tx) error { return tx.Text("body").Embed(0, strings.Repeat("v", 99), nil) },
		"nothing wrong": insert(0, "x"),
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			u := made(t, 1, nil, edit)
			d := yjs.New(yjs.Options{Limits: yjs.Limits{UpdateBytes: 400, Structs: 8, Depth: 5, AttributeBytes: 64}})
			_, checkErr := d.Check(u)
			_, err := d.Apply(u)
			if (err == nil) != (name == "nothing wrong") || (err != nil && !errors.Is(err, yjs.ErrLimit)) {
				t.Errorf("apply: %v", err)
			}
			if (err == nil) != (checkErr == nil) {
				t.Errorf("check: %v, apply: %v", checkErr, err)
			}
		})
	}
}

func TestWhatWaitsIsBounded(t *testing.T) {
	first := made(t, 1, nil, insert(0, "x"))
	second := made(t, 1, [][]byte{first}, insert(1, strings.Repeat("y", 200)))
	d := yjs.New(yjs.Options{Limits: yjs.Limits{PendingBytes: 100}})
	if _, err := d.Check(second); !errors.Is(err, yjs.ErrLimit) {
		t.Errorf("check: %v", err)
	}
	if _, err := d.Apply(second); !errors.Is(err, yjs.ErrLimit) {
		t.Errorf("apply: %v", err)
	}
	if structs, _ := d.Pending(); structs {
		t.Error("a refused update waits")
	}
}

func TestRunsTellWhoWroteWhat(t *testing.T) {
	a := made(t, 1, nil, insert(0, "one three"))
	b := made(t, 2, [][]byte{a}, func(tx *yjs.Tx) error {
		return tx.Text("body").Insert(4, "two ", map[string]any{"bold": true})
	})
	d := yjs.New(yjs.Options{})
	for _, u := range [][]byte{a, b} {
		if _, err := d.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
	got := d.Text("body").Runs(2, 10)
	want := []yjs.Run{
		{ID: yjs.ID{Client: 1, Clock: 2}, Len: 2, Text: "e "},
		{ID: yjs.ID{Client: 2, Clock: 1}, Len: 4, Text: "two ", Attributes: map[string]any{"bold": true}},
		{ID: yjs.ID{Client: 1, Clock: 4}, Len: 2, Text: "th"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, bad := range [][2]int{{3, 3}, {-1, 4}, {13, 20}, {5, 2}} {
		if runs := d.Text("body").Runs(bad[0], bad[1]); runs != nil {
			t.Errorf("from %d to %d: %v", bad[0], bad[1], runs)
		}
	}
}

func TestRemovedTextComesWithItsAuthor(t *testing.T) {
	a := made(t, 1, nil, insert(0, "ab"))
	b := made(t, 2, [][]byte{a}, insert(1, "XY"))
	cut := made(t, 3, [][]byte{a, b}, func(tx *yjs.Tx) error { return tx.Text("body").Delete(0, 3) })
	d := yjs.New(yjs.Options{Text: "body"})
	var last yjs.Change
	for _, u := range [][]byte{a, b, cut} {
		var err error
		if last, err = d.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
	want := []yjs.Run{{ID: yjs.ID{Client: 1}, Len: 1, Text: "a"}, {ID: yjs.ID{Client: 2}, Len: 2, Text: "XY"}}
	if !reflect.DeepEqual(last.Removed, want) {
		t.Errorf("removed %+v, want %+v", last.Removed, want)
	}
}

func TestEditsOutsideTheTextAreRefusedAndChangeNothing(t *testing.T) {
	d := yjs.New(yjs.Options{Text: "body"})
	if _, err := d.Transact(1, insert(0, "abc")); err != nil {
		t.Fatal(err)
	}
	before := string(d.Encode(nil))
	cases := map[string]func(yjs.TextEditor) error{
		"insert behind the end":    func(e yjs.TextEditor) error { return e.Insert(4, "x", nil) },
		"insert before the start":  func(e yjs.TextEditor) error { return e.Insert(-1, "x", nil) },
		"delete beyond the end":    func(e yjs.TextEditor) error { return e.Delete(2, 2) },
		"delete a negative number": func(e yjs.TextEditor) error { return e.Delete(2, -1) },
		"format beyond the end":    func(e yjs.TextEditor) error { return e.Format(0, 4, map[string]any{"bold": true}) },
		"retain beyond the end":    func(e yjs.TextEditor) error { return e.Apply(yjs.Delta{{Retain: 3}, {Delete: 1}}) },
		"an empty operation":       func(e yjs.TextEditor) error { return e.Apply(yjs.Delta{{}}) },
		"bytes that are no text":   func(e yjs.TextEditor) error { return e.Insert(0, "\xff", nil) },
		"an attribute without JSON": func(e yjs.TextEditor) error {
			return e.Insert(0, "x", map[string]any{"f": func() {}})
		},
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := d.Transact(1, func(tx *yjs.Tx) error {
				if err := tx.Text("body").Insert(0, "kept?", nil); err != nil {
					return err
				}
				if name == "insert behind the end" || strings.Contains(name, "beyond") {
					if err := tx.Text("body").Delete(0, 5); err != nil {
						return err
					}
				}
				return edit(tx.Text("body"))
			})
			if err == nil {
				t.Error("it was taken")
			}
			if string(d.Encode(nil)) != before {
				t.Error("the document changed")
			}
		})
	}
}

func TestALongTextStaysSound(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := newReplica(1)
	other := newReplica(2)
	for i := range 1_500 {
		u, err := other.doc.Transact(2, func(tx *yjs.Tx) error {
			e := tx.Text("body")
			n := e.Len()
			for range 5 {
				if err := e.Insert(rnd.IntN(n+1), "word", nil); err != nil {
					return err
				}
			}
			if rnd.IntN(3) == 0 {
				return e.Delete(rnd.IntN(n+1), min(n, 30)/2)
			}
			return e.Format(rnd.IntN(n+1), min(n, 9)/2, map[string]any{"bold": rnd.IntN(2) == 0})
		})
		if err != nil {
			if strings.Contains(err.Error(), "the text has") {
				continue // the range went over the end
			}
			t.Fatal(err)
		}
		if i%100 == 0 {
			r.text = r.doc.Text("body").Delta()
			if err := r.receive(u); err != nil {
				t.Fatalf("after %d edits: %v", i, err)
			}
		} else if _, err := r.doc.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACloneIsReadWhileTheDocumentGoesOn(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	d := newReplica(1)
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 50 {
		if _, err := d.edit(rnd); err != nil {
			t.Fatal(err)
		}
		clone, want := d.doc.Clone(), string(d.doc.Encode(nil))
		wg.Go(func() {
			if got := string(clone.Encode(nil)); got != want {
				t.Error("the clone is not what the document was")
			}
			if err := clone.Integrity(); err != nil {
				t.Error(err)
			}
			clone.Text("body").Runs(0, clone.Text("body").Len())
			if _, err := clone.Transact(2, insert(0, "on the clone")); err != nil {
				t.Error(err)
			}
		})
	}
}
