package manuscript

import "github.com/countersign/countersign/internal/yjs"

// deltaWriter writes a document in Quill's form. Neighbours with equal attributes become one operation.
type deltaWriter struct {
	delta yjs.Delta
	text  []byte // an insertion that may go on
	of    inline
}

// inline is what a stretch of text carries in the document.
type inline struct {
	marks
	claim  string
	cite   string // the citation's id; marks.cite has the label
	source string
}

// write adds text.
func (w *deltaWriter) write(text string, of inline) {
	of.code, of.marks.cite = false, ""
	if of != w.of {
		w.flush()
		w.of = of
	}
	w.text = append(w.text, text...)
}

// close ends a block.
func (w *deltaWriter) close(attributes map[string]any) {
	if len(attributes) == 0 {
		w.write("\n", inline{})
		return
	}
	w.flush()
	w.delta = append(w.delta, yjs.Op{Insert: "\n", Attributes: attributes})
}

func (w *deltaWriter) flush() {
	if len(w.text) > 0 {
		w.delta = append(w.delta, yjs.Op{Insert: string(w.text), Attributes: w.of.attributes()})
		w.text = w.text[:0]
	}
}

// end is what was written.
func (w *deltaWriter) end() yjs.Delta {
	w.flush()
	return w.delta
}

func (i *inline) attributes() map[string]any {
	m := map[string]any{}
	for key, on := range map[string]bool{"bold": i.bold, "italic": i.italic, "strike": i.strike} {
		if on {
			m[key] = true
		}
	}
	if i.link != "" {
		m["link"] = i.link
	}
	if i.claim != "" {
		m["claim:"+i.claim] = true
	}
	if i.cite != "" {
		m["cite"] = map[string]any{"id": i.cite, "source": i.source}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// attributes are what a block's "\n" carries; finding is its id if it is a finding's heading. Numbers are float64, as a
// document gives them back.
func (b *block) attributes(finding string) map[string]any {
	m := map[string]any{}
	switch b.kind {
	case blockTitle:
		m["header"] = 1.0
	case blockSummary:
		m["header"], m["section"] = 2.0, "summary"
	case blockNotes:
		m["header"], m["section"] = 2.0, "notes"
	case blockFinding:
		m["header"], m["finding"] = 2.0, finding
	case blockSubheading, blockHeading:
		m["header"] = 3.0
	case blockText:
		if b.list != "" {
			m["list"] = b.list
		}
		if b.quote && b.list == "" {
			m["blockquote"] = true
		}
		if b.indent > 0 {
			m["indent"] = float64(b.indent)
		}
	}
	return m
}
