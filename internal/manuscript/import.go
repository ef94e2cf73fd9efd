package manuscript

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// Format is the form of a file that is imported.
type Format string

// The formats that can be read.
const (
	FormatText     Format = "text"
	FormatMarkdown Format = "markdown"
)

// Options say how to import.
type Options struct {
	Format   Format
	NewID    func() string // gives the ids of findings, claims, citations and sources; each id once
	Language string        // BCP 47; what the file says of its language goes first; unknown: ""
}

// Imported is what an import made of a file. Import itself changes nothing and knows no desk: the same call is the preview
// and the real thing. If a message refuses the file, it has SHA256, and Lines as far as they were recognised.
type Imported struct {
	SHA256      string                  `json:"sha256"` // of the file's bytes, hex; the caller keeps the bytes
	Title       string                  `json:"title,omitempty"`
	Query       string                  `json:"query,omitempty"`    // what the reader asked: the words after "Fact check:"
	Author      string                  `json:"author,omitempty"`   // as stated
	Date        string                  `json:"date,omitempty"`     // of publication, as stated
	Language    string                  `json:"language,omitempty"` // BCP 47, as stated or given
	Boilerplate []Kept                  `json:"boilerplate,omitempty"`
	Document    yjs.Delta               `json:"document,omitempty"`
	Sources     []review.SourceProposal `json:"sources,omitempty"` // in the order of the list, then of first citation
	Claims      []ClaimProposal         `json:"claims,omitempty"`  // in the order of the text
	Lines       []Line                  `json:"lines,omitempty"`   // Lines[i] is line i+1
}

// Kept is a line that is no part of the report's text.
type Kept struct {
	Line int    `json:"line"`
	As   string `json:"as"` // AsBoilerplate, AsMeta or AsFrontMatter
	Text string `json:"text"`
}

// Line is what a line of the file was recognised as.
type Line struct {
	As string `json:"as"`
	N  string `json:"n,omitempty"` // of a finding's heading, its place among the findings; of a source entry, its label
}

// What a line can be recognised as.
const (
	AsBlank          = "blank"
	AsMarkup         = "markup" // rules, fences, definitions: nothing to read
	AsFrontMatter    = "front matter"
	AsBoilerplate    = "boilerplate"
	AsMeta           = "meta"
	AsQuery          = "query"
	AsTitle          = "title"
	AsSummaryHeading = "summary heading"
	AsSummary        = "summary"
	AsFinding        = "finding heading"
	AsHeading        = "heading" // of another part, or inside a finding
	AsBody           = "body"
	AsListItem       = "list item"
	AsSourcesHeading = "sources heading"
	AsSource         = "source entry"
)

// ClaimKind is where a proposed claim stands, which decides what it rests on.
type ClaimKind string

// The kinds of proposed claims.
const (
	TitleClaim    ClaimKind = "title"    // rests on the headings' claims
	HeadingClaim  ClaimKind = "heading"  // rests on the claims of its finding
	SummaryClaim  ClaimKind = "summary"  // rests on the sentences that share a cited source with it
	SentenceClaim ClaimKind = "sentence" // has the sources that it cites as evidence
)

// ClaimProposal is a claim that an import marked in the document. Proposed is not signed.
type ClaimProposal struct {
	ID       string    `json:"id"`
	Kind     ClaimKind `json:"kind"`
	Evidence []string  `json:"evidence,omitempty"` // ids of sources
	RestsOn  []string  `json:"rests_on,omitempty"` // ids of claims
}

// Import reads a file. Its messages are sorted by line; whatever is wrong with the file is a message, never an error. Of
// more than a hundred messages of one code the rest is counted in the last.
//
// Nothing is imported: E001 empty, E002 not UTF-8, E003 NUL, E004 too large (bytes, citations or links of the summary),
// E007 a character that makes text show in another order than it is stored, E010 no title, E011 a finding without a body.
//
// Imported: W110 no numbered findings, W112 numbers jump, W113 a numbered line that is no headline, W120 listed twice, W123
// never cited, W124 no address, W130 digits that look like a citation, W131 a number in brackets right after a word or
// before a colon, W132 a citation outside every sentence, W140 a link dropped, W150 a table became lines, W151 an image left
// out, W152 HTML tags left out, W153 a paragraph with too many marks, W154 control characters left out.
//
// Imported, and blocks sign-off: B121 sources cited and none listed, B122 a source cited and not listed.
func Import(raw []byte, o Options) (*Imported, []review.Message) {
	sum := sha256.Sum256(raw)
	in := &importer{options: o, result: &Imported{SHA256: hex.EncodeToString(sum[:]), Language: o.Language}}
	if in.decode(raw) {
		read := in.readText
		if o.Format == FormatMarkdown {
			read = in.readMarkdown
		}
		in.assemble(read())
		in.markRest()
	} else {
		in.result.Lines = nil
	}
	messages := in.messages.sorted()
	if in.messages.refused {
		in.result = &Imported{SHA256: in.result.SHA256, Lines: in.result.Lines}
	}
	return in.result, messages
}

// importer is one import under way. A format's reader turns lines into blocks, takes the entries of source lists into
// sources, and sets what stands outside the text in result; assemble does the rest, for every format alike.
type importer struct {
	options  Options
	result   *Imported
	messages messages
	lines    []string // without line ends
	entries  []entry  // of source lists
	listEnd  int      // last line of the last source list; 0: none
	front    frontMatter
	findings int // so far
}

// mark notes what lines first to last were recognised as.
func (in *importer) mark(first, last int, as, n string) {
	for line := first; line <= last; line++ {
		if in.result.Lines[line-1].As != AsBlank {
			in.result.Lines[line-1] = Line{as, n}
		}
	}
}

// markRest notes what the lines are that nobody has marked.
func (in *importer) markRest() {
	for i := range in.result.Lines {
		switch {
		case in.result.Lines[i].As != "":
		case in.messages.refused:
			in.result.Lines[i].As = AsBody
		default:
			in.result.Lines[i].As = AsMarkup
		}
	}
}

// keep keeps a line out of the text.
func (in *importer) keep(line int, as, text string) {
	in.mark(line, line, as, "")
	in.result.Boilerplate = append(in.result.Boilerplate, Kept{line, as, text})
}
