package yjs

// compactMarks is how many deleted marks are worth making the tables anew.
const compactMarks = 1024

// compactTables makes the tables of keys and formats anew without those that nothing refers to any more, once enough marks
// were deleted: each mark with a value of its own would else stay for as long as the document does.
func (d *Doc) compactTables() {
	if d.deadMarks < compactMarks || d.deadMarks < len(d.formats)/2 {
		return
	}
	old := *d
	d.keys, d.keyIndex = nil, map[string]uint32{}
	d.formats, d.formatByRaw, d.deadMarks = nil, map[string]uint32{}, 0
	key := func(k uint32) uint32 { return d.key([]byte(old.keys[k-1])) }
	for r := ref(1); r < d.used; r++ {
		it := d.at(r)
		if it.len == 0 {
			continue
		}
		if it.sub != 0 {
			it.sub = key(it.sub)
		}
		if it.kind == kindFormat {
			it.data = d.formatIndex(old.formats[it.data].raw)
		}
	}
	for i := range d.branches {
		b := &d.branches[i]
		entries := b.entries
		b.entries = nil
		for k, r := range entries {
			b.setEntry(key(k), r)
		}
	}
}
