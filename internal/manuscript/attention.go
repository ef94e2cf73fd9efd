package manuscript

// Attention is one reason why something in a text needs a member's attention.
type Attention string

// The reasons.
const (
	Empty          Attention = "empty"           // a claim or plain stretch without text or embed
	InPieces       Attention = "pieces"          // in more than one piece
	AcrossFindings Attention = "across_findings" // from one part of the report into another
	Twice          Attention = "twice"           // its id stands earlier in the text
	MalformedID    Attention = "malformed_id"    // its id is no UUID
	NoSource       Attention = "no_source"       // a citation that names none; its text is read as text
	CitedWords     Attention = "cited_words"     // a citation over more than a number: what stands under it is not shown
	NoHeading      Attention = "no_heading"      // a finding or section whose first block is no heading
	TwoStarts      Attention = "two_starts"      // a heading marked as a finding and as a section: the finding counts
	UnreadStart    Attention = "unread_start"    // a block in it is marked as finding or section by a value without meaning
)

// Sentence says what is wrong and what mends it.
func (a Attention) Sentence() string {
	switch a {
	case Empty:
		return "There is no text left under its mark: mark the text anew, or remove it."
	case InPieces:
		return "Text without its mark stands within it: mark that too, take it out, or split it."
	case AcrossFindings:
		return "It runs from one part of the report into another: end it where the part ends."
	case Twice:
		return "Its id stands earlier in the text, as after copying: remove the mark here and mark the text anew."
	case MalformedID:
		return "Its id is not one of ours: remove the mark and mark the text anew."
	case NoSource:
		return "It cites no source: choose one, or remove the citation."
	case CitedWords:
		return "Words stand under the citation, where nobody will read them: move them out of it."
	case NoHeading:
		return "It begins with a block that is no heading: make that a heading, or move the beginning to one."
	case TwoStarts:
		return "Its heading is marked as a finding and as a section: remove one of the two."
	case UnreadStart:
		return "A block in it is marked as a beginning in a way that cannot be read: remove the mark or set it anew."
	}
	return "It needs attention: " + string(a) + "."
}
