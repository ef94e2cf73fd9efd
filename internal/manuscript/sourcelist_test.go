package manuscript

import (
	"strings"
	"testing"
)

func TestAnEntrysAddressIsFound(t *testing.T) {
	for text, want := range map[string]string{ // original|snapshot
		"https://a.example/x.":                         "https://a.example/x|",
		"(https://a.example/x).":                       "https://a.example/x|",
		"https://a.example/x_(y)":                      "https://a.example/x_(y)|",
		"(see https://a.example/x_(y)).":               "https://a.example/x_(y)|",
		"<https://a.example/x>, and https://b.example": "https://a.example/x|",
		"“https://a.example/x”":                        "https://a.example/x|",
		"HTTPS://A.example/x!?":                        "HTTPS://A.example/x|",
		"ftp://a.example/x":                            "|",
		"www.a.example":                                "|",
		"https://web.archive.org/web/20240101000000/https://a.example/":         "https://a.example/|https://web.archive.org/web/20240101000000/https://a.example/",
		"https://web.archive.org/web/2024id_/a.example/x":                       "http://a.example/x|https://web.archive.org/web/2024id_/a.example/x",
		"https://a.example/x https://web.archive.org/web/2024/http://b.example": "https://a.example/x|https://web.archive.org/web/2024/http://b.example",
		"http://archive.is/2024.05.03-101010/https://a.example/?q=1":            "https://a.example/?q=1|http://archive.is/2024.05.03-101010/https://a.example/?q=1",
		"https://archive.today/AbC1 of https://a.example/":                      "https://a.example/|https://archive.today/AbC1",
		"https://archive.ph/AbC1":                                               "|https://archive.ph/AbC1",
		"https://archive.org/details/x":                                         "https://archive.org/details/x|",
		"https://a.example/%zz https://b.example":                               "https://b.example|",
	} {
		original, snapshot := addresses(text)
		if original+"|"+snapshot != want {
			t.Errorf("%q: %q and %q, want %q", text, original, snapshot, want)
		}
	}
}

func TestAnEntrysTitleAndPublisherAreFound(t *testing.T) {
	for text, want := range map[string]string{ // publisher|title
		"Harbour Gazette, “Gauges rise”, 3 May 2024, https://a.example": "Harbour Gazette|Gauges rise",
		"\"Gauges rise,\" Harbour Gazette":                              "|Gauges rise",
		"Zeitung: „Pegel steigen“, 2024":                                "Zeitung|Pegel steigen",
		"Le Quai – « La digue », 2024":                                  "Le Quai|La digue",
		"Gauge book of 2024.":                                           "|Gauge book of 2024",
		"https://a.example":                                             "|",
		"*Harbour Gazette*: [Gauges rise](https://a.example)":           "Harbour Gazette|Gauges rise",
		"[**Gauges rise**](https://a.example), Harbour Gazette":         "|Gauges rise",
		"[https://a.example](https://a.example)":                        "|",
		strings.Repeat("a long description ", 6) + "“Gauges rise”":      "|Gauges rise",
	} {
		s := proposeSource(entry{label: "1", text: text})
		if got := s.Publisher + "|" + s.Title; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if s.Entry != text || !s.Kind.Valid() {
			t.Errorf("%q: %+v", text, s)
		}
	}
}
