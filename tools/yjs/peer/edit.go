package main

import (
	"fmt"

	"github.com/countersign/countersign/internal/yjs"
)

// edit is one change of a transaction: insert, embed, delete, format, apply (a delta), set or unset.
type edit struct {
	Type       string         `json:"type"`
	Root       string         `json:"root"`
	At         int            `json:"at"`
	Len        int            `json:"len"`
	Text       string         `json:"text"`
	Embed      any            `json:"embed"`
	Attributes map[string]any `json:"attributes"`
	Delta      []op           `json:"delta"`
	Key        string         `json:"key"`
	Value      []byte         `json:"value"` // as a lib0 Any
}

type op struct {
	Insert     any            `json:"insert"` // a string or an embed
	Retain     int            `json:"retain"`
	Delete     int            `json:"delete"`
	Attributes map[string]any `json:"attributes"`
}

func (p *peer) edit(r *request) (any, error) {
	doc, err := p.doc(r)
	if err != nil {
		return nil, err
	}
	update, err := doc.Transact(r.Client, func(tx *yjs.Tx) error {
		for i := range r.Edits {
			if err := r.Edits[i].do(tx); err != nil {
				return fmt.Errorf("edit %d: %w", i, err)
			}
		}
		return nil
	})
	return bytesReply{update}, err
}

func (e *edit) do(tx *yjs.Tx) error {
	switch e.Type {
	case "insert":
		return tx.Text(e.Root).Insert(e.At, e.Text, e.Attributes)
	case "embed":
		return tx.Text(e.Root).Embed(e.At, e.Embed, e.Attributes)
	case "delete":
		return tx.Text(e.Root).Delete(e.At, e.Len)
	case "format":
		return tx.Text(e.Root).Format(e.At, e.Len, e.Attributes)
	case "apply":
		return tx.Text(e.Root).Apply(e.delta())
	case "set":
		value, err := yjs.DecodeAny(e.Value)
		if err != nil {
			return err
		}
		return tx.Map(e.Root).Set(e.Key, value)
	case "unset":
		return tx.Map(e.Root).Delete(e.Key)
	}
	return fmt.Errorf("unknown edit %q", e.Type)
}

func (e *edit) delta() yjs.Delta {
	delta := make(yjs.Delta, len(e.Delta))
	for i, o := range e.Delta {
		delta[i] = yjs.Op{Retain: o.Retain, Delete: o.Delete, Attributes: o.Attributes}
		if text, ok := o.Insert.(string); ok {
			delta[i].Insert = text
		} else {
			delta[i].Embed = o.Insert
		}
	}
	return delta
}
