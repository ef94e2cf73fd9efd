package manuscript

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf16"

	"github.com/countersign/countersign/internal/review"
)

// textSpan is some text of a block under the same attributes, or an embed. It never changes.
type textSpan struct {
	text       string // without "\n"
	embed      string // of an embed: the hash of its canonical JSON
	units      int
	attributes *attributes
}

func spanOfText(text string, a *attributes) textSpan {
	return textSpan{text: text, units: unitsOf(text), attributes: a}
}

func spanOfEmbed(value any, a *attributes) textSpan {
	return textSpan{embed: embedHash(value), units: 1, attributes: a}
}

// embedHash is the SHA-256 of a value's canonical JSON. What has none, which no document can hold, is hashed as Go prints it.
func embedHash(value any) string {
	b, err := review.CanonicalJSON(value)
	if err != nil {
		b = fmt.Append(nil, value)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func unitsOf(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// split cuts a span after n units. A surrogate pair that is cut becomes two halves, each U+FFFD, as yjs has it: the first
// ends left, the second is half.
func (s textSpan) split(n int) (left, half, right textSpan) {
	if n >= s.units {
		return s, textSpan{}, textSpan{}
	}
	if s.units == len(s.text) { // ASCII
		return textSpan{s.text[:n], "", n, s.attributes}, textSpan{}, textSpan{s.text[n:], "", s.units - n, s.attributes}
	}
	at, inPair := unitOffset(s.text, n)
	if !inPair {
		return textSpan{s.text[:at], "", n, s.attributes}, textSpan{}, textSpan{s.text[at:], "", s.units - n, s.attributes}
	}
	return textSpan{s.text[:at] + "\uFFFD", "", n, s.attributes},
		textSpan{"\uFFFD", "", 1, s.attributes},
		textSpan{s.text[at+len("😀"):], "", s.units - n - 1, s.attributes}
}

// citation is the citation that a span belongs to; nil: none.
func (s *textSpan) citation() *cite {
	if s.embed != "" || !s.attributes.cite.cites() {
		return nil
	}
	return s.attributes.cite
}

// unitOffset is the byte at which a unit stands, or at which the pair stands that it is the second half of.
func unitOffset(text string, unit int) (offset int, half bool) {
	at := 0
	for i, r := range text {
		if at >= unit {
			return i, false
		}
		n := utf16.RuneLen(r)
		if at+n > unit {
			return i, true
		}
		at += n
	}
	return len(text), false
}

// joined puts neighbours under equal attributes together.
func joined(spans []textSpan) []textSpan {
	out := make([]textSpan, 0, len(spans))
	for i := 0; i < len(spans); {
		j, units := i+1, spans[i].units
		for j < len(spans) && continues(&spans[i], &spans[j]) {
			units += spans[j].units
			j++
		}
		if j == i+1 {
			out = append(out, spans[i])
		} else {
			var text strings.Builder
			for _, s := range spans[i:j] {
				text.WriteString(s.text)
			}
			out = append(out, textSpan{text: text.String(), units: units, attributes: spans[i].attributes})
		}
		i = j
	}
	return out
}

func continues(a, b *textSpan) bool {
	return a.embed == "" && b.embed == "" && sameAttributes(a.attributes, b.attributes)
}

func sameAttributes(a, b *attributes) bool {
	return a == b || len(a.raw) == len(b.raw) && reflect.DeepEqual(a.raw, b.raw)
}
