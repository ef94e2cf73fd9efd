package manuscript

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// maxSame is how many messages of one code are listed; who has more of one kind needs their number, not their list.
const maxSame = 100

// messages collects what an import has to say.
type messages struct {
	list    []review.Message
	last    map[string]review.Message // by code
	count   map[string]int            // by code
	refused bool
}

func (m *messages) add(code string, line int, what, do string) {
	message := review.Message{Code: code, Line: line, What: what, Do: do}
	m.refused = m.refused || message.Refuses()
	if m.count == nil {
		m.count, m.last = map[string]int{}, map[string]review.Message{}
	}
	if m.last[code] == message { // two tags on one line
		return
	}
	m.last[code] = message
	if m.count[code]++; m.count[code] <= maxSame {
		m.list = append(m.list, message)
	}
}

// join takes other messages in.
func (m *messages) join(other messages) {
	for i := range other.list {
		m.add(other.list[i].Code, other.list[i].Line, other.list[i].What, other.list[i].Do)
	}
}

// sorted gives the messages by line. The last listed one of a code says how many more there are.
func (m *messages) sorted() []review.Message {
	last := map[string]int{}
	for i, message := range m.list {
		last[message.Code] = i
	}
	for code, i := range last {
		if more := m.count[code] - maxSame; more > 0 {
			m.list[i].What += fmt.Sprintf(" (And %d more of these.)", more)
		}
	}
	slices.SortStableFunc(m.list, func(a, b review.Message) int {
		return cmp.Or(a.Line-b.Line, strings.Compare(a.Code, b.Code))
	})
	return m.list
}

func (m *messages) empty() {
	m.add("E001", 1, "The file is empty.", "Paste or choose the report's text.")
}

func (m *messages) notUTF8(line, at int, b byte, guess string) {
	m.add("E002", line, fmt.Sprintf("Byte %d, 0x%02X, is not UTF-8. The file may be %s.", at, b, guess),
		"Save the file as UTF-8 and import it again.")
}

func (m *messages) binary(line, at int) {
	m.add("E003", line, fmt.Sprintf("Byte %d is NUL: this is a binary file.", at),
		"If it is a Word file, give it a name that ends in .docx; else save it as text in UTF-8.")
}

func (m *messages) tooLarge(line int, what string, args ...any) {
	m.add("E004", line, fmt.Sprintf(what, args...), "Split it into several reports.")
}

func (m *messages) bidi(line int, r rune) {
	m.add("E007", line, fmt.Sprintf("The control character U+%04X makes text show in another order than it is stored.", r),
		"Delete it: what reviewers see must be what they sign.")
}

func (m *messages) noTitle(line int) {
	m.add("E010", line, "There is no title before the first heading.", "Put the title on a line of its own above it.")
}

func (m *messages) noBody(line int, heading string) {
	m.add("E011", line, fmt.Sprintf("The finding %q has a headline and no body.", short(heading)),
		"Add its text, or delete the headline. If it is a point of a list, begin the line with a hyphen.")
}

func (m *messages) noFindings(line int) {
	m.add("W110", line, "There are no numbered findings: the text became one section.",
		"If it has findings, begin each headline with its number: 1. 2. 3.")
}

func (m *messages) jump(line, from, to int) {
	what := fmt.Sprintf("The numbers of the findings jump from %d to %d.", from, to)
	if from == 0 {
		what = fmt.Sprintf("The first finding has number %d.", to)
	}
	m.add("W112", line, what, "Look whether a finding is missing. The report counts its findings itself.")
}

func (m *messages) looksLikeList(line int, why string) {
	m.add("W113", line, "The line begins with a number and was read as a list or a paragraph: "+why+".",
		"If it is a finding's headline, mend that and import again.")
}

func (m *messages) listedTwice(line int, what string) {
	m.add("W120", line, what, "Both are kept. Join them under Sources, or mend the list.")
}

func (m *messages) listsNone(line, n int) {
	noun := "sources and lists none. Each became a placeholder."
	if n == 1 {
		noun = "source and does not list it. It became a placeholder."
	}
	m.add("B121", line, fmt.Sprintf("The text cites %d %s", n, noun),
		"Say under Sources what each number stands for; what cites a placeholder cannot be signed.")
}

func (m *messages) notListed(line int, label string) {
	m.add("B122", line, fmt.Sprintf("Source [%s] is cited and not listed. It became a placeholder.", label),
		"Say under Sources what it stands for; what cites a placeholder cannot be signed.")
}

func (m *messages) neverCited(line int, label string) {
	m.add("W123", line, fmt.Sprintf("Source [%s] is listed and never cited.", label), "Cite it where it belongs, or delete it.")
}

func (m *messages) noURL(line int, label string) {
	m.add("W124", line, fmt.Sprintf("Source [%s] has no web address.", label),
		"Add one, or say under Sources what kind of source it is.")
}

func (m *messages) bareDigits(line int, digits string) {
	m.add("W130", line, fmt.Sprintf("%q looks like a citation without brackets. It was read as text.", digits),
		"If it is one, write it in brackets, as in [1], or mark it in the editor.")
}

func (m *messages) attached(line int, group string) {
	m.add("W131", line, fmt.Sprintf("%q is no citation: it stands right after a word, or before a colon. It was read as text.", group),
		"If it is one, put a space before it or move the colon, or mark it in the editor.")
}

func (m *messages) alone(line int) {
	m.add("W132", line, "A citation stands by itself, not in a sentence: no claim was proposed for it.",
		"Put it at the end of the sentence that it supports.")
}

// short cuts a text for use in a message.
func short(text string) string {
	const most = 80 // characters: enough to recognise a headline
	if runes := []rune(text[:min(len(text), 4*most+4)]); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
