package manuscript

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxImport is how many bytes of text or Markdown are imported at most: some 300,000 words.
const MaxImport = 2 << 20

// decode splits a file into lines and says whether it can be read at all.
func (in *importer) decode(raw []byte) bool {
	if len(raw) > MaxImport {
		in.messages.tooLarge(1, "The file has %d bytes; text and Markdown may have %d.", len(raw), MaxImport)
		return false
	}
	text := bytes.TrimPrefix(raw, []byte("\ufeff"))
	if bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff}) {
		in.messages.notUTF8(1, 1, raw[0], "UTF-16")
		return false
	}
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		in.messages.binary(lineOf(raw, i), i+1)
		return false
	}
	if i := invalidByte(raw); i >= 0 {
		in.messages.notUTF8(lineOf(raw, i), i+1, raw[i], "Latin-1 or Windows-1252")
		return false
	}
	in.split(string(text))
	visible := false
	for _, line := range in.result.Lines {
		visible = visible || line.As != AsBlank
	}
	if !visible {
		in.messages.empty()
		return false
	}
	return !in.messages.refused
}

// invalidByte is where the first byte stands that is not UTF-8; -1 if none.
func invalidByte(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// lineOf is the line, from 1, of the byte at i.
func lineOf(b []byte, i int) int {
	return len(splitLines(string(b[:i])))
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// splitLines splits at LF, CRLF and, as files of old Macs have it, CR alone.
func splitLines(text string) []string { return strings.Split(lineEnds.Replace(text), "\n") }

// split fills lines and Lines. A last line end begins no line.
func (in *importer) split(text string) {
	in.lines = splitLines(text)
	if n := len(in.lines) - 1; in.lines[n] == "" {
		in.lines = in.lines[:n]
	}
	in.result.Lines = make([]Line, len(in.lines))
	for i, line := range in.lines {
		if j := strings.IndexFunc(line, reorders); j >= 0 {
			r, _ := utf8.DecodeRuneInString(line[j:])
			in.messages.bidi(i+1, r)
		}
		if strings.ContainsFunc(line, unseen) {
			in.lines[i] = clean(line)
			in.messages.controls(i + 1)
		}
		if strings.IndexFunc(line, shown) < 0 {
			in.result.Lines[i].As = AsBlank
		}
	}
}

// unseen says of a character that it is a control that no text has. A tab is kept.
func unseen(r rune) bool { return r != '\t' && unicode.Is(unicode.Cc, r) }

// shown says of a character that something of it is seen.
func shown(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.Is(unicode.Cc, r) && r != '\u200b' && r != '\u2060' && r != '\ufeff'
}

// reorders says of a character that it makes text show in another order than it is stored: an embedding, an override or an
// isolate. The marks that right-to-left text uses (U+200E, U+200F, U+061C) move single characters only and may stay.
func reorders(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

// clean takes the controls out of one line; those that separate words become a space.
func clean(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085':
			return ' '
		case unseen(r):
			return -1
		}
		return r
	}, line)
}
