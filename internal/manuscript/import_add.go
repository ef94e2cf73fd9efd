package manuscript

import "strings"

// add adds a block to the document.
func (a *assembly) add(b *block) {
	b.trim()
	switch b.kind {
	case blockSummary:
		a.part = summary
	case blockNotes:
		a.part = notes
	case blockFinding:
		a.part = finding
	}
	cites := a.expand(b)
	if a.cites += len(cites); a.cites > maxCitations {
		a.messages.tooLarge(b.first, "The text has more than %d citations.", maxCitations)
		return
	}
	if b.kind == blockTitle {
		a.result.Title = b.uncited()
	}
	text := b.text()
	a.write(b, a.propose(b, text, cites))
	id := ""
	if b.kind == blockFinding {
		id = a.options.NewID()
	}
	a.out.close(b.attributes(id))
}

// expand makes each citation of a block a run of its own, [3, 4] two of them, and gives them.
func (a *assembly) expand(b *block) []citation {
	text := b.text()
	code := b.code()
	a.tellBareDigits(b, text, code)
	found, missed := findCitations(text, code, a.names)
	a.tellMissed(b, text, missed)
	if len(found) == 0 || b.kind == blockTitle && !wordsBeside(text, span{0, len(text)}, found) {
		return nil
	}
	var out []run
	rest := cursor{runs: b.runs}
	at := 0
	for _, c := range found {
		out = rest.take(c.start-at, out)
		group := rest.take(c.end-c.start, nil)
		at = c.end
		for _, label := range c.labels {
			r := group[0]
			r.text, r.cite = visibleCitation(label), label
			out = append(out, r)
		}
	}
	b.runs = rest.take(len(text)-at, out)
	return b.citations()
}

// uncited is the block's text without its citations.
func (b *block) uncited() string {
	var s strings.Builder
	for i := range b.runs {
		if b.runs[i].cite == "" {
			s.WriteString(b.runs[i].text)
		}
	}
	return strings.TrimSpace(s.String())
}

// citations are the runs that cite.
func (b *block) citations() []citation {
	var found []citation
	at := 0
	for i := range b.runs {
		r := &b.runs[i]
		if r.cite != "" {
			found = append(found, citation{span{at, at + len(r.text)}, []string{r.cite}, r.line})
		}
		at += len(r.text)
	}
	return found
}

// code is where the block's text is code.
func (b *block) code() []span {
	var found []span
	at := 0
	for i := range b.runs {
		if b.runs[i].code {
			found = append(found, span{at, at + len(b.runs[i].text)})
		}
		at += len(b.runs[i].text)
	}
	return found
}

// write writes a block's runs, claims and all.
func (a *assembly) write(b *block, claims []claimed) {
	rest := cursor{runs: b.runs}
	at := 0
	var some []run
	for _, c := range append(claims, claimed{span: span{len(b.text()), 0}}) {
		some = rest.take(c.start-at, some[:0])
		a.writeRuns(some, "")
		if c.end > c.start {
			some = rest.take(c.end-c.start, some[:0])
			a.writeRuns(some, c.claim)
			at = c.end
		}
	}
}

func (a *assembly) writeRuns(runs []run, claim string) {
	for i := range runs {
		of := inline{marks: runs[i].marks, claim: claim}
		if label := runs[i].cite; label != "" {
			of.cite, of.source = a.options.NewID(), a.result.Sources[a.sources[label]].ID
		}
		a.out.write(runs[i].text, of)
	}
}

// cursor reads runs from front to back.
type cursor struct {
	runs []run
	i    int // run
	off  int // bytes of it that are read
}

// take reads n bytes and appends them, as runs, to out.
func (c *cursor) take(n int, out []run) []run {
	for n > 0 && c.i < len(c.runs) {
		r := c.runs[c.i]
		r.text = r.text[c.off:]
		if len(r.text) > n {
			r.text = r.text[:n]
			c.off += n
		} else {
			c.i++
			c.off = 0
		}
		n -= len(r.text)
		out = append(out, r)
	}
	return out
}
