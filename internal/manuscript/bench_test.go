package manuscript_test

import (
	"fmt"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/yjs"
)

// longReport has about so many words: paragraphs of 100 with three claims and four citations each, a finding after every ten.
func longReport(words int) yjs.Delta {
	out := yjs.Delta{{Insert: "Who sank the boats?"}, {Insert: "\n", Attributes: map[string]any{"header": 1.0}}}
	add := func(text string, attributes map[string]any) {
		out = append(out, yjs.Op{Insert: text, Attributes: attributes})
	}
	const sentence = "Six boats sank off Kiel — all at once, “in the dark”, as two of the harbour’s pilots said later "
	for i := range max(words/100, 1) {
		if i%10 == 0 {
			add(fmt.Sprintf("Finding number %d says what comes", i/10+1), map[string]any{"claim:" + uuid(10*i): true})
			add("\n", map[string]any{"header": 2.0, "finding": uuid(i)})
		}
		for k := range 3 {
			claim := "claim:" + uuid(10*i+k+1)
			add(sentence, map[string]any{claim: true})
			add("[1]", map[string]any{claim: true, "cite": map[string]any{"id": uuid(10*i + k), "source": fmt.Sprint(i % 40)}})
			add(". ", map[string]any{claim: true})
			add("Nobody has said how, nor who had seen it from the pier. ", nil)
		}
		add("And so on", map[string]any{"bold": true})
		add(" ", nil)
		add("[2]", map[string]any{"cite": map[string]any{"id": uuid(10*i + 9), "source": "z"}})
		add(".\n", nil)
	}
	return out
}

func eachSize(b *testing.B, run func(b *testing.B, text yjs.Delta)) {
	for _, words := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("words=%d", words), func(b *testing.B) {
			text := longReport(words)
			b.ReportAllocs()
			run(b, text)
		})
	}
}

func BenchmarkRead(b *testing.B) {
	eachSize(b, func(b *testing.B, text yjs.Delta) {
		for b.Loop() {
			manuscript.Read(text)
		}
	})
}

// BenchmarkKeystroke is one character typed into a claim in the middle of the text, and what changed by it.
func BenchmarkKeystroke(b *testing.B) {
	eachSize(b, func(b *testing.B, text yjs.Delta) {
		m := manuscript.Read(text)
		claim := m.Claims[len(m.Claims)/2]
		change := yjs.Delta{
			{Retain: claim.Pieces[0].From + 3},
			{Insert: "x", Attributes: map[string]any{"claim:" + claim.Mark: true}},
		}
		for b.Loop() {
			if _, changed, err := m.Update(change); err != nil || len(changed.Claims.Set) != 1 {
				b.Fatal(changed, err)
			}
		}
	})
}

// BenchmarkUncovered lists what is in no claim and in no plain stretch.
func BenchmarkUncovered(b *testing.B) {
	eachSize(b, func(b *testing.B, text yjs.Delta) {
		m := manuscript.Read(text)
		for b.Loop() {
			m.Uncovered(func(*manuscript.Stretch) bool { return true })
		}
	})
}
