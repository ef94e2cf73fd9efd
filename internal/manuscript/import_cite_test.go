package manuscript

import (
	"fmt"
	"strings"
	"testing"
)

func TestCitationsAreFoundInEveryForm(t *testing.T) {
	for text, want := range map[string]string{
		"a [1] b":                         "1",
		"[1]":                             "1",
		"a [1] [2][3]":                    "1 2 3",
		"a [1, 3]":                        "1+3",
		"a [1,3; 5]":                      "1+3+5",
		"a [3–5] [7-9] [1‑2] [1‒2]":       "3+4+5 7+8+9 1+2 1+2",
		"a [1, 3–5, 9]":                   "1+3+4+5+9",
		"a [ 1\u00a0,\u202f2 ]":           "1+2",
		"a [001]":                         "1",
		"a [999]":                         "999",
		"a[^1] b[^12]":                    "1 12",
		"a[^name] b[^other]":              "name",
		"(a [1])":                         "1",
		"“a”[1]":                          "1",
		"a.[1]":                           "1",
		"arr[0] arr[1] é[1] 7[1]":         "",
		"arr[1][2][3] [4]":                "4",
		"a [1](https://a.example) [2]: b": "",
		"a [0] [1000] [2024] [1–2024]":    "",
		"a [5–3] [3–3] [1–999]":           "",
		"a [] [,] [1,] [,1] [1 2] [a] [1": "",
		"a [^] [^ 1] [^1":                 "",
		"a [[1]]":                         "1",
		"code":                            "",
	} {
		found, _ := findCitations(text, nil, map[string]bool{"name": true})
		var got []string
		for _, c := range found {
			got = append(got, strings.Join(c.labels, "+"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q cites %q, want %q", text, got, want)
		}
	}
}

func TestCodeCitesNothing(t *testing.T) {
	text := "a [1] x[2] [3] [^4] b [5]"
	found, _ := findCitations(text, []span{{6, 19}}, nil)
	if len(found) != 2 || found[1].labels[0] != "5" {
		t.Errorf("found %v", found)
	}
}

func TestNumbersRightAfterAWordAreTold(t *testing.T) {
	for text, want := range map[string]string{"level[1]": "[1]", "a [2]: b": "[2]", "a [1](b) c [3]": "", "a [b] [2024]": ""} {
		_, missed := findCitations(text, nil, nil)
		got := ""
		for _, c := range missed {
			got += fmt.Sprint(text[c.start:c.end])
		}
		if got != want {
			t.Errorf("%q: missed %q, want %q", text, got, want)
		}
	}
}

func TestSummaryHeadingsInEveryForm(t *testing.T) {
	for line, want := range map[string]string{ // heading|text
		"Executive summary":              "Executive summary|",
		"EXECUTIVE SUMMARY:":             "EXECUTIVE SUMMARY|",
		"Summary of findings — it leaks": "Summary of findings|it leaks",
		"Summary - it leaks":             "Summary|it leaks",
		"Summary-based":                  "",
		"Summary it leaks":               "",
		"TL;DR: it leaks":                "TL;DR|it leaks",
		"tl;dr—it leaks":                 "tl;dr|it leaks",
		"Key\u00a0points":                "Key\u00a0points|",
		"If your time is short –":        "If your time is short|",
		"Bottom line -":                  "Bottom line|",
		"The bottom line":                "",
		"Summaries":                      "",
		"Executive":                      "",
	} {
		got := ""
		if heading, text, ok := summaryHeading(line); ok {
			got = line[:heading] + "|" + line[text:]
		}
		if got != want {
			t.Errorf("%q is %q, want %q", line, got, want)
		}
	}
}

func TestMetaLinesAreNoTitles(t *testing.T) {
	for line, want := range map[string]bool{
		"Checked on May 2, 2024":               true,
		"Published 3 May 2024":                 true,
		"published on 2024-05-03":              true,
		"Published: May 3, 2024":               true,
		"Loading…":                             true,
		"Loading...":                           true,
		"Goal: find out":                       true,
		"Published letters disprove the claim": false,
		"Checked by nobody":                    false,
		"Loading docks flooded":                false,
		"Goals matter":                         false,
		"Published figures for 2024 show that the barrier at Velmar lets more water through than was promised": false,
	} {
		if got := isMeta(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
