package manuscript

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// entry is one entry of a source list, or one footnote.
type entry struct {
	label string
	line  int // first and last
	last  int
	text  string // without its label; lines joined by spaces
}

var (
	listForm = form(`^(?i:sources|references|works +cited|our +sources|bibliography) *:?$`)
	// label in brackets, name of a footnote, or number with a full stop
	entryForm = regexp.MustCompile(`^\s*(?:[-*+•]\s+)?(?:\\?\[(\d{1,3})\\?\]:?\s*|\[\^([^\]\s]{1,40})\]:\s*|(\d{1,3})\\?[.)][\s\x{A0}]+)(\S.*)$`)
	// an entry that is one wherever it stands: a footnote, or an address with a number
	looseForm  = regexp.MustCompile(`^ {0,3}\[(?:\^[^\]\s]{1,40}\]:\s*\S|\d{1,3}\]:\s*<?https?://)`)
	indentForm = regexp.MustCompile(`^(?: {2}|\t)\s*\S`)
	addressIn  = regexp.MustCompile(`^\s*<?https?://`)
)

// entryStyle tells lists apart by the label that their entries begin with.
type entryStyle int

const (
	noEntry entryStyle = iota
	bracketEntry
	footnoteEntry
	numberEntry
)

// parseEntry reads the first line of an entry.
func parseEntry(line string) (label, text string, style entryStyle) {
	m := entryForm.FindStringSubmatch(line)
	switch {
	case m == nil || !hasWords(m[4]):
		return "", "", noEntry
	case m[1] != "":
		return number(m[1]), m[4], bracketEntry
	case m[2] != "":
		return number(m[2]), m[4], footnoteEntry
	}
	return number(m[3]), m[4], numberEntry
}

// number drops zeros that a number begins with, so that [^01] and [1] cite one source.
func number(label string) string {
	if strings.Trim(label, "0123456789") == "" {
		if n := strings.TrimLeft(label, "0"); n != "" {
			return n
		}
	}
	return label
}

// takeSources takes the source lists and footnotes out of the lines: their lines are marked, and no reader looks at them
// again. Code says of each line whether it is code; nil: none is.
func (in *importer) takeSources(code []bool) {
	for i := 0; i < len(in.lines); {
		switch {
		case in.result.Lines[i].As != "" || code != nil && code[i]:
			i++
		case in.startsList(i, code):
			in.mark(i+1, i+1, AsSourcesHeading, "")
			before := len(in.entries)
			i = in.takeList(in.nextLine(i+1), code)
			in.countLazily(in.entries[before:])
			in.listEnd = i
		case isLooseEntry(in.lines[i]):
			i = in.takeEntry(i, func(line string, _ bool) bool { return indentForm.MatchString(line) })
		default:
			i++
		}
	}
}

func isLooseEntry(line string) bool {
	if !strings.Contains(line, "]:") || !looseForm.MatchString(line) {
		return false
	}
	_, _, style := parseEntry(line)
	return style != noEntry
}

// startsList says whether line i is the heading of a source list. It is one only if an entry follows: a paragraph may have
// the heading "Sources" too.
func (in *importer) startsList(i int, code []bool) bool {
	line := strings.TrimSpace(in.lines[i])
	if in.options.Format == FormatMarkdown {
		line = strings.TrimSpace(strings.Trim(line, "#*_ \t"))
	}
	next := i + 1
	if len(line) > maxListHeading || !listForm.MatchString(strings.TrimRight(line, "*_")) {
		return false
	}
	if next = in.nextLine(next); next == len(in.lines) || code != nil && code[next] {
		return false
	}
	_, _, style := parseEntry(in.lines[next])
	return style != noEntry
}

const maxListHeading = 40 // bytes: "Bibliography:" with marks around it

// nextLine is the first line from i that is not blank.
func (in *importer) nextLine(i int) int {
	for i < len(in.lines) && in.result.Lines[i].As == AsBlank {
		i++
	}
	return i
}

// takeList takes the entries of a list that begins with line i, all in the style of the first, and gives where it ends.
func (in *importer) takeList(i int, code []bool) int {
	_, _, style := parseEntry(in.lines[i])
	for i < len(in.lines) {
		_, _, s := parseEntry(in.lines[i])
		if s != style || code != nil && code[i] {
			return i
		}
		i = in.takeEntry(i, func(line string, afterBlank bool) bool {
			_, _, s := parseEntry(line)
			switch {
			case s != noEntry || in.options.Format == FormatMarkdown && strings.HasPrefix(line, "#"):
				return false
			case afterBlank:
				return indentForm.MatchString(line) || addressIn.MatchString(line)
			}
			return true
		})
		if next := in.nextLine(i); next < len(in.lines) {
			if _, _, s := parseEntry(in.lines[next]); s == style {
				i = next
			}
		}
	}
	return i
}

// countLazily numbers a list whose entries all say 1, as Markdown allows.
func (in *importer) countLazily(entries []entry) {
	if in.options.Format != FormatMarkdown || slices.ContainsFunc(entries, func(e entry) bool { return e.label != "1" }) {
		return
	}
	for i := range entries {
		entries[i].label = strconv.Itoa(i + 1)
		in.mark(entries[i].line, entries[i].last, AsSource, entries[i].label)
	}
}

// takeEntry takes the entry that begins with line i, and the lines that go on with it, and gives where it ends.
func (in *importer) takeEntry(i int, goesOn func(line string, afterBlank bool) bool) int {
	label, text, _ := parseEntry(in.lines[i])
	e := entry{label: label, line: i + 1}
	parts := []string{strings.TrimSpace(text)}
	end := i + 1
	for {
		next := in.nextLine(end)
		if next == len(in.lines) || in.result.Lines[next].As != "" || !goesOn(in.lines[next], next > end) {
			break
		}
		parts = append(parts, strings.TrimSpace(in.lines[next]))
		end = next + 1
	}
	in.mark(i+1, end, AsSource, label)
	e.text, e.last = strings.Join(parts, " "), end
	in.entries = append(in.entries, e)
	return end
}
