package manuscript

// Citation is one occurrence of a reference to a source.
type Citation struct {
	ID        string      `json:"id"`     // unique among citations: that of its mark, or with "~2", "~3" … if it stands earlier
	Mark      string      `json:"mark"`   // the id as it stands in the text
	Source    string      `json:"source"` // the source's id; "" if it names none
	Number    int         `json:"number"` // as shown: the source's position by first occurrence, from 1; 0 without a source
	Part      string      `json:"part"`   // key of the part that it is in
	Range     Range       `json:"range"`
	Attention []Attention `json:"attention,omitempty"`
}

// readCitations numbers the citations of all blocks.
func (m *Manuscript) readCitations() {
	n := 0
	for _, b := range m.blocks {
		n += len(b.cited)
	}
	m.Citations, m.cites = make([]Citation, 0, n), make(map[string]int, n)
	numbers := map[string]int{}
	var later *resolver
	for i, b := range m.blocks {
		for _, c := range b.cited {
			out := Citation{ID: c.id, Mark: c.id, Source: c.source, Part: m.keys[m.parts[i]]}
			out.Range = Range{m.starts[i] + c.From, m.starts[i] + c.To}
			if c.cites() && numbers[c.source] == 0 {
				numbers[c.source] = len(numbers) + 1
			}
			out.Number = numbers[c.source]
			_, twice := m.cites[c.id]
			if twice {
				if later == nil {
					later = newResolver(m.citationIDs())
				}
				out.ID = later.later(c.id)
			}
			out.Attention = c.attention(twice)
			m.cites[out.ID] = len(m.Citations)
			m.Citations = append(m.Citations, out)
		}
	}
}

// citationIDs says of an id whether a citation has it in the text.
func (m *Manuscript) citationIDs() func(string) bool {
	ids := map[string]bool{}
	for _, b := range m.blocks {
		for _, c := range b.cited {
			ids[c.id] = true
		}
	}
	return func(id string) bool { return ids[id] }
}

func (c *cited) attention(twice bool) []Attention {
	var out []Attention
	if !c.cites() {
		out = append(out, NoSource)
	}
	if !c.validID {
		out = append(out, MalformedID)
	}
	if twice {
		out = append(out, Twice)
	}
	if c.words && c.cites() {
		out = append(out, CitedWords)
	}
	return out
}
