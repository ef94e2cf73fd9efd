package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
)

func TestASimulationNamesTheDecidingRows(t *testing.T) {
	p := house(t)
	q := ask("", "", review.Senior)
	q.Facts = review.SelfContribution
	answers := p.Simulate(q)
	if len(answers) != len(review.Deeds()) {
		t.Fatalf("got %d answers", len(answers))
	}
	lines := strings.Split(p.Text(), "\n")
	for _, got := range answers {
		q.Deed = got.Deed
		if p.May(q).Allowed != got.Allowed {
			t.Errorf("%v: the simulator says %t", got.Deed, got.Allowed)
		}
		for _, row := range got.Rows {
			if lines[row.Line-1] != row.Text {
				t.Errorf("line %d is %q, not %q", row.Line, lines[row.Line-1], row.Text)
			}
		}
	}
	signs := p.Simulate(q, review.Deed{Act: review.ToSign, Type: review.OnClaim})
	if len(signs) != 1 || len(signs[0].Rows) != 1 || signs[0].Rows[0].Text != "p, role:any, *, claim, sign, self_contribution, deny" {
		t.Errorf("got %+v", signs)
	}
}

func TestDifferencesAreSentences(t *testing.T) {
	cases := []struct {
		name, old, replacement string
		want                   []string
	}{
		{"none", "", "# a word", nil},
		{
			"a right given", "", "p, role:editor, *, claim, sign, always, allow",
			[]string{"Editors could not sign this claim; now they may."},
		},
		{
			"a right taken", "p, role:chief, *, report, hold, always, allow", "# gone",
			[]string{"Chiefs could put this report on legal hold or end the hold; now they may not."},
		},
		{
			"a denial lifted", "p, role:any, *, objection, overrule, recused, deny\n", "",
			[]string{"Chiefs could not overrule this objection with recused; now they may."},
		},
		{
			"a denial added", "", "p, role:any, *, objection, overrule, self_contribution, deny",
			[]string{"Chiefs could overrule this objection with self_contribution; now they may not."},
		},
		{
			"grounds given", "", "p, role:checker, *, report, unschedule, by_timer, allow",
			[]string{"The checker could not call off this schedule with by_timer; now they may."},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			after, errs := revised(t, c.old, c.replacement)
			if len(errs) > 0 {
				t.Fatal(errs[0])
			}
			changes := policy.Diff(house(t), after, desk)
			var got []string
			for _, change := range changes {
				got = append(got, change.Sentence)
				if len(change.Rows) != 1 {
					t.Errorf("%q names rows %v", change.Sentence, change.Rows)
				}
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTwoPoliciesWithoutDifferenceAnswerAlike(t *testing.T) {
	h := house(t)
	rapid.Check(t, func(t *rapid.T) {
		before, after := somePolicy(t, h), somePolicy(t, h)
		told := map[review.Deed]bool{}
		for _, change := range policy.Diff(before, after, "one") {
			told[change.Deed] = true
		}
		q := anyRequest(t)
		q.Desk = "one"
		if before.May(q).Allowed != after.May(q).Allowed && !told[q.Deed] {
			t.Fatalf("%+v is answered differently and not told", q)
		}
	})
}

func TestEveryFactHasASentenceInBothPersons(t *testing.T) {
	p := house(t)
	for _, deed := range review.Deeds() {
		for _, fact := range review.AllFacts() {
			for _, name := range []string{"", "Ana"} {
				q := policy.Request{Roles: []review.Role{review.Reader}, Desk: desk, Deed: deed, Facts: fact, Name: name}
				for _, reason := range p.May(q).Reasons {
					checkSentence(t, reason, name)
				}
			}
		}
	}
}

func checkSentence(t *testing.T, reason review.Reason, name string) {
	t.Helper()
	subject, other := "You", "Ana"
	if name != "" {
		subject, other = name, "you"
	}
	words := strings.Fields(strings.ToLower(strings.NewReplacer(".", " ", ",", " ", ":", " ").Replace(reason.Sentence)))
	for _, word := range words {
		if word == strings.ToLower(other) || (name != "" && strings.HasPrefix(word, "your")) {
			t.Errorf("%s: %q speaks of %s", reason.Code, reason.Sentence, other)
		}
	}
	if !strings.HasPrefix(reason.Sentence, subject+" may not ") || !strings.HasSuffix(reason.Sentence, ".") ||
		strings.ContainsAny(reason.Sentence, "{}%") || strings.Count(reason.Sentence, ". ") < 1 || strings.Contains(reason.Sentence, "  ") {
		t.Errorf("%s: %q", reason.Code, reason.Sentence)
	}
}

func TestAPermissionAsJSON(t *testing.T) {
	q := ask(review.ToSign, review.OnClaim, review.Writer)
	q.Facts = review.Recused
	got, err := json.Marshal(house(t).May(q))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"act":"sign","type":"claim","allowed":false,"reasons":[` +
		`{"code":"no_role","sentence":"You may not sign this claim as a writer. Ask a senior or a chief, or ask an admin for the role."},` +
		`{"code":"recused","sentence":"You may not sign this claim because you are recused from this report. Leave it to another member, or ask a chief to end the recusal."}],` +
		`"who_may":[{"role":"senior"},{"role":"chief"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	allowed, err := json.Marshal(house(t).May(ask(review.ToSign, review.OnClaim, review.Senior)))
	if want := `{"act":"sign","type":"claim","allowed":true,"reasons":[],"who_may":[]}`; err != nil || string(allowed) != want {
		t.Errorf("got %s, want %s", allowed, want)
	}
}
