package yjs

import "fmt"

// Kind is what a root is read as; Yjs does not store it.
type Kind int

// The kinds of root.
const (
	KindText Kind = iota
	KindArray
	KindMap
	KindXML
)

// maxPlainDepth is how deep nested types are read. Real documents nest a dozen levels; made-up ones a million, which no
// stack would survive.
const maxPlainDepth = 100

// Plain reads a root, and what is nested in it, as values for encoding/json: a text as a [Delta], an
// array as []any, a map as map[string]any; XML as []any of {"name", "attrs", "children"} for elements,
// {"hook", …} for hooks and {"delta", "attrs"} for texts. What JSON has no word for is named:
// {"$bytes": base64}, {"$undefined": true}, {"$bigint": "1"}, {"$number": "NaN"}, {"$doc": guid}.
// Types nested deeper than 100 levels are shown as {"$deep": true}.
func (d *Doc) Plain(root string, kind Kind) (any, error) {
	b, ok := d.roots[root]
	switch kind {
	case KindText:
		return d.Text(root).Delta(), nil
	case KindArray:
		if !ok {
			return []any{}, nil
		}
		return d.plainList(b, maxPlainDepth), nil
	case KindMap:
		if !ok {
			return map[string]any{}, nil
		}
		return d.plainMap(b, maxPlainDepth), nil
	case KindXML:
		if !ok {
			return []any{}, nil
		}
		return d.plainList(b, maxPlainDepth), nil
	}
	return nil, fmt.Errorf("read root %q: there is no kind %d", root, kind)
}

func (d *Doc) plainBranch(b uint32, depth int) any {
	if depth--; depth < 0 {
		return map[string]any{"$deep": true}
	}
	br := &d.branches[b]
	switch br.ref {
	case typeMap:
		return d.plainMap(b, depth)
	case typeText:
		return d.deltaOf(b, depth)
	case typeXMLText:
		return map[string]any{"delta": d.deltaOf(b, depth), "attrs": d.plainMap(b, depth)}
	case typeXMLElement:
		return map[string]any{"name": br.name, "attrs": d.plainMap(b, depth), "children": d.plainList(b, depth)}
	case typeXMLHook:
		return map[string]any{"hook": br.name, "attrs": d.plainMap(b, depth)}
	}
	return d.plainList(b, depth)
}

func (d *Doc) plainList(b uint32, depth int) []any {
	out := []any{}
	for r := d.branches[b].first; r != 0; r = d.at(r).right {
		if it := d.at(r); it.visible() {
			out = append(out, d.plainValues(it, depth)...)
		}
	}
	return out
}

func (d *Doc) plainMap(b uint32, depth int) map[string]any {
	out := map[string]any{}
	for key, r := range d.branches[b].entries {
		if it := d.at(r); it.visible() {
			out[d.keyName(key)] = d.lastValue(it, depth)
		}
	}
	return out
}

func (d *Doc) plainValues(it *item, depth int) []any {
	if it.kind == kindType {
		return []any{d.plainBranch(it.data, depth)}
	}
	return d.values(it)
}

// lastValue is the value of a map's key: the last of those that its item holds, as encoding/json can write it.
func (d *Doc) lastValue(it *item, depth int) any {
	values := d.plainValues(it, depth)
	return values[len(values)-1]
}

// values gives what an item holds, unit by unit, fit for encoding/json.
func (d *Doc) values(it *item) []any {
	out := d.decoded(it)
	for i, v := range out {
		out[i] = plainValue(v)
	}
	return out
}

// decoded gives what an item that holds no nested type holds, unit by unit.
func (d *Doc) decoded(it *item) []any {
	r := reader{buf: d.content(it)}
	out := make([]any, 0, it.len)
	switch it.kind {
	case kindString: // in an array, the units of a string are its elements
		for _, c := range string(d.content(it)) {
			if c > 0xffff {
				out = append(out, replacement, replacement) // halves of a pair
			} else {
				out = append(out, string(c))
			}
		}
	case kindAny:
		for range it.len {
			out = append(out, r.any(trusted.Depth))
		}
	case kindJSON:
		for range it.len {
			if b := r.block(); string(b) == "undefined" {
				out = append(out, Undefined{})
			} else {
				out = append(out, parseJSON(b))
			}
		}
	case kindBinary:
		out = append(out, append([]byte{}, r.block()...))
	case kindEmbed:
		out = append(out, parseJSON(r.block()))
	case kindDoc:
		out = append(out, map[string]any{"$doc": string(r.block())})
	}
	return out
}
