package yjs_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"unicode/utf16"

	"github.com/countersign/countersign/internal/yjs"
)

// arrivals is how many orders of arrival are tried for each session.
const arrivals = 1000

// A document's delta is a function of the set of its updates: the sessions hold overlapping marks,
// deletes, undo and emoji cut in half, by four clients.
func TestDeltaIsEqualForEveryOrderOfArrival(t *testing.T) {
	for _, name := range []string{"order-1", "order-2", "order-3", "marks-overlap", "emoji-", "cjk", "duplicates"} {
		for _, v := range goldenVectors(t, name) {
			t.Run(v.Name, func(t *testing.T) {
				want := deltaJSON(t, docOf(t, v.Updates...))
				random := rand.New(rand.NewPCG(1, uint64(len(v.Updates))))
				for range arrivals {
					order := random.Perm(len(v.Updates))
					if got := deltaJSON(t, docOf(t, inOrder(v.Updates, order)...)); got != want {
						t.Fatalf("order %v\n got %s\nwant %s", order, got, want)
					}
				}
			})
		}
	}
}

// What Apply reports, taken together, is the text; in every order of arrival.
func TestReportedDeltasMakeTheText(t *testing.T) {
	for _, v := range goldenVectors(t, "order-") {
		random := rand.New(rand.NewPCG(2, uint64(len(v.Updates))))
		for range 100 {
			order := random.Perm(len(v.Updates))
			d := yjs.New(yjs.Options{Text: "body"})
			var text composedText
			for _, u := range inOrder(v.Updates, order) {
				change, err := d.Apply(u)
				if err != nil {
					t.Fatal(err)
				}
				text.apply(t, change.Delta)
			}
			if got, want := text.json(t), deltaJSON(t, d); got != want {
				t.Fatalf("%s, order %v: reported\n%s\nis\n%s", v.Name, order, got, want)
			}
		}
	}
}

func inOrder(updates [][]byte, order []int) [][]byte {
	out := make([][]byte, len(updates))
	for i, at := range order {
		out[i] = updates[at]
	}
	return out
}

func deltaJSON(tb testing.TB, d *yjs.Doc) string {
	tb.Helper()
	b, err := json.Marshal(d.Text("body").Delta())
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// composedText is a text unit by unit, to which deltas are applied the slow and plain way.
type composedText []composedUnit

type composedUnit struct {
	unit       uint16
	embed      any
	attributes map[string]any
}

func (c *composedText) apply(t *testing.T, delta yjs.Delta) {
	t.Helper()
	var out composedText
	at := 0
	for _, op := range delta {
		n := op.Retain + op.Delete
		if at+n > len(*c) {
			t.Fatalf("a delta reaches %d, the text has %d: %s", at+n, len(*c), indentedJSON(delta))
		}
		switch {
		case op.Delete > 0:
		case op.Retain > 0:
			for _, u := range (*c)[at : at+n] {
				out = append(out, composedUnit{u.unit, u.embed, composedAttributes(u.attributes, op.Attributes)})
			}
		case op.Embed != nil:
			out = append(out, composedUnit{embed: op.Embed, attributes: op.Attributes})
		default:
			for _, unit := range utf16.Encode([]rune(op.Insert)) {
				out = append(out, composedUnit{unit: unit, attributes: op.Attributes})
			}
		}
		at += n
	}
	*c = append(out, (*c)[at:]...)
}

// composedAttributes is nil if nothing is left.
func composedAttributes(attributes, change map[string]any) map[string]any {
	out := map[string]any{}
	for _, from := range []map[string]any{attributes, change} {
		for key, value := range from {
			out[key] = value
			if value == nil {
				delete(out, key)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// json is the text as json.Marshal gives a Delta.
func (c *composedText) json(t *testing.T) string {
	t.Helper()
	var delta yjs.Delta
	for i := 0; i < len(*c); {
		u := (*c)[i]
		op := yjs.Op{Embed: u.embed, Attributes: u.attributes}
		units := []uint16{u.unit}
		i++
		for u.embed == nil && i < len(*c) && (*c)[i].embed == nil && indentedJSON((*c)[i].attributes) == indentedJSON(u.attributes) {
			units = append(units, (*c)[i].unit)
			i++
		}
		if u.embed == nil {
			op.Insert = string(utf16.Decode(units))
		}
		delta = append(delta, op)
	}
	b, err := json.Marshal(delta)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
