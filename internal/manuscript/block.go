package manuscript

import "github.com/countersign/countersign/internal/review"

// maxIndent is how deep Quill indents.
const maxIndent = 8

// textBlock is one block of a text with all that can be read in it alone. It never changes, and manuscripts share it.
type textBlock struct {
	spans []textSpan // neighbours differ in their attributes
	units int        // without the "\n"
	ended bool       // the "\n" is there
	end   map[string]any

	kind   review.BlockKind
	indent int
	start  start
	runs   review.Piece // canonical content of all its text
	words  int
	shares []share
	cited  []cited
	bare   []bare
}

// share is what one mark covers of a block without a gap; Range counts from the block's beginning.
type share struct {
	mark markID
	Range
	first, end int            // spans: from first up to, not including, end
	content    review.Content // of claims and plain stretches: one piece, or none if nothing in it counts
	hash       string
	says       bool // there is text or an embed in content; citations alone say nothing
	validID    bool // of the mark
}

func readBlock(spans []textSpan, end map[string]any, ended bool) *textBlock {
	b := &textBlock{spans: joined(spans), end: end, ended: ended}
	for _, s := range b.spans {
		b.units += s.units
	}
	b.kind, b.indent = readKind(end)
	b.start = readStart(end, b.isHeading())
	b.runs = canonicalRuns(b.spans)
	b.shares = readShares(b.spans)
	b.cited = readCited(b.spans)
	b.words = countWords(b.spans)
	if !b.start.section() || !b.isHeading() {
		b.bare = readBare(b.spans)
	}
	return b
}

func readKind(end map[string]any) (review.BlockKind, int) {
	indent := wholeNumber(end["indent"])
	if indent < 0 || indent > maxIndent {
		indent = 0
	}
	switch wholeNumber(end["header"]) {
	case 1:
		return review.HeadingOne, indent
	case 2:
		return review.HeadingTwo, indent
	case 3:
		return review.HeadingThree, indent
	}
	switch end["list"] {
	case "bullet":
		return review.BulletItem, indent
	case "ordered":
		return review.OrderedItem, indent
	}
	if isSet(end["blockquote"]) {
		return review.Quotation, indent
	}
	return review.Paragraph, indent
}

// wholeNumber reads a number as encoding/json decodes it, or as Go code writes it; 0 if it is none.
func wholeNumber(v any) int {
	switch n := v.(type) {
	case float64:
		if n == float64(int(n)) {
			return int(n)
		}
	case int:
		return n
	}
	return 0
}

func (b *textBlock) isHeading() bool {
	return b.kind == review.HeadingOne || b.kind == review.HeadingTwo || b.kind == review.HeadingThree
}

// length counts the "\n" as present.
func (b *textBlock) length() int { return b.units + 1 }

// sameText says whether two blocks have the same canonical content and kind.
func (b *textBlock) sameText(o *textBlock) bool {
	return b == o || b.kind == o.kind && b.indent == o.indent && review.Content{b.runs}.Equal(review.Content{o.runs})
}
