package yjs_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/countersign/countersign/internal/yjs"
)

// replica is a document that edits, receives, and keeps a copy of its text that only deltas change.
type replica struct {
	doc    *yjs.Doc
	client uint64
	text   yjs.Delta
}

func newReplica(client uint64) *replica {
	return &replica{doc: yjs.New(yjs.Options{Text: "body"}), client: client}
}

// edit makes a random edit and returns its update.
func (r *replica) edit(rnd *rand.Rand) ([]byte, error) {
	return r.doc.Transact(r.client, func(tx *yjs.Tx) error {
		for range 1 + rnd.IntN(3) {
			if err := randomEdit(rnd, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

var words = []string{"a", "six ", "“Mühle”", "😀", "核查", "👩‍🚒", "\n", "e\u0301", "word by word "}

func randomEdit(rnd *rand.Rand, tx *yjs.Tx) error {
	text := tx.Text("body")
	n := text.Len()
	at := rnd.IntN(n + 1)
	attributes := map[string]any{}
	switch rnd.IntN(5) {
	case 0:
		attributes["bold"] = true
	case 1:
		attributes[fmt.Sprintf("claim:%d", rnd.IntN(4))] = true
	case 2:
		attributes["cite"] = map[string]any{"id": rnd.IntN(3), "source": "s"}
	}
	switch k := rnd.IntN(10); {
	case k < 5 || n == 0:
		return text.Insert(at, words[rnd.IntN(len(words))], attributes)
	case k < 7:
		return text.Delete(at, rnd.IntN(min(8, n-at)+1))
	case k < 9:
		for key := range attributes {
			if rnd.IntN(3) == 0 {
				attributes[key] = nil
			}
		}
		return text.Format(at, rnd.IntN(min(20, n-at)+1), attributes)
	case rnd.IntN(2) == 0:
		return text.Embed(at, map[string]any{"image": "x"}, attributes)
	default:
		return tx.Map("facts").Set(words[rnd.IntN(3)], rnd.IntN(9))
	}
}

// receive applies an update, after checking it, and holds what was said of it against what happened.
func (r *replica) receive(update []byte) error {
	before := r.doc.Encode(nil)
	said, err := r.doc.Check(update)
	if err != nil {
		return err
	}
	if string(before) != string(r.doc.Encode(nil)) {
		return fmt.Errorf("checking changed the document")
	}
	waited, _ := r.doc.Pending()
	did, err := r.doc.Apply(update)
	if err != nil {
		return err
	}
	if !waited && !reflect.DeepEqual(said.New, did.New) {
		return fmt.Errorf("check said new %v, apply did %v", said.New, did.New)
	}
	if err := r.doc.Integrity(); err != nil {
		return err
	}
	r.text = compose(r.text, did.Delta)
	return r.compareText()
}

func (r *replica) compareText() error {
	want := r.doc.Text("body").Delta()
	if !sameDelta(r.text, want) {
		return fmt.Errorf("deltas add up to\n%s, the text is\n%s", show(r.text), show(want))
	}
	return nil
}

func TestReplicasConvergeInWhateverOrder(t *testing.T) {
	for seed := range uint64(150) {
		if err := converge(seed); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func converge(seed uint64) error {
	rnd := rand.New(rand.NewPCG(seed, 1))
	replicas := []*replica{newReplica(1), newReplica(1 << 40), newReplica(7)}
	var all [][]byte
	for range 12 {
		r := replicas[rnd.IntN(len(replicas))]
		u, err := r.edit(rnd)
		if err != nil {
			return err
		}
		if err := r.doc.Integrity(); err != nil {
			return fmt.Errorf("after an edit: %w", err)
		}
		r.text = r.doc.Text("body").Delta()
		all = append(all, u)
		if rnd.IntN(3) == 0 {
			other := replicas[rnd.IntN(len(replicas))]
			if err := other.receive(r.doc.Encode(other.doc.StateVector())); err != nil {
				return err
			}
		}
	}
	for i, r := range replicas {
		order := rnd.Perm(len(all))
		for _, k := range append(order, order[:3]...) { // some come twice
			if err := r.receive(all[k]); err != nil {
				return fmt.Errorf("replica %d: %w", i, err)
			}
		}
		if s, del := r.doc.Pending(); s || del {
			return fmt.Errorf("replica %d waits for something although it has everything", i)
		}
		if !sameDelta(r.text, replicas[0].text) {
			return fmt.Errorf("replica %d has\n%s, replica 0\n%s", i, show(r.text), show(replicas[0].text))
		}
	}
	return nil
}

// compose applies a change to a text, as any consumer of deltas would.
func compose(text, change yjs.Delta) yjs.Delta {
	type unit struct {
		code       uint16
		embed      any
		attributes map[string]any
	}
	split := func(o yjs.Op) []unit {
		if o.Embed != nil {
			return []unit{{embed: o.Embed, attributes: o.Attributes}}
		}
		var out []unit
		for _, c := range utf16.Encode([]rune(o.Insert)) {
			out = append(out, unit{code: c, attributes: o.Attributes})
		}
		return out
	}
	var old, now []unit
	for _, o := range text {
		old = append(old, split(o)...)
	}
	for _, o := range change {
		switch {
		case o.Retain > 0:
			for _, u := range old[:o.Retain] {
				if len(o.Attributes) > 0 {
					merged := map[string]any{}
					for k, v := range u.attributes {
						merged[k] = v
					}
					for k, v := range o.Attributes {
						if merged[k] = v; v == nil {
							delete(merged, k)
						}
					}
					u.attributes = merged
				}
				now = append(now, u)
			}
			old = old[o.Retain:]
		case o.Delete > 0:
			old = old[o.Delete:]
		default:
			now = append(now, split(o)...)
		}
	}
	now = append(now, old...)
	var out yjs.Delta
	for i := 0; i < len(now); {
		if now[i].embed != nil {
			out = append(out, yjs.Op{Embed: now[i].embed, Attributes: now[i].attributes})
			i++
			continue
		}
		var codes []uint16
		first := i
		for ; i < len(now) && now[i].embed == nil && equalAttributes(now[i].attributes, now[first].attributes); i++ {
			codes = append(codes, now[i].code)
		}
		out = append(out, yjs.Op{Insert: string(utf16.Decode(codes)), Attributes: now[first].attributes})
	}
	return out
}

func equalAttributes(a, b map[string]any) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}

func sameDelta(a, b yjs.Delta) bool { return show(a) == show(b) }

func show(d yjs.Delta) string {
	var b strings.Builder
	for _, o := range d {
		j, _ := json.Marshal(o)
		b.Write(j)
		b.WriteByte('\n')
	}
	return b.String()
}
