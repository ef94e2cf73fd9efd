package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
)

// revised parses the house's policy with old replaced by new, or new added at the end if old is empty.
func revised(t testing.TB, old, replacement string) (*policy.Policy, []policy.LineError) {
	t.Helper()
	p := house(t)
	text := p.Text() + replacement + "\n"
	if old != "" {
		if !strings.Contains(p.Text(), old) {
			t.Fatalf("the house's policy has no %q", old)
		}
		text = strings.ReplaceAll(p.Text(), old, replacement)
	}
	return p.Parse([]byte(text))
}

func TestABadRowIsNamedByLineAndColumn(t *testing.T) {
	p := house(t)
	last := strings.Count(p.Text(), "\n") + 1
	cases := []struct {
		name, row string
		column    int
		says      string
	}{
		{"too few fields", "p, role:senior, *, claim, sign, allow", 33, "7: p, role, desk, object type, act, condition, allow or deny"},
		{"too many fields", "p, role:senior, *, claim, sign, always, allow, x", 48, "This row has 8 fields"},
		{"a comma inside quotes", `p, "role:senior,role:chief", *, claim, sign, always, allow`, 54, "This row has 8 fields"},
		{"quotes", `p, "role:senior", *, claim, sign, always, allow`, 4, "without quotes"},
		{"an unknown kind of row", "q, role:senior", 1, "A row begins with p"},
		{"a second kind of policy", "p2, role:senior, *, claim, sign, always, allow", 1, "A row begins with p"},
		{"an unknown role", "p, role:boss, *, claim, sign, always, allow", 4, "There is no \"role:boss\""},
		{"a role in capitals", "p, role:Senior, *, claim, sign, always, allow", 4, "There is no \"role:Senior\""},
		{"a role without its prefix", "p, senior, *, claim, sign, always, allow", 4, "written role:<name>"},
		{"every role at once", "p, *, *, claim, sign, always, allow", 4, "written role:<name>"},
		{"one person", "p, user:ben, *, claim, sign, always, allow", 4, "never about one person"},
		{"an unknown object type", "p, role:senior, *, cake, sign, always, allow", 20, "no object type \"cake\""},
		{"an unknown act", "p, role:senior, *, claim, eat, always, allow", 27, "no act \"eat\""},
		{"any act", "p, role:senior, *, claim, *, always, allow", 27, "no act \"*\""},
		{"an act on the wrong object", "p, role:senior, *, audit, sign, always, allow", 20, "It is one on: claim"},
		{"an unknown condition", "p, role:any, *, claim, sign, moonlight, deny", 30, "no condition \"moonlight\""},
		{"an expression for a condition", "p, role:any, *, claim, sign, 1 == 1, deny", 30, "no condition"},
		{"an unknown effect", "p, role:senior, *, claim, read, always, maybe", 41, "allow or deny"},
		{"an act for everybody", "p, role:any, *, claim, read, always, allow", 4, "rows that deny only"},
		{"a denial that a second role escapes", "p, role:writer, *, claim, read, frozen, deny", 4, "stands on role:any"},
		{"a denial without condition", "p, role:any, *, claim, read, always, deny", 30, "delete the rows that allow it"},
		{"a denial on grounds", "p, role:any, *, claim, read, by_timer, deny", 30, "never stands in the way"},
		{"allowed because it is forbidden", "p, role:reader, *, claim, sign, self_contribution, allow", 33, "always or by_timer"},
		{"another desk's name", "p, role:writer, Berlin, claim, read, always, allow", 17, "desk:<id>"},
		{"a second desk", "p, role:writer, desk:one, claim, read, always, allow\np, role:writer, desk:two, claim, read, always, allow", 1, "about desk:one already"},
		{"a link of one's own", "g, role:reader, role:chief", 1, "cannot inherit"},
		{"a link to a person", "g, user:ben, role:chief", 4, "never about one person"},
		{"a cycle", "g, role:reader, role:reader", 1, "cannot inherit"},
		{"a short link", "g, role:reader", 4, "g, role, role"},
		{"a test of nothing", "t, role:senior, claim, sign, none, perhaps", 36, "allowed, denied or never"},
		{"a test with an unknown fact", "t, *, claim, sign, recused+tired, never", 20, "no fact \"tired\""},
		{"a control character", "p, role:senior, *, claim, read\x00, always, allow", 31, "invisible character here (U+0000)"},
		{"an escape sequence", "# \x1b[2J", 3, "invisible character"},
		{"text that runs backwards", "# \u202eevil", 3, "invisible character here (U+202E)"},
		{"a zero-width space", "p, role:sen\u200bior, *, claim, read, always, allow", 12, "invisible character"},
		{"bytes that are no text", "p, role:\xff", 9, "not UTF-8"},
		{"a row that stands already", "p,role:senior,*,claim,sign,always,allow", 1, "The same row stands at line"},
		{"a test that fails", "t, role:editor, claim, sign, none, allowed", 1, "This test fails: no row says that an editor may sign this claim"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, errs := revised(t, "", c.row)
			if got != nil || len(errs) == 0 {
				t.Fatalf("parsed, errors %v", errs)
			}
			if e := errs[0]; e.Line != last+strings.Count(c.row, "\n") || e.Column != c.column || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %v; want line %d, column %d, %q", e, last, c.column, c.says)
			}
		})
	}
}

func TestEveryBadRowIsTold(t *testing.T) {
	_, errs := revised(t, "", "p, role:boss, *, cake, eat, moonlight, maybe\nx\np, user:ben, *, claim, sign, always, allow")
	if len(errs) != 6 {
		t.Errorf("got %d errors, want 6: %v", len(errs), errs)
	}
	_, errs = revised(t, "", strings.Repeat("x\n", 5000))
	if len(errs) != 101 || !strings.Contains(errs[100].Message, "more. Mend those above first") {
		t.Errorf("got %d errors", len(errs))
	}
}

func TestHarmlessWritingIsAccepted(t *testing.T) {
	text := house(t).Text()
	for name, written := range map[string]string{
		"CRLF":            strings.ReplaceAll(text, "\n", "\r\n"),
		"byte order mark": "\ufeff" + text,
		"no spaces":       strings.ReplaceAll(text, ", ", ","),
		"tabs":            strings.ReplaceAll(text, ", ", "\t,\t"),
		"no last newline": strings.TrimSpace(text),
		"a test":          text + "t, role:editor, claim, sign, none, denied\n",
		"a desk named":    text + "p, role:admin, desk:" + desk + ", report, read, always, allow\n",
	} {
		p, errs := house(t).Parse([]byte(written))
		if len(errs) > 0 {
			t.Errorf("%s: %v", name, errs[0])
			continue
		}
		if !p.May(ask(review.ToSign, review.OnClaim, review.Senior)).Allowed || p.May(ask(review.ToSign, review.OnClaim, review.Writer)).Allowed {
			t.Errorf("%s: decides otherwise", name)
		}
	}
}

func TestAnEmptyPolicyIsRefusedAndAllowsNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# nothing\n"} {
		if _, errs := house(t).Parse([]byte(text)); len(errs) == 0 {
			t.Errorf("%q is accepted", text)
		}
	}
	links := ""
	for line := range strings.Lines(house(t).Text()) {
		if strings.HasPrefix(line, "g,") {
			links += line
		}
	}
	empty, errs := house(t).WithoutFloor().Parse([]byte(links))
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	for _, deed := range append(review.Deeds(), review.Deed{}) {
		for _, role := range append(review.Roles(), "any", "") {
			if empty.May(ask(deed.Act, deed.Type, role)).Allowed {
				t.Errorf("%s may %s", role, deed.Act)
			}
		}
	}
}

func TestTooManyTestsAreRefusedAndAsManyAsMayRunSoon(t *testing.T) {
	var rows strings.Builder
	names := review.EveryFact.Names()
	for i := range 200 {
		fmt.Fprintf(&rows, "t, *, *, *, suspended+%s+%s, never\n", names[i%len(names)], names[i/len(names)])
	}
	begin := time.Now()
	if _, errs := revised(t, "", rows.String()); len(errs) > 0 {
		t.Fatal(errs[0])
	}
	if took := time.Since(begin); took > 30*time.Second { // under a second alone, six with -race on a busy machine
		t.Errorf("took %v", took)
	}
	_, errs := revised(t, "", rows.String()+"t, *, *, *, suspended+frozen+frozen+frozen, never\n")
	if len(errs) != 1 || !strings.Contains(errs[0].Message, "at most 200 tests") {
		t.Errorf("got %v", errs)
	}
}

func TestATextTooLongIsRefused(t *testing.T) {
	_, errs := house(t).Parse([]byte(strings.Repeat("#\n", 200_000)))
	if len(errs) != 1 || !strings.Contains(errs[0].Message, "at most 256 KiB") {
		t.Errorf("got %v", errs)
	}
}

func FuzzParse(f *testing.F) {
	p := house(f)
	f.Add(p.Text())
	f.Add("p, role:any, *, claim, sign, recused, deny\ng, role:a, role:b\nt, *, *, *, none, never")
	f.Fuzz(func(t *testing.T, text string) {
		got, errs := p.Parse([]byte(text))
		if (got == nil) != (len(errs) > 0) {
			t.Fatalf("policy %v with errors %v", got, errs)
		}
		for _, e := range errs {
			if e.Message == "" || (e.Line > 0) != (e.Column > 0) || e.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("error %+v", e)
			}
		}
		if got == nil {
			return
		}
		q := ask(review.ToSign, review.OnClaim, review.Senior)
		q.Facts = review.SelfContribution
		if got.May(q).Allowed {
			t.Fatal("a contributor may sign")
		}
	})
}
