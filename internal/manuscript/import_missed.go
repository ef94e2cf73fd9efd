package manuscript

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxBare is how many digits after punctuation are looked at in a block, for one that is no abbreviation's.
const maxBare = 20

// bareForm finds digits after punctuation that may be a citation whose brackets were lost: "was seen.12 Then".
var bareForm = regexp.MustCompile(`\p{L}[.,;!?]["”’»)]?(\d{1,3}(?:[,–-]\d{1,3})*)(?:[\s\x{A0}]|$)|[\p{L}.,;!?"”’»)]([¹²³⁰⁴-⁹]+)`)

// tellMissed tells of the first number in brackets that is no citation because of where it stands.
func (a *assembly) tellMissed(b *block, text string, missed []citation) {
	for _, c := range missed {
		if c.labels == nil {
			continue
		}
		from := c.start - len(lastWord(text[:c.start]))
		to := c.end
		if strings.HasPrefix(text[to:], ":") {
			to++
		}
		a.messages.attached(b.lineAt(c.start), text[from:to])
		return
	}
}

// tellBareDigits tells of digits that look like a citation, once for a block.
func (a *assembly) tellBareDigits(b *block, text string, code []span) {
	for i := range b.runs {
		if r := &b.runs[i]; r.link != "" && len(r.text) <= 3 && strings.Trim(r.text, "0123456789") == "" {
			a.messages.bareDigits(r.line, r.text)
			return
		}
	}
	if len(code) > 0 {
		return
	}
	for _, m := range bareForm.FindAllStringSubmatchIndex(text, maxBare) {
		_, letter := utf8.DecodeRuneInString(text[m[0]:])
		at := max(m[2], m[4])
		stop := m[0] + letter
		if m[2] >= 0 && text[stop] == '.' && isAbbreviation(text[:stop], text[at:], a.result.Language) {
			continue
		}
		a.messages.bareDigits(b.lineAt(at), lastWord(text[:stop])+text[stop:max(m[3], m[5])])
		return
	}
}
