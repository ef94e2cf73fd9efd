package manuscript

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/review"
)

var (
	addressForm = regexp.MustCompile(`(?i)https?://[^\s<>"“”«»]+`)
	linkForm    = regexp.MustCompile(`\[([^\[\]]{1,500})\]\(\s*<?((?i:https?)://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?[^()]{0,200}\)`)
	quoteForm   = regexp.MustCompile(`“([^“”]{2,500})”|„([^„“”]{2,500})[“”]|«\s*([^«»]{2,500}?)\s*»|"([^"]{2,500})"`)
	waybackForm = regexp.MustCompile(`^https?://web\.archive\.org/web/\d{1,14}(?:[a-z]{2}_)?/(.+)$`)
	todayForm   = regexp.MustCompile(`^https?://archive\.(?:today|ph|is|li|vn|md|fo)/`)
	todayLong   = regexp.MustCompile(`^https?://archive\.[a-z]+/(?:o/\w+|[\d.-]{4,20})/((?i:https?)://.+)$`)
)

const maxPublisher = 80 // characters; what is longer is a description

// proposeSource makes a source of a list's entry.
func proposeSource(e entry) review.SourceProposal {
	s := review.SourceProposal{Kind: review.Document, ImportedLabel: e.label, Entry: e.text}
	text := e.text
	linked := ""
	if m := linkForm.FindStringSubmatchIndex(text); m != nil { // in Markdown's form, whatever the file's
		linked = strings.Trim(text[m[2]:m[3]], "*_ ")
		text = text[:m[0]] + linked + " " + text[m[4]:m[5]] + " " + text[m[1]:]
	}
	first := addressForm.FindStringIndex(text)
	s.URL, s.SnapshotURL = addresses(text)
	if s.URL != "" {
		s.Kind = review.Web
	}
	if first != nil {
		text = text[:first[0]]
	}
	if m := quoteForm.FindStringSubmatchIndex(text); m != nil {
		s.Title = strings.TrimRight(text[m[2*group1(m)]:m[2*group1(m)+1]], ",.; ")
		s.Publisher = publisher(text[:m[0]])
		return s
	}
	if linked != "" && !addressForm.MatchString(linked) {
		s.Title = linked
		s.Publisher = publisher(text[:max(0, strings.Index(text, linked))])
		return s
	}
	s.Title = strings.Trim(text, " \t\u00a0,.;:–—-|(<[")
	return s
}

// group1 is the number of the group that matched.
func group1(m []int) int {
	for g := 1; 2*g < len(m); g++ {
		if m[2*g] >= 0 {
			return g
		}
	}
	return 0
}

// publisher is the words that a title follows.
func publisher(text string) string {
	text = strings.Trim(text, " \t\u00a0,.;:–—-|*_(")
	if utf8.RuneCountInString(text) > maxPublisher {
		return ""
	}
	return text
}

// addresses finds the first address of an entry, and the first archived copy.
func addresses(text string) (original, snapshot string) {
	for _, address := range addressForm.FindAllString(text, maxAddresses) {
		address = trimAddress(address)
		if _, err := url.Parse(address); err != nil {
			continue
		}
		of, archived := archivedOriginal(address)
		switch {
		case archived && snapshot == "":
			snapshot = address
			if original == "" {
				original = of
			}
		case !archived && original == "":
			original = address
		}
	}
	return original, snapshot
}

const maxAddresses = 8 // of an entry that are looked at

// archivedOriginal says whether an address is that of a copy in a public archive, and of what, if the address tells.
func archivedOriginal(address string) (original string, ok bool) {
	if m := waybackForm.FindStringSubmatch(address); m != nil {
		if !addressForm.MatchString(m[1]) {
			return "http://" + m[1], true
		}
		return m[1], true
	}
	if m := todayLong.FindStringSubmatch(address); m != nil && todayForm.MatchString(address) {
		return m[1], true
	}
	return "", todayForm.MatchString(address)
}

// trimAddress takes off the punctuation that a sentence put behind an address; a closing bracket only if none opens.
func trimAddress(address string) string {
	round := strings.Count(address, ")") - strings.Count(address, "(")
	square := strings.Count(address, "]") - strings.Count(address, "[")
	for address != "" {
		r, size := utf8.DecodeLastRuneInString(address)
		switch {
		case strings.ContainsRune(".,;:!?'’*_…", r):
		case r == ')' && round > 0:
			round--
		case r == ']' && square > 0:
			square--
		default:
			return address
		}
		address = address[:len(address)-size]
	}
	return address
}
