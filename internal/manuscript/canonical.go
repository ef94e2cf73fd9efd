package manuscript

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/countersign/countersign/internal/review"
)

// canonicalRuns is the canonical content of consecutive spans of one block: see [review.Content] for the rules. There is
// no white space at its ends, for they are the ends of a piece or lie beside a block end.
func canonicalRuns(spans []textSpan) review.Piece {
	return tidyRuns(markedRuns(spans))
}

// markedRuns gives spans as runs, neighbours with equal marks joined, without characters that have no width.
func markedRuns(spans []textSpan) review.Piece {
	var out joiner
	for i := range spans {
		s := &spans[i]
		c := s.citation()
		switch {
		case c != nil && i > 0 && sameCite(spans[i-1].citation(), c): // the same citation goes on
		case c != nil:
			out.add(review.Run{Source: c.source})
		case s.embed != "":
			out.add(review.Run{Embed: s.embed})
		default:
			out.add(review.Run{Text: withoutZeroWidth(s.text), Struck: s.attributes.struck, Link: s.attributes.link})
		}
	}
	return out.piece()
}

func withoutZeroWidth(s string) string {
	if !strings.ContainsAny(s, "\u200B\u2060\uFEFF") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isZeroWidth(r) {
			return -1
		}
		return r
	}, s)
}

func isZeroWidth(r rune) bool { return r == '\u200B' || r == '\u2060' || r == '\uFEFF' }

// tidyRuns normalises the text of runs and the white space in and between them. What is normalised stays so when runs meet
// over one that went: the left one ends with a space, which nothing composes with.
func tidyRuns(runs review.Piece) review.Piece {
	var out joiner
	afterSpace := true
	for _, r := range runs {
		if r.Text == "" {
			afterSpace = false
		} else {
			r.Text, afterSpace = oneSpace(norm.NFC.String(r.Text), afterSpace)
		}
		out.add(r)
	}
	return withoutLastSpace(out.piece())
}

func withoutLastSpace(runs review.Piece) review.Piece {
	n := len(runs)
	if n == 0 || !strings.HasSuffix(runs[n-1].Text, " ") {
		return runs
	}
	runs[n-1].Text = strings.TrimSuffix(runs[n-1].Text, " ")
	if runs[n-1].Text == "" {
		return runs[:n-1]
	}
	return runs
}

// joiner puts runs together: neighbours with equal marks become one, runs with nothing in them go.
type joiner struct {
	out  review.Piece
	last review.Run // text that may go on; its own text is the first of text
	text []string
}

func (j *joiner) add(r review.Run) {
	switch {
	case r.Text != "" && len(j.text) > 0 && j.last.Struck == r.Struck && j.last.Link == r.Link:
		j.text = append(j.text, r.Text)
	case r.Text != "":
		j.flush()
		j.last, j.text = r, append(j.text, r.Text)
	case r.Source != "" || r.Embed != "":
		j.flush()
		j.out = append(j.out, r)
	}
}

func (j *joiner) flush() {
	if len(j.text) > 0 {
		j.last.Text = strings.Join(j.text, "")
		j.out, j.text = append(j.out, j.last), j.text[:0]
	}
}

func (j *joiner) piece() review.Piece {
	j.flush()
	return j.out
}

// oneSpace makes each stretch of white space one space, or none if one stands before the text already.
func oneSpace(text string, afterSpace bool) (string, bool) {
	if isTidy(text, afterSpace) {
		return text, strings.HasSuffix(text, " ")
	}
	var out strings.Builder
	for _, r := range text {
		space := unicode.IsSpace(r)
		switch {
		case !space:
			out.WriteRune(r)
		case !afterSpace:
			out.WriteByte(' ')
		}
		afterSpace = space
	}
	return out.String(), afterSpace
}

func isTidy(text string, afterSpace bool) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(text[i:])
			if unicode.IsSpace(r) || r == utf8.RuneError && n == 1 {
				return false
			}
			afterSpace = false
			i += n - 1
		case c == ' ' && afterSpace, '\t' <= c && c <= '\r':
			return false
		default:
			afterSpace = c == ' '
		}
	}
	return true
}
