package yjs_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

// addGoldenUpdates gives a fuzzer the updates of the golden vectors, and their joined forms.
func addGoldenUpdates(f *testing.F) {
	for _, v := range goldenVectors(f, "") {
		for _, u := range v.Updates {
			f.Add(u)
		}
		f.Add(v.Expect.Merged)
		f.Add(v.Expect.Encode)
	}
}

// addGoldenBytes gives a fuzzer the members "bytes" of a file of testdata/codecs.
func addGoldenBytes(f *testing.F, name string) {
	b, err := os.ReadFile(filepath.Join("testdata", "codecs", name))
	if err != nil {
		f.Fatal(err)
	}
	var vectors []struct{ Bytes []byte }
	if err := json.Unmarshal(b, &vectors); err != nil {
		f.Fatal(err)
	}
	for _, v := range vectors {
		f.Add(v.Bytes)
	}
}

// settledDoc is a document with something of everything in it, for inputs to collide with.
func settledDoc(tb testing.TB) *yjs.Doc {
	tb.Helper()
	d := yjs.New(yjs.Options{Text: "body"})
	for _, name := range []string{"session-mixed-small", "content-any-map", "gc-from-state", "pending-both"} {
		applyAll(tb, d, goldenVectors(tb, name)[0].Updates...)
	}
	return d
}

// wantSound checks what holds of every document, whatever it was given: its parts agree with each
// other, and what it encodes is taken by a new document, which then is the same.
func wantSound(tb testing.TB, d *yjs.Doc) {
	tb.Helper()
	if err := d.Integrity(); err != nil {
		tb.Fatalf("integrity: %v", err)
	}
	again := yjs.New(yjs.Options{Text: "body", Limits: yjs.Limits{Structs: 1 << 20}}) // more than one update may bring
	if _, err := again.Apply(d.Encode(nil)); err != nil {
		tb.Fatalf("what was encoded is refused: %v", err)
	}
	if got, want := again.StateVector(), d.StateVector(); !maps.Equal(got, want) {
		tb.Fatalf("encoded and applied, the state vector is %v; want %v", got, want)
	}
	if got, want := deltaJSON(tb, again), deltaJSON(tb, d); got != want {
		tb.Fatalf("encoded and applied, the text is\n%s\nwant\n%s", got, want)
	}
}

func FuzzApply(f *testing.F) {
	addGoldenUpdates(f)
	base := settledDoc(f)
	f.Fuzz(func(t *testing.T, update []byte) {
		d := base.Clone()
		before := d.Encode(nil)
		if _, err := d.Apply(update); err != nil && !bytes.Equal(d.Encode(nil), before) {
			t.Fatalf("refused (%v), and yet the document changed", err)
		}
		wantSound(t, d)
		if _, err := d.Apply(update); err == nil {
			wantSound(t, d)
		}
	})
}

func FuzzCheckAgreesWithApply(f *testing.F) {
	for _, v := range goldenVectors(f, "") {
		for i, u := range v.Updates {
			f.Add(u, v.Updates[(i+1)%len(v.Updates)])
		}
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		d := yjs.New(yjs.Options{})
		one, err := d.Check(first)
		wantCheckToAgree(t, d, first, one, err)
		if err != nil {
			return
		}
		ahead, err := yjs.New(yjs.Options{}).Check(second, one)
		if structs, deletes := d.Pending(); structs || deletes {
			return // what waits may come in with the second: Check tells of the update itself only
		}
		wantCheckToAgree(t, d, second, ahead, err)
	})
}

// wantCheckToAgree applies an update and compares what came of it with what Check said.
func wantCheckToAgree(t *testing.T, d *yjs.Doc, update []byte, checked *yjs.Checked, checkErr error) {
	t.Helper()
	change, err := d.Apply(update)
	if (err == nil) != (checkErr == nil) {
		t.Fatalf("Check says %v, Apply %v", checkErr, err)
	}
	if err != nil {
		return
	}
	if indentedJSON(checked.New) != indentedJSON(change.New) {
		t.Fatalf("Check says new are %v, Apply %v", checked.New, change.New)
	}
	if checked.Pending != change.Pending {
		t.Fatalf("Check says pending %t, Apply %t", checked.Pending, change.Pending)
	}
	if checked.NoOp() && (len(change.New) > 0 || len(change.Deleted) > 0) {
		t.Fatalf("Check says it brings nothing; Apply: %v, deleted %v", change.New, change.Deleted)
	}
}

func FuzzMerge(f *testing.F) {
	for _, v := range goldenVectors(f, "") {
		for i, u := range v.Updates {
			f.Add(u, v.Updates[(i+1)%len(v.Updates)])
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		merged, err := yjs.Merge(a, b)
		if err != nil {
			return
		}
		if _, _, err := yjs.RangesOf(merged); err != nil {
			t.Fatalf("what was merged cannot be read: %v", err)
		}
		again, err := yjs.Merge(merged, merged)
		if err != nil {
			t.Fatalf("what was merged cannot be merged: %v", err)
		}
		wantSameFacts(t, "merged again", again, merged)
	})
}

func FuzzDiff(f *testing.F) {
	for _, v := range goldenVectors(f, "") {
		for _, diff := range v.Expect.Diffs {
			f.Add(v.Expect.Merged, diff.SV)
		}
	}
	f.Fuzz(func(t *testing.T, update, vector []byte) {
		since, err := yjs.DecodeStateVector(vector)
		if err != nil {
			return
		}
		diff, err := yjs.Diff(update, since)
		if err != nil {
			return
		}
		structs, _, err := yjs.RangesOf(diff)
		if err != nil {
			t.Fatalf("a diff cannot be read: %v", err)
		}
		for _, r := range structs {
			if r.Clock+r.Len <= since[r.Client] {
				t.Fatalf("a diff since %v holds %v", since, r)
			}
		}
		if _, err := yjs.New(yjs.Options{}).Apply(diff); err != nil {
			t.Fatalf("a diff is refused: %v", err)
		}
	})
}

func FuzzStateVectorOf(f *testing.F) {
	addGoldenUpdates(f)
	f.Fuzz(func(t *testing.T, update []byte) {
		sv, err := yjs.StateVectorOf(update)
		_, _, rangesErr := yjs.RangesOf(update)
		if (err == nil) != (rangesErr == nil) {
			t.Fatalf("StateVectorOf says %v, RangesOf %v", err, rangesErr)
		}
		if again, err := yjs.DecodeStateVector(sv.Encode()); err != nil || !maps.Equal(again, sv) {
			t.Fatalf("%v is read again as %v, %v", sv, again, err)
		}
	})
}

func FuzzAny(f *testing.F) {
	addGoldenBytes(f, "any.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := yjs.DecodeAny(b)
		if err != nil {
			return
		}
		written, err := yjs.EncodeAny(v)
		if err != nil {
			t.Fatalf("%x was read, but is not written: %v", b, err)
		}
		again, err := yjs.DecodeAny(written)
		if err != nil {
			t.Fatalf("%x was written, but is not read: %v", written, err)
		}
		if twice, err := yjs.EncodeAny(again); err != nil || !bytes.Equal(twice, written) {
			t.Fatalf("%x is read and written as %x, %v", written, twice, err)
		}
	})
}

func FuzzAwareness(f *testing.F) {
	addGoldenBytes(f, "awareness.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := yjs.DecodeAwareness(b)
		if err != nil {
			return
		}
		again, err := yjs.DecodeAwareness(yjs.EncodeAwareness(entries))
		if err != nil || indentedJSON(again) != indentedJSON(entries) {
			t.Fatalf("%+v is read again as %+v, %v", entries, again, err)
		}
	})
}

func FuzzSync(f *testing.F) {
	addGoldenBytes(f, "sync.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := yjs.DecodeSync(b)
		if err != nil {
			return
		}
		again, err := yjs.DecodeSync(yjs.EncodeSync(m.Kind, m.Payload))
		if err != nil || again.Kind != m.Kind || !bytes.Equal(again.Payload, m.Payload) {
			t.Fatalf("%+v is read again as %+v, %v", m, again, err)
		}
	})
}

func FuzzStateVector(f *testing.F) {
	addGoldenBytes(f, "statevector.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		sv, err := yjs.DecodeStateVector(b)
		if err != nil {
			return
		}
		if again, err := yjs.DecodeStateVector(sv.Encode()); err != nil || !maps.Equal(again, sv) {
			t.Fatalf("%v is read again as %v, %v", sv, again, err)
		}
	})
}

func FuzzRelativePosition(f *testing.F) {
	for _, v := range goldenVectors(f, "") {
		for _, p := range v.Expect.Positions {
			f.Add(p.Bytes)
		}
	}
	d := settledDoc(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := yjs.DecodeRelativePosition(b)
		if err != nil {
			return
		}
		again, err := yjs.DecodeRelativePosition(p.Encode())
		if err != nil || indentedJSON(again) != indentedJSON(p) {
			t.Fatalf("%s is read again as %s, %v", indentedJSON(p), indentedJSON(again), err)
		}
		if root, index, ok := d.Index(p); ok && (index < 0 || root == "body" && index > d.Text("body").Len()) {
			t.Fatalf("%s is at %d of %d", indentedJSON(p), index, d.Text("body").Len())
		}
	})
}
