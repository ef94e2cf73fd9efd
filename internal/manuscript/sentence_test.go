package manuscript

import (
	"slices"
	"strings"
	"testing"
)

// split gives a paragraph's sentences. Citations are found as in an import.
func split(text, language string) []string {
	found, _ := findCitations(text, nil, nil)
	var out []string
	for _, s := range sentences(text, found, language) {
		out = append(out, text[s.start:s.end])
	}
	return out
}

func TestSentencesEndWhereTheyShould(t *testing.T) {
	for name, test := range map[string]struct{ language, text string }{ // | where a sentence ends
		"full stops":                           {"en", "It leaks.| Nobody minds."},
		"other ends":                           {"en", "Does it leak?| It does!| So…| Well."},
		"several ends":                         {"en", "Does it?!| It does...| So it is."},
		"no capital":                           {"en", "It leaks. nobody minds, and e.g. the quay is dry."},
		"a digit":                              {"en", "It leaks.| 11 days ago it did not."},
		"no space":                             {"en", "See example.Org and 3.5 or 1.000.000 m."},
		"a quote":                              {"en", "It leaks.| “It does.”| ‘No.’| \"Yes.\"| Well."},
		"closing quotes":                       {"en", "They say “it leaks.”| Nobody minds.’| So."},
		"a citation before the end":            {"en", "It leaks [1].| Nobody minds [2] [3]."},
		"a citation behind the end":            {"en", "It leaks.[1]| Nobody minds. [2] [3]| So it is.” [4]| Well."},
		"a citation that begins":               {"en", "[1] It leaks.| Nobody minds."},
		"a citation at the very end":           {"en", "It leaks. [1]"},
		"brackets":                             {"en", "It leaks (It does. Really! Yes.) a lot.| Well [see there. And here] done."},
		"brackets in brackets":                 {"en", "It (or (so. They) say. It) leaks.| Well."},
		"a bracket that never closes":          {"en", "It leaks (a lot.| Nobody minds."},
		"a bracket that never opens":           {"en", "a) It leaks.| B) Nobody minds.| Well."},
		"titles and names":                     {"en", "Dr. Maro met Mr. J. R. Lind, Gen. Ott and Ph.D. Students of St. Olaf.| They agreed."},
		"the country":                          {"en", "The U.S. Coastal Institute and the U.N. Agency agree.| Well."},
		"numbers":                              {"en", "It is No. 4 on p. 7 of vol. 2, fig. 3.| Well."},
		"no is a word too":                     {"en", "Did she? No. The records show it."},
		"months and times":                     {"en", "On Jan. 5 at 5 p.m. Monday it leaked.| Well."},
		"latin":                                {"en", "E.g. The quay, i.e. Quay Street, vs. Hald.| Well."},
		"German":                               {"de", "Am 3. Oktober maß Dr. Maro z. B. Am Tor Nr. 4, d.h. Zu viel, ca. 11 cm.| Im 19. Jahrhundert nicht.| „Nein.“| Gut."},
		"German quotes":                        {"de", "Er sagt es.| »Nein.«| Gut.| „Ja.“| So ist es.| »Gut.«"},
		"German, a number that ends":           {"de", "Es waren 12.| Danach kam niemand."},
		"French":                               {"fr", "M. Lind et Mme. Maro, p. ex. Au quai.| « Oui. »| Bien !|\u00a0Art. 5 dit non."},
		"Spanish":                              {"es", "El Sr. Lind y la Dra. Maro viven en la Av. Mayor, núm. 4.| ¿Sí?| ¡No!| Bien."},
		"a language of whose words we know no": {"sv", "Dr. Maro och Mme. Lind.| Bra."},
		"no language":                          {"", "El Sr. Lind, Nr. 4, Mme. Maro.| Well."},
		"a dialect":                            {"de-AT", "Dr. Maro bzw. Lind.| Gut."},
		"a script without capitals":            {"", "هذا تسرب.| لا أحد يهتم."},
		"no-break spaces":                      {"en", "Dr.\u00a0Maro agrees.|\u00a0Well."},
		"nothing":                              {"en", " \t"},
		"marks only":                           {"en", "… ?! ."},
	} {
		text := strings.ReplaceAll(test.text, "|", "")
		var want []string
		for part := range strings.SplitSeq(test.text, "|") {
			if part = strings.TrimSpace(part); part != "" {
				want = append(want, part)
			}
		}
		if name == "no is a word too" {
			want = []string{"Did she?", "No.", "The records show it."}
		}
		if got := split(text, test.language); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, want)
		}
	}
}

func TestSentencesAreTheTextInOrder(t *testing.T) {
	text := strings.Repeat("A. B [1] (c. D) “E.” [2] 7! f… ", 50)
	at := 0
	found, _ := findCitations(text, nil, nil)
	for _, s := range sentences(text, found, "") {
		if s.start < at || s.end <= s.start || strings.TrimSpace(text[at:s.start]) != "" {
			t.Fatalf("sentence %v follows %d", s, at)
		}
		at = s.end
	}
	if strings.TrimSpace(text[at:]) != "" {
		t.Errorf("%q is in no sentence", text[at:])
	}
}
