package yjs_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

// vector is a file of testdata/golden, written by tools/yjs/golden.mjs with real Yjs.
type vector struct {
	Name    string
	Updates [][]byte
	Expect  struct {
		SV    yjs.StateVector
		Roots map[string]struct {
			Kind  string
			Value any
		}
		Encode, Merged []byte
		Diffs          []struct{ SV, Update []byte }
		PendingStructs bool
		PendingDs      bool
		Positions      []goldenPosition
	}
}

type goldenPosition struct {
	Root         string
	Index, Assoc int
	Bytes        []byte
	JSON         any
	Resolved     *int // null: it has no place
}

var goldenKinds = map[string]yjs.Kind{"text": yjs.KindText, "array": yjs.KindArray, "map": yjs.KindMap, "xml": yjs.KindXML}

// goldenVectors reads the vectors whose names begin with prefix.
func goldenVectors(tb testing.TB, prefix string) []vector {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "golden", prefix+"*.json"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no golden vectors %s*: %v", prefix, err)
	}
	vectors := make([]vector, len(paths))
	for i, path := range paths {
		readJSONFile(tb, path, &vectors[i])
	}
	return vectors
}

func readJSONFile(tb testing.TB, path string, into any) {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
}

// docOf applies updates in order to a new document.
func docOf(tb testing.TB, updates ...[]byte) *yjs.Doc {
	tb.Helper()
	d := yjs.New(yjs.Options{Text: "body"})
	applyAll(tb, d, updates...)
	return d
}

func applyAll(tb testing.TB, d *yjs.Doc, updates ...[]byte) {
	tb.Helper()
	for i, u := range updates {
		if _, err := d.Apply(u); err != nil {
			tb.Fatalf("apply update %d: %v", i, err)
		}
	}
}

// asJSON is v as encoding/json reads it again, so that it can be compared with what a vector holds.
func asJSON(tb testing.TB, v any) any {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		tb.Fatal(err)
	}
	return out
}

func indentedJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// wantGolden compares a document with what real Yjs made of a vector's updates.
func (v *vector) wantGolden(t *testing.T, what string, d *yjs.Doc) {
	t.Helper()
	for root, want := range v.Expect.Roots {
		got, err := d.Plain(root, goldenKinds[want.Kind])
		if err != nil {
			t.Errorf("%s: root %q: %v", what, root, err)
		} else if got := asJSON(t, got); !reflect.DeepEqual(got, want.Value) {
			t.Errorf("%s: root %q\n got %s\nwant %s", what, root, indentedJSON(got), indentedJSON(want.Value))
		}
	}
	if got := d.StateVector(); !maps.Equal(got, v.Expect.SV) {
		t.Errorf("%s: state vector %v, want %v", what, got, v.Expect.SV)
	}
	structs, deletes := d.Pending()
	if structs != v.Expect.PendingStructs || deletes != v.Expect.PendingDs {
		t.Errorf("%s: pending %t, %t, want %t, %t", what, structs, deletes, v.Expect.PendingStructs, v.Expect.PendingDs)
	}
}

func TestGoldenUpdatesGiveWhatYjsMakesOfThem(t *testing.T) {
	for _, v := range goldenVectors(t, "") {
		t.Run(v.Name, func(t *testing.T) {
			d := docOf(t, v.Updates...)
			v.wantGolden(t, "in order", d)
			v.wantGolden(t, "again", docOf(t, append(v.Updates, v.Updates...)...))
			v.wantGolden(t, "clone", d.Clone())
			v.wantGolden(t, "encoded", docOf(t, d.Encode(nil)))
			v.wantGolden(t, "encoded by Yjs", docOf(t, v.Expect.Encode))
			v.wantGolden(t, "merged by Yjs", docOf(t, v.Expect.Merged))
		})
	}
}

func TestGoldenUpdatesMergeAndDifferAsInYjs(t *testing.T) {
	for _, v := range goldenVectors(t, "") {
		t.Run(v.Name, func(t *testing.T) {
			merged := mustMerge(t, v.Updates...)
			v.wantGolden(t, "merged", docOf(t, merged))
			v.wantGolden(t, "merged with what Yjs merged", docOf(t, mustMerge(t, v.Expect.Merged, merged, v.Expect.Encode)))
			wantSameFacts(t, "merged", merged, v.Expect.Merged)
			for _, diff := range v.Expect.Diffs {
				since, err := yjs.DecodeStateVector(diff.SV)
				if err != nil {
					t.Fatal(err)
				}
				if len(since) < 2 && !bytes.Equal(since.Encode(), diff.SV) {
					t.Errorf("state vector %v is encoded otherwise than by Yjs", since)
				}
				got, err := yjs.Diff(v.Expect.Merged, since)
				if err != nil {
					t.Fatal(err)
				}
				wantSameFacts(t, "diff", got, diff.Update)
				v.wantGolden(t, "diff and the rest", docOf(t, append([][]byte{got}, v.Updates...)...))
			}
		})
	}
}

func mustMerge(tb testing.TB, updates ...[]byte) []byte {
	tb.Helper()
	merged, err := yjs.Merge(updates...)
	if err != nil {
		tb.Fatal(err)
	}
	return merged
}

// wantSameFacts compares what can be told of an update without a document.
func wantSameFacts(t *testing.T, what string, got, want []byte) {
	t.Helper()
	gotSV, err := yjs.StateVectorOf(got)
	if err != nil {
		t.Fatal(err)
	}
	wantSV, err := yjs.StateVectorOf(want)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(gotSV, wantSV) {
		t.Errorf("%s: state vector %v, that of Yjs %v", what, gotSV, wantSV)
	}
	gotStructs, gotDeletes, err := yjs.RangesOf(got)
	if err != nil {
		t.Fatal(err)
	}
	wantStructs, wantDeletes, err := yjs.RangesOf(want)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(gotStructs, wantStructs) || !reflect.DeepEqual(gotDeletes, wantDeletes) {
		t.Errorf("%s: ranges\n got %v, deletes %v\nYjs: %v, deletes %v", what, gotStructs, gotDeletes, wantStructs, wantDeletes)
	}
}

// A single update goes through Merge struct by struct, so nothing in it may be lost or read otherwise.
func TestGoldenUpdatesSurviveDecodingAndEncoding(t *testing.T) {
	for _, v := range goldenVectors(t, "") {
		t.Run(v.Name, func(t *testing.T) {
			again := make([][]byte, len(v.Updates))
			for i, u := range v.Updates {
				again[i] = mustMerge(t, u)
				wantSameFacts(t, "update", again[i], u)
			}
			v.wantGolden(t, "decoded and encoded", docOf(t, again...))
		})
	}
}

func TestGoldenRelativePositions(t *testing.T) {
	for _, v := range goldenVectors(t, "") {
		d := docOf(t, v.Updates...)
		for _, p := range v.Expect.Positions {
			wantGoldenPosition(t, v.Name, d, p)
		}
	}
}

func wantGoldenPosition(t *testing.T, name string, d *yjs.Doc, want goldenPosition) {
	t.Helper()
	made := d.Text(want.Root).RelativePosition(want.Index, want.Assoc)
	if !bytes.Equal(made.Encode(), want.Bytes) || !reflect.DeepEqual(asJSON(t, made), want.JSON) {
		t.Errorf("%s: position %d, assoc %d is %x, %s; want %x, %s", name, want.Index, want.Assoc,
			made.Encode(), indentedJSON(made), want.Bytes, indentedJSON(want.JSON))
	}
	read, err := yjs.DecodeRelativePosition(want.Bytes)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var fromJSON yjs.RelativePosition
	if err := json.Unmarshal([]byte(indentedJSON(want.JSON)), &fromJSON); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, p := range []yjs.RelativePosition{read, fromJSON} {
		root, index, ok := d.Index(p)
		switch {
		case want.Resolved == nil && ok:
			t.Errorf("%s: position %x is at %d; want none", name, want.Bytes, index)
		case want.Resolved != nil && (!ok || root != want.Root || index != *want.Resolved):
			t.Errorf("%s: position %x is at %q %d %t; want %q %d", name, want.Bytes, root, index, ok, want.Root, *want.Resolved)
		}
	}
}

func TestGoldenAnyValues(t *testing.T) {
	var vectors []struct {
		Bytes []byte
		Value any
	}
	readJSONFile(t, filepath.Join("testdata", "codecs", "any.json"), &vectors)
	for _, v := range vectors {
		value, err := yjs.DecodeAny(v.Bytes)
		if err != nil {
			t.Errorf("%x (%s): %v", v.Bytes, indentedJSON(v.Value), err)
			continue
		}
		if again, err := yjs.EncodeAny(value); err != nil || !bytes.Equal(again, v.Bytes) {
			t.Errorf("%s is encoded as %x, %v; want %x", indentedJSON(v.Value), again, err, v.Bytes)
		}
	}
}

func TestGoldenSyncMessages(t *testing.T) {
	var vectors []struct {
		Kind           yjs.SyncKind
		Payload, Bytes []byte
	}
	readJSONFile(t, filepath.Join("testdata", "codecs", "sync.json"), &vectors)
	for _, v := range vectors {
		got, err := yjs.DecodeSync(v.Bytes)
		if err != nil || got.Kind != v.Kind || !bytes.Equal(got.Payload, v.Payload) {
			t.Errorf("%x is read as %v, %v", v.Bytes, got, err)
		}
		if b := yjs.EncodeSync(v.Kind, v.Payload); !bytes.Equal(b, v.Bytes) {
			t.Errorf("kind %d is written as %x, want %x", v.Kind, b, v.Bytes)
		}
	}
}

func TestGoldenAwareness(t *testing.T) {
	var vectors []struct {
		Bytes   []byte
		Entries []yjs.AwarenessEntry
	}
	readJSONFile(t, filepath.Join("testdata", "codecs", "awareness.json"), &vectors)
	for _, v := range vectors {
		got, err := yjs.DecodeAwareness(v.Bytes)
		if err != nil || len(got) != len(v.Entries) {
			t.Errorf("%x is read as %v, %v", v.Bytes, got, err)
			continue
		}
		for i, want := range v.Entries {
			if got[i].Client != want.Client || got[i].Clock != want.Clock || string(got[i].State) != string(want.State) {
				t.Errorf("entry %d is %+v, want %+v", i, got[i], want)
			}
		}
		if b := yjs.EncodeAwareness(got); !bytes.Equal(b, v.Bytes) {
			t.Errorf("written as %x, want %x", b, v.Bytes)
		}
	}
}

func TestGoldenStateVectors(t *testing.T) {
	var vectors []struct {
		Clocks yjs.StateVector
		Bytes  []byte
	}
	readJSONFile(t, filepath.Join("testdata", "codecs", "statevector.json"), &vectors)
	for _, v := range vectors {
		if got, err := yjs.DecodeStateVector(v.Bytes); err != nil || !maps.Equal(got, v.Clocks) {
			t.Errorf("%x is read as %v, %v; want %v", v.Bytes, got, err, v.Clocks)
		}
		if got, err := yjs.DecodeStateVector(v.Clocks.Encode()); err != nil || !maps.Equal(got, v.Clocks) {
			t.Errorf("%v is read again as %v, %v", v.Clocks, got, err)
		}
	}
}

// The vectors must hold what the package is to carry; one that is gone would not be missed otherwise.
func TestGoldenVectorsCoverEveryContent(t *testing.T) {
	var names []string
	for _, v := range goldenVectors(t, "") {
		names = append(names, v.Name)
	}
	have := strings.Join(names, " ")
	for _, want := range []string{
		"content-any", "content-binary", "content-deleted", "content-document", "content-embed", "content-format",
		"content-json", "content-string", "type-array", "type-map", "type-text", "type-element", "type-fragment",
		"type-hook", "type-xmltext", "gc-", "skip", "pending-structs", "pending-deletes", "client-ids",
		"nested-deletes", "marks-overlap", "emoji-", "cjk", "session-", "order-",
	} {
		if !strings.Contains(have, want) {
			t.Errorf("no golden vector %s", want)
		}
	}
}
