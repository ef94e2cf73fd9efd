package yjs

import "slices"

// typeRef is the kind of a shared type inside a document; the numbers are the wire's.
type typeRef uint8

const (
	typeArray       typeRef = 0
	typeMap         typeRef = 1
	typeText        typeRef = 2
	typeXMLElement  typeRef = 3
	typeXMLFragment typeRef = 4
	typeXMLHook     typeRef = 5
	typeXMLText     typeRef = 6
	typeRoot        typeRef = 255 // a root's type is whatever its reader takes it for
)

// named types carry a name on the wire.
func (t typeRef) named() bool { return t == typeXMLElement || t == typeXMLHook }

// branch is a shared type: a list of items, or a map of keys to items, or both (XML elements).
type branch struct {
	item    ref    // the item that holds it; 0: a root
	root    uint32 // the branch of the root that it stands under; of a root, itself
	ref     typeRef
	name    string         // of a root, or of an XML element or hook
	first   ref            // of the list
	length  uint32         // countable units in the list that are not deleted
	entries map[uint32]ref // by index into Doc.keys plus one: the newest item of each key
	index   *index         // positions in the list; nil until somebody asks for one
}

// rootBranch is the index of a root's branch, which is made if it is new.
func (d *Doc) rootBranch(name []byte) uint32 {
	if b, ok := d.roots[string(name)]; ok {
		return b
	}
	b := d.newBranch(branch{ref: typeRoot, name: string(name)})
	d.branches[b].root = b
	d.roots[string(name)] = b
	return b
}

func (d *Doc) newBranch(b branch) uint32 {
	if n := len(d.freeBranches); n > 0 {
		i := d.freeBranches[n-1]
		d.freeBranches = d.freeBranches[:n-1]
		d.branches[i] = b
		return i
	}
	d.branches = append(d.branches, b)
	return uint32(len(d.branches) - 1)
}

// branchDeleted tells whether the item that holds a branch is deleted.
func (d *Doc) branchDeleted(b uint32) bool {
	r := d.branches[b].item
	return r != 0 && d.at(r).deleted()
}

// branchOf is the branch that the item at r holds, if it holds one.
func (d *Doc) branchOf(r ref) (b uint32, ok bool) {
	it := d.at(r)
	return it.data, it.kind == kindType
}

// setEntry makes the item at r the newest of a key.
func (b *branch) setEntry(key uint32, r ref) {
	if b.entries == nil {
		b.entries = make(map[uint32]ref)
	}
	b.entries[key] = r
}

// key is the index, plus one, of a map's key.
func (d *Doc) key(name []byte) uint32 {
	if i, ok := d.keyIndex[string(name)]; ok {
		return i
	}
	d.keys = append(d.keys, string(name))
	i := uint32(len(d.keys))
	d.keyIndex[string(name)] = i
	return i
}

func (d *Doc) keyName(key uint32) string { return d.keys[key-1] }

// format is a mark: what a Format item sets from its place on. Equal ones are kept once.
type format struct {
	key   uint32 // as Doc.key has it
	raw   []byte // key and value as they came
	value any    // the value, decoded; nil takes the mark off
}

// formatIndex is the index of a mark given as its bytes on the wire.
func (d *Doc) formatIndex(raw []byte) uint32 {
	if i, ok := d.formatByRaw[string(raw)]; ok {
		return i
	}
	r := reader{buf: raw}
	f := format{key: d.key(r.block()), raw: slices.Clone(raw)}
	f.value = parseJSON(r.block())
	d.formats = append(d.formats, f)
	i := uint32(len(d.formats) - 1)
	d.formatByRaw[string(raw)] = i
	return i
}
