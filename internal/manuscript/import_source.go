package manuscript

import (
	"fmt"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/review"
)

// listSources makes sources of the lists' entries.
func (a *assembly) listSources() {
	a.sources, a.names = map[string]int{}, map[string]bool{}
	addresses := map[string]string{} // label by address
	for _, e := range a.entries {
		s := proposeSource(e)
		_, again := a.sources[e.label]
		switch first, known := addresses[s.URL]; {
		case again:
			a.messages.listedTwice(e.line, fmt.Sprintf("Source [%s] is listed twice; citations of it mean the first.", e.label))
		case known && s.URL != "":
			a.messages.listedTwice(e.line, fmt.Sprintf("Sources [%s] and [%s] have the same address.", first, e.label))
		}
		if s.URL == "" {
			a.messages.noURL(e.line, e.label)
		} else if addresses[s.URL] == "" {
			addresses[s.URL] = e.label
		}
		i := a.addSource(s)
		if !again {
			a.sources[e.label], a.names[e.label] = i, true
		}
	}
}

func (a *assembly) addSource(s review.SourceProposal) int {
	s.ID = a.options.NewID()
	a.result.Sources = append(a.result.Sources, s)
	a.cited = append(a.cited, 0)
	return len(a.cited) - 1
}

// source is the index of the source that a citation on a line means; one that no list has becomes a placeholder.
func (a *assembly) source(label string, line int) int {
	i, ok := a.sources[label]
	if !ok {
		i = a.addSource(review.SourceProposal{ImportedLabel: label, Placeholder: true})
		a.sources[label] = i
	}
	if a.cited[i] == 0 {
		a.cited[i] = line
	}
	return i
}

// tellSources tells what does not fit between citations and lists.
func (a *assembly) tellSources() {
	if len(a.entries) == 0 {
		if n := len(a.cited); n > 0 {
			a.messages.listsNone(a.cited[0], n)
		}
		return
	}
	for i := range a.result.Sources {
		label := a.result.Sources[i].ImportedLabel
		switch {
		case a.result.Sources[i].Placeholder:
			a.messages.notListed(a.cited[i], label)
		case a.cited[i] == 0 && a.sources[label] == i:
			a.messages.neverCited(a.entries[i].line, label)
		}
	}
}

// visibleCitation is how a citation reads in the text: its label, cut if a footnote's name is longer than what may stand
// under a citation.
func visibleCitation(label string) string {
	for unitsOf(label) > maxUnderCite-len("[]") {
		_, size := utf8.DecodeLastRuneInString(label)
		label = label[:len(label)-size]
	}
	return "[" + label + "]"
}
