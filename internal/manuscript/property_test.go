package manuscript_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/yjs"
)

// The properties below are of one signed claim, uuid(1): what may happen to the report around it and to its looks, and what
// takes its sign-offs away.

var signed = "claim:" + uuid(1)

// drawClaim draws the runs of a claim of several words, with a citation, perhaps over two blocks.
func drawClaim(t *rapid.T) yjs.Delta {
	word := rapid.SampledFrom([]string{"six", "boats", "sank", "Mühle", "한국", "😀 x", "½", "e\u0323\u0302x", "don’t"})
	out := yjs.Delta{{Insert: "It was ", Attributes: map[string]any{signed: true}}}
	for i := range rapid.IntRange(2, 5).Draw(t, "runs") {
		if i == 1 {
			out = append(out, yjs.Op{Insert: "[1]", Attributes: map[string]any{signed: true, "cite": citeOf(1, "a")}})
		}
		text := strings.Join(rapid.SliceOfN(word, 1, 4).Draw(t, "words"), " ")
		out = append(out, yjs.Op{Insert: text + " ", Attributes: map[string]any{signed: true}})
	}
	if rapid.Bool().Draw(t, "two blocks") {
		out = append(out, yjs.Op{Insert: "\n"}, yjs.Op{Insert: "and more", Attributes: map[string]any{signed: true}})
	}
	return out
}

func citeOf(n int, source string) map[string]any {
	return map[string]any{"id": uuid(n), "source": source}
}

// inReport is a report with the claim in a finding, between words that are not of it.
func inReport(claim yjs.Delta) yjs.Delta {
	return slices.Concat(written("{|T}{h1}\n{|F}{h2 finding1}\nIt is said that "), claim, written(" (so they say).\n{|G}{h2 finding2}\nx {cite2=b|[2]}.\n"))
}

func hashOf(t *rapid.T, text yjs.Delta) string {
	s := manuscript.Read(text).Claim(uuid(1))
	if s == nil {
		t.Fatalf("no claim in %s", asJSON(text))
	}
	return s.Hash
}

// with sets one attribute.
func with(o yjs.Op, key string, v any) yjs.Op {
	o.Attributes = maps.Clone(o.Attributes)
	o.Attributes[key] = v
	return o
}

// cutRun cuts a run of the claim in two, at a character.
func cutRun(t *rapid.T, claim yjs.Delta) (before yjs.Delta, left, right yjs.Op, after yjs.Delta) {
	i := rapid.IntRange(0, len(claim)-1).Filter(func(i int) bool { return claim[i].Attributes[signed] == true }).Draw(t, "run")
	runes := []rune(claim[i].Insert)
	k := rapid.IntRange(0, len(runes)).Draw(t, "character")
	left, right = claim[i], claim[i]
	left.Insert, right.Insert = string(runes[:k]), string(runes[k:])
	return claim[:i], left, right, claim[i+1:]
}

func TestWhatOnlyLooksDifferentLeavesASignedClaimAsItIs(t *testing.T) {
	changes := map[string]func(*rapid.T, yjs.Delta) yjs.Delta{
		"bold, italic, a comment, another claim, an unknown mark": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			before, left, right, after := cutRun(t, claim)
			key := rapid.SampledFrom([]string{"bold", "italic", "comment:t", "claim:" + uuid(2), "plain:" + uuid(3), "colour"}).Draw(t, "key")
			return slices.Concat(before, yjs.Delta{with(left, key, true), right}, after)
		},
		"equal text by other runs": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			before, left, right, after := cutRun(t, claim)
			return slices.Concat(before, yjs.Delta{left, right}, after)
		},
		"more white space": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			space := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{" ", "\u00a0", "\t", "\u2003", "\u2028"}), 1, 3).Draw(t, "space"), "")
			return slices.Concat(replaceText(claim, func(s string) string { return strings.ReplaceAll(s, " ", space) }))
		},
		"white space at its ends": func(_ *rapid.T, claim yjs.Delta) yjs.Delta {
			space := yjs.Delta{{Insert: " \u3000", Attributes: map[string]any{signed: true}}}
			return slices.Concat(space, claim, space)
		},
		"characters without width": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			before, left, right, after := cutRun(t, claim)
			left.Insert += rapid.SampledFrom([]string{"\u200b", "\u2060", "\ufeff", "\u200b\u200b"}).Draw(t, "zero width")
			return slices.Concat(before, yjs.Delta{left, right}, after)
		},
		"decomposed": func(_ *rapid.T, claim yjs.Delta) yjs.Delta { return replaceText(claim, norm.NFD.String) },
		"another number under its citation": func(_ *rapid.T, claim yjs.Delta) yjs.Delta {
			return replaceText(claim, func(s string) string { return strings.ReplaceAll(s, "[1]", "[7]") })
		},
		"another citation of the same source": func(_ *rapid.T, claim yjs.Delta) yjs.Delta {
			return replaceCite(claim, citeOf(8, "a"))
		},
	}
	for name, change := range changes {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			claim := drawClaim(t)
			changed := change(t, claim)
			if a, b := hashOf(t, inReport(claim)), hashOf(t, inReport(changed)); a != b {
				t.Fatalf("%s\nand\n%s differ", asJSON(claim), asJSON(changed))
			}
		}))
	}
}

func TestWhatHappensAroundASignedClaimLeavesItAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claim := drawClaim(t)
		want := hashOf(t, inReport(claim))
		other := func() yjs.Delta {
			var out yjs.Delta
			for i := range rapid.IntRange(0, 3).Draw(t, "parts") {
				out = slices.Concat(out, written("{|H}{h2 finding"+[]string{"4", "5", "6"}[i]+"}\n{cite5=c|[1]} {claim7|x}\n"))
			}
			return out
		}
		moved := slices.Concat(other(), written("{|F}{h2 finding1}\n"), claim, written("\n"), other())
		if got := hashOf(t, moved); got != want {
			t.Fatalf("%s differs", asJSON(moved))
		}
	})
}

func TestWhatIsReadOtherwiseTakesASignedClaimsSignOffsAway(t *testing.T) {
	changes := map[string]func(*rapid.T, yjs.Delta) yjs.Delta{
		"a word slipped in without the mark": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			return slices.Concat(yjs.Delta{left, {Insert: "not"}, right}, after)
		},
		"a word with the mark": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			left.Insert += "not"
			return slices.Concat(yjs.Delta{left, right}, after)
		},
		"a split of the mark": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			return slices.Concat(yjs.Delta{left, {Insert: " "}, right}, after)
		},
		"an embed": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			return slices.Concat(yjs.Delta{left, {Embed: map[string]any{"image": "x"}, Attributes: map[string]any{signed: true}}, right}, after)
		},
		"a bidirectional control": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			left.Insert += rapid.SampledFrom([]string{"\u202e", "\u2066", "\u200f", "\u200d", "\u00ad"}).Draw(t, "control")
			return slices.Concat(yjs.Delta{left, right}, after)
		},
		"a new paragraph": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			return slices.Concat(yjs.Delta{left, {Insert: "\n"}, right}, after)
		},
		"strike": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			return slices.Concat(yjs.Delta{with(left, "strike", true), right}, after)
		},
		"a link": func(t *rapid.T, claim yjs.Delta) yjs.Delta {
			left, right, after := cutWithin(t, claim)
			return slices.Concat(yjs.Delta{with(left, "link", "https://a"), right}, after)
		},
		"another source": func(_ *rapid.T, claim yjs.Delta) yjs.Delta { return replaceCite(claim, citeOf(1, "b")) },
		"no citation": func(_ *rapid.T, claim yjs.Delta) yjs.Delta {
			return slices.DeleteFunc(slices.Clone(claim), func(o yjs.Op) bool { return o.Attributes["cite"] != nil })
		},
	}
	for name, change := range changes {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			claim := drawClaim(t)
			changed := change(t, claim)
			if a, b := hashOf(t, inReport(claim)), hashOf(t, inReport(changed)); a == b {
				t.Fatalf("%s\nand\n%s are the same", asJSON(claim), asJSON(changed))
			}
		}))
	}
}

func TestAnotherTargetOfALinkTakesASignOffAway(t *testing.T) {
	a := claimContent("{claim1 link=https://a|Six} boats")
	if b := claimContent("{claim1 link=https://b|Six} boats"); a == b {
		t.Error(a)
	}
}

// cutWithin cuts a claim where letters stand on both sides: within a word of its first run.
func cutWithin(t *rapid.T, claim yjs.Delta) (left, right yjs.Op, after yjs.Delta) {
	runes := []rune(claim[0].Insert)
	last := len(strings.TrimRightFunc(claim[0].Insert, unicode.IsSpace))
	k := rapid.IntRange(1, len([]rune(claim[0].Insert[:last]))-1).Filter(func(k int) bool {
		return !unicode.IsSpace(runes[k-1]) && !unicode.IsSpace(runes[k])
	}).Draw(t, "character")
	left, right = claim[0], claim[0]
	left.Insert, right.Insert = string(runes[:k]), string(runes[k:])
	return left, right, claim[1:]
}

func replaceText(text yjs.Delta, by func(string) string) yjs.Delta {
	out := slices.Clone(text)
	for i := range out {
		out[i].Insert = by(out[i].Insert)
	}
	return out
}

func replaceCite(text yjs.Delta, by map[string]any) yjs.Delta {
	out := slices.Clone(text)
	for i := range out {
		if out[i].Attributes["cite"] != nil {
			out[i] = with(out[i], "cite", by)
		}
	}
	return out
}
