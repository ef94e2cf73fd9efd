package manuscript

import "slices"

// maxLinks is how many links from summary sentences to what they rest on a report may have.
const maxLinks = 200_000

// summaryClaim is the claim of a summary sentence, until it is known what it rests on.
type summaryClaim struct {
	claim   int   // index
	sources []int // that it cites
	line    int
}

// claimed is a stretch of a block with its claim's id.
type claimed struct {
	span
	claim string
}

// propose proposes the claims of a block, whose text has these citations.
func (a *assembly) propose(b *block, text string, cites []citation) []claimed {
	switch b.kind {
	case blockTitle:
		a.title = len(a.result.Claims)
		return []claimed{a.proposeOne(TitleClaim, b, span{0, len(text)}, cites)}
	case blockFinding:
		a.heading = len(a.result.Claims)
		c := a.proposeOne(HeadingClaim, b, span{0, len(text)}, cites)
		a.restsOn(a.title, c.claim)
		return []claimed{c}
	}
	if len(cites) == 0 {
		return nil
	}
	var out []claimed
	for _, sentence := range sentences(text, cites, a.result.Language) {
		n := 0
		for n < len(cites) && cites[n].start < sentence.end {
			n++
		}
		if n == 0 {
			continue
		}
		if !wordsBeside(text, sentence, cites[:n]) {
			a.messages.alone(cites[0].line)
			a.sourcesOf(cites[:n])
			cites = cites[n:]
			continue
		}
		kind := SentenceClaim
		if a.part == summary {
			kind = SummaryClaim
		}
		out = append(out, a.proposeOne(kind, b, sentence, cites[:n]))
		cites = cites[n:]
	}
	return out
}

// proposeOne proposes one claim; cites are the citations in it.
func (a *assembly) proposeOne(kind ClaimKind, b *block, where span, cites []citation) claimed {
	sources := a.sourcesOf(cites)
	c := ClaimProposal{ID: a.options.NewID(), Kind: kind}
	if kind == SummaryClaim {
		a.summary = append(a.summary, summaryClaim{len(a.result.Claims), sources, b.first})
	} else {
		c.Evidence = a.ids(sources)
	}
	a.result.Claims = append(a.result.Claims, c)
	if kind == SentenceClaim && a.part == finding {
		a.restsOn(a.heading, c.ID)
	}
	return claimed{where, c.ID}
}

// wordsBeside says whether a stretch has words beside its citations: else there is nothing that could be true.
func wordsBeside(text string, where span, cites []citation) bool {
	at := where.start
	for _, c := range cites {
		if hasWords(text[at:c.start]) {
			return true
		}
		at = c.end
	}
	return hasWords(text[at:where.end])
}

// sourcesOf are the sources that citations mean, each once.
func (a *assembly) sourcesOf(cites []citation) []int {
	var sources []int
	for _, c := range cites {
		if i := a.source(c.labels[0], c.line); !slices.Contains(sources, i) {
			sources = append(sources, i)
		}
	}
	return sources
}

func (a *assembly) ids(sources []int) []string {
	ids := make([]string, len(sources))
	for n, i := range sources {
		ids[n] = a.result.Sources[i].ID
	}
	return ids
}

// restsOn notes that the claim at index i, if there is one, rests on another.
func (a *assembly) restsOn(i int, other string) {
	if i >= 0 {
		a.result.Claims[i].RestsOn = append(a.result.Claims[i].RestsOn, other)
	}
}

// rest links the summary's sentences to the sentences that share a source with them. A source that none of those cites is
// evidence of the summary's sentence itself. Without findings, the title rests on the sentences.
func (a *assembly) rest() {
	index := map[string]int{}
	for i := range a.result.Sources {
		index[a.result.Sources[i].ID] = i
	}
	citing := make([][]int, len(a.result.Sources)) // for each source, the sentences that cite it
	for n := range a.result.Claims {
		c := &a.result.Claims[n]
		if c.Kind != SentenceClaim {
			continue
		}
		for _, id := range c.Evidence {
			citing[index[id]] = append(citing[index[id]], n)
		}
	}
	links := 0
	for _, s := range a.summary {
		var rests []int
		for _, i := range s.sources {
			if len(citing[i]) == 0 {
				a.result.Claims[s.claim].Evidence = append(a.result.Claims[s.claim].Evidence, a.result.Sources[i].ID)
			}
			if links += len(citing[i]); links > maxLinks {
				a.messages.tooLarge(s.line, "The summary cites sources that are cited so often that more than %d links would be needed.", maxLinks)
				return
			}
			rests = append(rests, citing[i]...)
		}
		slices.Sort(rests)
		for _, n := range slices.Compact(rests) {
			a.restsOn(s.claim, a.result.Claims[n].ID)
		}
	}
	a.restTitle()
}

// restTitle gives the title of a report without findings what it rests on.
func (a *assembly) restTitle() {
	if a.heading >= 0 {
		return
	}
	for n := range a.result.Claims {
		if a.result.Claims[n].Kind != TitleClaim {
			a.restsOn(a.title, a.result.Claims[n].ID)
		}
	}
}
