package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/countersign/countersign/internal/yjs"
)

type docs map[string]*yjs.Doc

type peer struct{ docs docs }

// request is one call; which members are read depends on op.
type request struct {
	Op      string               `json:"op"`
	Doc     string               `json:"doc"`
	To      string               `json:"to"`
	Root    string               `json:"root"`
	Kind    string               `json:"kind"`
	Update  []byte               `json:"update"`
	Updates [][]byte             `json:"updates"`
	SV      []byte               `json:"sv"` // null: everything
	Client  uint64               `json:"client"`
	Edits   []edit               `json:"edits"`
	Index   int                  `json:"index"`
	Assoc   int                  `json:"assoc"`
	SyncOf  yjs.SyncKind         `json:"sync"`
	Entries []yjs.AwarenessEntry `json:"entries"`
}

type (
	bytesReply struct {
		Bytes []byte `json:"bytes"`
	}
	clocksReply struct {
		SV yjs.StateVector `json:"sv"`
	}
	valueReply struct {
		Value any `json:"value"`
	}
	changeReply struct {
		New     []yjs.Range `json:"new"`
		Deleted []yjs.Range `json:"deleted"`
		Delta   yjs.Delta   `json:"delta"`
		Removed int         `json:"removed"`
		Pending bool        `json:"pending"`
	}
	checkReply struct {
		New     []yjs.Range `json:"new"`
		Deletes []yjs.Range `json:"deletes"`
		Roots   []string    `json:"roots"`
		Pending bool        `json:"pending"`
		NoOp    bool        `json:"noop"`
	}
)

var handlers = map[string]func(*peer, *request) (any, error){
	"new":      (*peer).create,
	"clone":    (*peer).clone,
	"drop":     (*peer).drop,
	"apply":    (*peer).apply,
	"check":    (*peer).check,
	"edit":     (*peer).edit,
	"encode":   (*peer).encode,
	"sv":       (*peer).stateVector,
	"svBytes":  (*peer).stateVectorBytes,
	"pending":  (*peer).pending,
	"plain":    (*peer).plain,
	"text":     (*peer).text,
	"runs":     (*peer).runs,
	"position": (*peer).position,
	"resolve":  (*peer).resolve,
	"merge":    (*peer).merge,
	"diff":     (*peer).diff,
	"svOf":     (*peer).stateVectorOf,
	"ranges":   (*peer).ranges,

	"readAwareness":  (*peer).readAwareness,
	"writeAwareness": (*peer).writeAwareness,
	"readSync":       (*peer).readSync,
	"writeSync":      (*peer).writeSync,
}

func (p *peer) doc(r *request) (*yjs.Doc, error) {
	doc, ok := p.docs[r.Doc]
	if !ok {
		return nil, fmt.Errorf("no document %q", r.Doc)
	}
	return doc, nil
}

// create makes a document whose Apply reports the delta of root, if one is named.
func (p *peer) create(r *request) (any, error) {
	p.docs[r.Doc] = yjs.New(yjs.Options{Text: r.Root})
	return struct{}{}, nil
}

func (p *peer) clone(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	p.docs[r.To] = doc.Clone()
	return struct{}{}, nil
}

// drop forgets every document whose name begins with doc.
func (p *peer) drop(r *request) (any, error) {
	for name := range p.docs {
		if strings.HasPrefix(name, r.Doc) {
			delete(p.docs, name)
		}
	}
	return struct{}{}, nil
}

func (p *peer) apply(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	change, err := doc.Apply(r.Update)
	if err != nil {
		return nil, err
	}
	removed := 0
	for _, run := range change.Removed {
		removed += run.Len
	}
	return changeReply{change.New, change.Deleted, change.Delta, removed, change.Pending}, nil
}

// check checks updates as if all before them were in flight.
func (p *peer) check(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	var inFlight []*yjs.Checked
	replies := make([]checkReply, len(r.Updates))
	for i, update := range r.Updates {
		checked, err := doc.Check(update, inFlight...)
		if err != nil {
			return nil, err
		}
		inFlight = append(inFlight, checked)
		replies[i] = checkReply{checked.New, checked.Deletes, checked.Roots, checked.Pending, checked.NoOp()}
	}
	return valueReply{replies}, nil
}

func (p *peer) encode(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	since, err := vector(r.SV)
	if err != nil {
		return nil, err
	}
	return bytesReply{doc.Encode(since)}, nil
}

func vector(b []byte) (yjs.StateVector, error) {
	if b == nil {
		return nil, nil
	}
	return yjs.DecodeStateVector(b)
}

func (p *peer) stateVector(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	return clocksReply{doc.StateVector()}, nil
}

func (p *peer) stateVectorBytes(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	return bytesReply{doc.StateVector().Encode()}, nil
}

func (p *peer) pending(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	structs, deletes := doc.Pending()
	return valueReply{[]bool{structs, deletes}}, nil
}

var kinds = map[string]yjs.Kind{"text": yjs.KindText, "array": yjs.KindArray, "map": yjs.KindMap, "xml": yjs.KindXML}

func (p *peer) plain(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	value, err := doc.Plain(r.Root, kinds[r.Kind])
	return valueReply{value}, err
}

// text gives the length and the characters of a root.
func (p *peer) text(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	text := doc.Text(r.Root)
	return struct {
		Len    int       `json:"len"`
		String string    `json:"string"`
		Delta  yjs.Delta `json:"delta"`
	}{text.Len(), text.String(), text.Delta()}, nil
}

// runs lists client, clock and length of the items of a root's text.
func (p *peer) runs(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	text := doc.Text(r.Root)
	runs := text.Runs(0, text.Len())
	list := make([]yjs.Range, len(runs))
	for i, run := range runs {
		list[i] = yjs.Range{Client: run.ID.Client, Clock: run.ID.Clock, Len: uint32(run.Len)}
	}
	return valueReply{list}, nil
}

func (p *peer) position(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	position := doc.Text(r.Root).RelativePosition(r.Index, r.Assoc)
	asJSON, err := json.Marshal(position)
	return struct {
		Bytes []byte          `json:"bytes"`
		JSON  json.RawMessage `json:"json"`
	}{position.Encode(), asJSON}, err
}

// resolve finds the index of an encoded relative position.
func (p *peer) resolve(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	position, err := yjs.DecodeRelativePosition(r.Update)
	if err != nil {
		return nil, err
	}
	root, index, ok := doc.Index(position)
	return struct {
		Root  string `json:"root"`
		Index int    `json:"index"`
		OK    bool   `json:"ok"`
	}{root, index, ok}, nil
}

func (p *peer) merge(r *request) (any, error) {
	merged, err := yjs.Merge(r.Updates...)
	return bytesReply{merged}, err
}

func (p *peer) diff(r *request) (any, error) {
	since, err := vector(r.SV)
	if err != nil {
		return nil, err
	}
	diff, err := yjs.Diff(r.Update, since)
	return bytesReply{diff}, err
}

func (p *peer) stateVectorOf(r *request) (any, error) {
	sv, err := yjs.StateVectorOf(r.Update)
	return clocksReply{sv}, err
}

func (p *peer) ranges(r *request) (any, error) {
	structs, deletes, err := yjs.RangesOf(r.Update)
	return struct {
		Structs []yjs.Range `json:"structs"`
		Deletes []yjs.Range `json:"deletes"`
	}{structs, deletes}, err
}

func (p *peer) readAwareness(r *request) (any, error) {
	entries, err := yjs.DecodeAwareness(r.Update)
	return valueReply{entries}, err
}

func (p *peer) writeAwareness(r *request) (any, error) {
	return bytesReply{yjs.EncodeAwareness(r.Entries)}, nil
}

func (p *peer) readSync(r *request) (any, error) {
	message, err := yjs.DecodeSync(r.Update)
	return struct {
		Kind    int    `json:"kind"`
		Payload []byte `json:"payload"`
	}{int(message.Kind), message.Payload}, err
}

func (p *peer) writeSync(r *request) (any, error) {
	return bytesReply{yjs.EncodeSync(r.SyncOf, r.Update)}, nil
}
