package review

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Content is canonical content: what is bound of a claim's or a plain stretch's text. Equal contents say the same.
// manuscript makes it from the text, by these rules:
//
//   - A [Piece] is a maximal stretch of the text whose every character carries the mark. Block ends between two such
//     characters belong to it, marked or not; any other character without the mark ends the piece.
//   - U+200B, U+2060 and U+FEFF go. Then neighbours with equal strike and link are one run, then the run's text is put
//     into Unicode's form NFC (by the Stream-Safe Text Process of UAX #15, which only shows where more than 30 combining
//     marks follow each other). Then white space (Unicode's White_Space), across runs too, becomes one U+0020 with the
//     marks of its first character; runs that are now empty go and their neighbours are joined. A block end is U+000A
//     and carries no marks.
//   - There is no white space at the ends of a piece or beside a block end; a block end has text of the piece before and
//     behind it. A piece with nothing left is none.
//   - A citation is one run, whatever its text and however it is formatted; an embed likewise.
//   - Nothing else is left out: bidirectional controls, soft hyphens and the like count. Bold, italic, other marks,
//     unknown attributes and the kinds of blocks do not.
type Content []Piece

// Piece is one stretch of a [Content].
type Piece []Run

// Run is text with equal marks, or a citation, or an embed: exactly one of Text, Source and Embed is set.
type Run struct {
	Text   string `json:"t,omitempty"`
	Struck bool   `json:"s,omitempty"` // of text
	Link   string `json:"l,omitempty"` // of text: the address as it stands in the document
	Source string `json:"c,omitempty"` // a citation: the source's id
	Embed  string `json:"e,omitempty"` // what is not text: SHA-256, in hex, of its canonical JSON
}

// JSON is the content as canonical JSON: a list of pieces, each a list of runs.
func (c Content) JSON() []byte {
	out := []byte{'['}
	for i, p := range c {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendRuns(out, p)
	}
	return append(out, ']')
}

// MarshalJSON gives JSON, so that no content is [] wherever it stands.
func (c Content) MarshalJSON() ([]byte, error) { return c.JSON(), nil }

// Hash is the SHA-256 of the content's canonical JSON, in hex.
func (c Content) Hash() string { return hashHex(c.JSON()) }

// Equal says whether two contents say the same.
func (c Content) Equal(other Content) bool {
	return slices.EqualFunc(c, other, func(a, b Piece) bool { return slices.Equal(a, b) })
}

// Text is the content as a person reads it in a list: without citations and marks, pieces parted by an ellipsis.
func (c Content) Text() string {
	texts := make([]string, len(c))
	for i, p := range c {
		texts[i] = p.Text()
	}
	return strings.Join(texts, " … ")
}

// Text is the text of a piece without citations, nor the space before them where none is needed.
func (p Piece) Text() string {
	var out strings.Builder
	for i, r := range p {
		text := r.Text
		if i+1 < len(p) && p[i+1].Source != "" {
			text = strings.TrimSuffix(text, " ")
		}
		if first, _ := utf8.DecodeRuneInString(text); i > 0 && p[i-1].Source != "" && out.Len() > 0 &&
			(unicode.IsLetter(first) || unicode.IsNumber(first)) {
			out.WriteByte(' ')
		}
		out.WriteString(text)
	}
	return strings.TrimSpace(out.String())
}

// Sources are the ids of the sources that the content cites, each once, in order.
func (c Content) Sources() []string {
	var out []string
	for _, p := range c {
		for _, r := range p {
			if r.Source != "" && !slices.Contains(out, r.Source) {
				out = append(out, r.Source)
			}
		}
	}
	return out
}

// Text is the canonical content of all text of a part of a report, block by block, marked or not. White space, runs and
// Unicode's forms are treated as in a [Content]; there is none at the ends of a block. A block without text stays.
type Text []Block

// Block is a paragraph, heading, list item or quotation of a [Text].
type Block struct {
	Kind   BlockKind `json:"k"`
	Indent int       `json:"i,omitempty"` // levels
	Runs   Piece     `json:"r,omitempty"`
}

// BlockKind is what a block is shown as.
type BlockKind string

// The kinds of block.
const (
	Paragraph    BlockKind = "p"
	HeadingOne   BlockKind = "h1"
	HeadingTwo   BlockKind = "h2"
	HeadingThree BlockKind = "h3"
	BulletItem   BlockKind = "bullet"
	OrderedItem  BlockKind = "ordered"
	Quotation    BlockKind = "quote"
)

// JSON is the text as canonical JSON: a list of blocks, each {"i": levels, "k": kind, "r": runs}, without "i" if it is 0
// and without "r" if the block is empty.
func (t Text) JSON() []byte {
	out := []byte{'['}
	for i, b := range t {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '{')
		if b.Indent != 0 {
			out = append(strconv.AppendInt(append(out, `"i":`...), int64(b.Indent), 10), ',')
		}
		out = appendCanonicalString(append(out, `"k":`...), string(b.Kind))
		if len(b.Runs) > 0 {
			out = appendRuns(append(out, `,"r":`...), b.Runs)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}

// MarshalJSON gives JSON.
func (t Text) MarshalJSON() ([]byte, error) { return t.JSON(), nil }

// Hash is the SHA-256 of the text's canonical JSON, in hex.
func (t Text) Hash() string { return hashHex(t.JSON()) }

func appendRuns(out []byte, runs Piece) []byte {
	out = append(out, '[')
	for i, r := range runs {
		if i > 0 {
			out = append(out, ',')
		}
		out = r.appendJSON(out)
	}
	return append(out, ']')
}

// appendJSON writes the members in the order of their keys.
func (r Run) appendJSON(out []byte) []byte {
	open := byte('{')
	member := func(key, value string) {
		if value != "" {
			out = append(out, open, '"')
			out = append(append(out, key...), `":`...)
			out = appendCanonicalString(out, value)
			open = ','
		}
	}
	member("c", r.Source)
	member("e", r.Embed)
	member("l", r.Link)
	if r.Struck {
		out = append(append(out, open), `"s":true`...)
		open = ','
	}
	member("t", r.Text)
	if open == '{' {
		out = append(out, open)
	}
	return append(out, '}')
}

func hashHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
