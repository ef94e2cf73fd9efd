package manuscript

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// space is white space as it stands inside a line, no-break spaces too.
const space = `[\s\x{A0}\x{2007}\x{202F}]`

var (
	summaryForm = form(`^(?i:executive +summary|summary +of +findings|summary|tl;dr|key +points|` +
		`if +your +time +is +short|bottom +line)(?: *[:—–] *| *- +| *-$|$)`)
	queryForm   = form(`^(?i:fact[-‑ ]?check) *: *`)
	numberForm  = form(`^(\d{1,3})[.)] +`)
	bulletForm  = form(`^[-*•‣◦·] +`)
	publishForm = form(`^(?i:published)(?i: *:| +on\b:?| +at\b)? *`)
	metaForm    = form(`^(?i:checked +on |goal:|loading *(?:…|\.\.\.))`)
)

// form compiles a pattern in which a space stands for any white space.
func form(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.NewReplacer("[-‑ ]", "(?:[-‑]|"+space+")", " ", space).Replace(pattern))
}

// summaryHeading takes a heading of the executive summary apart: the heading's length, and where text begins that follows
// on the same line, which is the line's length if none does.
func summaryHeading(line string) (heading, text int, ok bool) {
	at := summaryForm.FindStringIndex(line)
	if at == nil {
		return 0, 0, false
	}
	words := strings.TrimRight(line[:at[1]], " \t\u00a0\u2007\u202f:—–-")
	return len(words), at[1], true
}

// maxMeta is how many characters a meta line has at most; a title that begins like one is longer, or has no date.
const maxMeta = 80

// isMeta says whether a line above the first heading tells of the page, not of the report.
func isMeta(line string) bool {
	if metaForm.MatchString(line) {
		return true
	}
	_, ok := publishedOn(line)
	return ok
}

// publishedOn takes the date out of a line that says when the report was published.
func publishedOn(line string) (date string, ok bool) {
	at := publishForm.FindStringIndex(line)
	if at == nil || utf8.RuneCountInString(line) > maxMeta || !strings.ContainsFunc(line, unicode.IsDigit) {
		return "", false
	}
	return line[at[1]:], true
}

// query takes the prefix of what the reader asked off a line.
func query(line string) (at int, ok bool) {
	form := queryForm.FindStringIndex(line)
	if form == nil || !hasWords(line[form[1]:]) {
		return 0, false
	}
	return form[1], true
}

// numbered takes the number off a line that begins with one, as `N.` or `N)`.
func numbered(line string) (n, at int, ok bool) {
	if line == "" || line[0] < '0' || line[0] > '9' {
		return 0, 0, false
	}
	form := numberForm.FindStringSubmatchIndex(line)
	if form == nil || !hasWords(line[form[1]:]) {
		return 0, 0, false
	}
	n, err := strconv.Atoi(line[form[2]:form[3]])
	return n, form[1], err == nil
}

// bullet takes the bullet off a line that begins with one.
func bullet(line string) (at int, ok bool) {
	if r, _ := utf8.DecodeRuneInString(line); !strings.ContainsRune("-*•‣◦·", r) {
		return 0, false
	}
	form := bulletForm.FindStringIndex(line)
	if form == nil || !hasWords(line[form[1]:]) {
		return 0, false
	}
	return form[1], true
}

// isRule says whether a line is drawn, not written.
func isRule(line string) bool { return strings.Trim(line, "-*_=~—–•· \t") == "" }

func hasCitation(line string) bool {
	found, _ := findCitations(line, nil, nil)
	return len(found) > 0
}

const maxHeading = 240 // characters; a longer line is a paragraph

// whyNoHeading says why a numbered line cannot be a finding's headline; "" if it can.
func whyNoHeading(line, language string) string {
	switch {
	case utf8.RuneCountInString(line) > maxHeading:
		return "it is longer than " + strconv.Itoa(maxHeading) + " characters"
	case hasCitation(line):
		return "it holds a citation"
	case strings.HasSuffix(line, ".") && !strings.HasSuffix(line, "..") && !isAbbreviation(line[:len(line)-1], "", language):
		return "it ends with a full stop"
	}
	return ""
}
