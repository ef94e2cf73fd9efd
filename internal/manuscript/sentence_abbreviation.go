package manuscript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations end with a full stop that ends no sentence, by language. Those that often end one ("etc.", "usw.") are not
// here. One in lower case is also known with a capital.
var abbreviations = map[string]map[string]bool{
	"en": words("Mr Mrs Ms Mx Dr Drs Prof Rev Hon St Sr Jr Gov Sen Rep Gen Col Maj Capt Cmdr Lt Sgt Adm Amb Pres Messrs " +
		"Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mon Tue Wed Thu Fri vs cf viz approx ca al Inc Corp Ltd Co " +
		"Bros Dept Univ Assn Ave Blvd Mt Ft Ph.D"),
	"de": words("Dr Prof Hr Fr Dipl Ing Mag bzw vgl ca evtl ggf inkl exkl sog resp Nr Str Abs Art Bd Kap Anm Aufl Hrsg Jh " +
		"Jhd Mio Mrd Tsd St geb gest verh max min Tel Abb Tab Jan Feb Apr Jun Jul Aug Sept Okt Nov Dez Mo Di Mi Do"),
	"fr": words("MM Mme Mlle Dr Pr Me Mgr St Ste av apr env janv févr avr juil sept oct nov déc cf éd réf tél max min ex"),
	"es": words("Sr Sra Srta Sres Dr Dra Prof Lic Ing Gral Cnel Excmo Excma Ud Uds Vd Vds Av Avda aprox núm pág págs tel " +
		"vs Sto Sta ene feb abr jun jul sept oct nov dic cf"),
}

// beforeNumbers end with a full stop that ends no sentence where a digit follows: "No. 5", but "No. The minister denied it."
var beforeNumbers = words("No Nos no nos Nr Nrn nr Núm núm pp Fig Figs fig figs Art Arts art arts Abs Kap Ch ch Chap chap " +
	"Sec sec Vol vol Bd pág págs Cap cap Para para paras col cols est Est")

var germanMonths = words("Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

const maxAbbreviation = 24 // bytes

// isAbbreviation says whether text, which a full stop follows, ends with an abbreviation in this language; in any of the
// known languages if it is "" or not known. Next is what follows the full stop and white space.
func isAbbreviation(text, next, language string) bool {
	word := lastWord(text)
	if word == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(next)
	if isInitials(word) || beforeNumbers[word] && unicode.IsDigit(first) {
		return true
	}
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	if len(abbreviations[language]) > 0 {
		return isListed(word, next, language)
	}
	for known := range abbreviations {
		if isListed(word, next, known) {
			return true
		}
	}
	return false
}

func isListed(word, next, language string) bool {
	if language == "de" && len(word) <= 2 && strings.Trim(word, "0123456789") == "" {
		return germanMonths[lastWord(next[:wordLength(next)])] // "am 3. Oktober"
	}
	first, size := utf8.DecodeRuneInString(word)
	return abbreviations[language][word] || abbreviations[language][string(unicode.ToLower(first))+word[size:]]
}

// isInitials knows single letters with full stops between them: J, U.S, e.g, z.B.
func isInitials(word string) bool {
	for part := range strings.SplitSeq(word, ".") {
		if r, size := utf8.DecodeRuneInString(part); size != len(part) || !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// lastWord is the letters, digits and full stops that text ends with; "" if they are too many for an abbreviation.
func lastWord(text string) string {
	from := max(0, len(text)-maxAbbreviation)
	for i := len(text); ; {
		r, size := utf8.DecodeLastRuneInString(text[from:i])
		if size == 0 {
			if from > 0 {
				return ""
			}
			return text
		}
		if r != '.' && !wordRune(r) && !unicode.IsMark(r) {
			return text[i:]
		}
		i -= size
	}
}

func wordLength(text string) int {
	n := strings.IndexFunc(text[:min(len(text), maxAbbreviation)], func(r rune) bool { return !wordRune(r) })
	if n < 0 {
		return min(len(text), maxAbbreviation)
	}
	return n
}
