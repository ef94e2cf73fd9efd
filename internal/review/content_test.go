package review_test

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/review"
)

// contentVectors is testdata/content.json; its "about" says how to use it.
type contentVectors struct {
	About  []string `json:"about"`
	Claims []struct {
		Name    string         `json:"name"`
		Content review.Content `json:"content"`
		JSON    string         `json:"json"`
		Hash    string         `json:"sha256"`
	} `json:"claims"`
	Texts []struct {
		Name    string      `json:"name"`
		Content review.Text `json:"content"`
		JSON    string      `json:"json"`
		Hash    string      `json:"sha256"`
	} `json:"texts"`
}

func TestContentsAreHashedAsPublished(t *testing.T) {
	file, err := os.ReadFile("testdata/content.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors contentVectors
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.Claims) < 30 || len(vectors.Texts) < 3 {
		t.Fatalf("%d claims and %d texts", len(vectors.Claims), len(vectors.Texts))
	}
	for _, v := range vectors.Claims {
		if got := string(v.Content.JSON()); got != v.JSON || v.Content.Hash() != v.Hash {
			t.Errorf("%s: %s, %s", v.Name, got, v.Content.Hash())
		}
	}
	for _, v := range vectors.Texts {
		if got := string(v.Content.JSON()); got != v.JSON || v.Content.Hash() != v.Hash {
			t.Errorf("%s: %s, %s", v.Name, got, v.Content.Hash())
		}
	}
}

func drawRun(t *rapid.T) review.Run {
	switch rapid.IntRange(0, 4).Draw(t, "kind of run") {
	case 0:
		return review.Run{Source: rapid.String().Draw(t, "source")}
	case 1:
		return review.Run{Embed: rapid.String().Draw(t, "embed")}
	}
	return review.Run{
		Text:   rapid.String().Draw(t, "text"),
		Struck: rapid.Bool().Draw(t, "struck"),
		Link:   rapid.SampledFrom([]string{"", "https://example.org/?a=1&b=<2>"}).Draw(t, "link"),
	}
}

func TestAContentIsWrittenAsCanonicalJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.Custom(func(t *rapid.T) review.Piece {
			return rapid.SliceOfN(rapid.Custom(drawRun), 1, 4).Draw(t, "piece")
		})
		content := append(review.Content{}, rapid.SliceOfN(piece, 0, 3).Draw(t, "content")...)
		want, err := review.CanonicalJSON([]review.Piece(content))
		if err != nil || string(content.JSON()) != string(want) {
			t.Fatalf("%s, %v, want %s", content.JSON(), err, want)
		}
		text := review.Text{}
		for i, p := range content {
			text = append(text, review.Block{Kind: review.HeadingTwo, Indent: i, Runs: p}, review.Block{Kind: review.Paragraph})
		}
		want, err = review.CanonicalJSON([]review.Block(text))
		if err != nil || string(text.JSON()) != string(want) {
			t.Fatalf("%s, %v, want %s", text.JSON(), err, want)
		}
	})
}

func TestNoContentIsAnEmptyList(t *testing.T) {
	if got := string(review.Content(nil).JSON()); got != "[]" {
		t.Error(got)
	}
	if got := string(review.Text(nil).JSON()); got != "[]" {
		t.Error(got)
	}
	got, err := review.CanonicalJSON(struct {
		C review.Content `json:"c"`
		T review.Text    `json:"t"`
	}{})
	if err != nil || string(got) != `{"c":[],"t":[]}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAContentReadsAsAPersonWould(t *testing.T) {
	cite := review.Run{Source: "s"}
	text := func(s string) review.Run { return review.Run{Text: s} }
	for _, test := range []struct {
		name string
		in   review.Content
		want string
	}{
		{"nothing", nil, ""},
		{"plain", review.Content{{text("Six boats sank.")}}, "Six boats sank."},
		{"citations before a full stop", review.Content{{text("Six boats sank "), cite, text(" "), cite, text(".")}}, "Six boats sank."},
		{"a citation within", review.Content{{text("Six boats "), cite, text(" sank")}}, "Six boats sank"},
		{"a citation without space", review.Content{{text("Six boats"), cite, text("sank")}}, "Six boats sank"},
		{"a citation first", review.Content{{cite, text(" says six")}}, "says six"},
		{"only a citation", review.Content{{cite}}, ""},
		{"two pieces", review.Content{{text("Six boats")}, {text("sank")}}, "Six boats … sank"},
		{"marks", review.Content{{text("Six "), {Text: "five", Struck: true}, {Text: " boats", Link: "https://a"}}}, "Six five boats"},
	} {
		if got := test.in.Text(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestSourcesAreNamedOnceInOrder(t *testing.T) {
	content := review.Content{{{Source: "b"}, {Text: "x"}, {Source: "a"}}, {{Source: "b"}}}
	if got := content.Sources(); !reflect.DeepEqual(got, []string{"b", "a"}) {
		t.Error(got)
	}
}

func TestContentsAreEqualIfTheySayTheSame(t *testing.T) {
	a := review.Content{{{Text: "six"}}}
	for _, test := range []struct {
		b    review.Content
		want bool
	}{
		{review.Content{{{Text: "six"}}}, true},
		{review.Content{{{Text: "five"}}}, false},
		{review.Content{{{Text: "six", Struck: true}}}, false},
		{review.Content{{{Text: "six"}}, {}}, false},
		{nil, false},
	} {
		if a.Equal(test.b) != test.want || a.Equal(test.b) != (a.Hash() == test.b.Hash()) {
			t.Errorf("%v equals %v: %v", a, test.b, !test.want)
		}
	}
}
