package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/review"
)

const (
	maxBytes  = 256 << 10 // ten times the house's policy
	maxErrors = 100       // more than anybody mends in one go
	maxTests  = 200       // of a desk's own: run in some 50 ms even if each asks about every role and act
)

// Parse reads a desk's policy under the same model and the same tests for every desk. It returns a Policy only if there is
// no error; errors stand in the order of the text.
func (p *Policy) Parse(text []byte) (*Policy, []LineError) {
	if len(text) > maxBytes {
		return nil, []LineError{{Message: fmt.Sprintf("A policy has at most %d KiB; this one has %d.", maxBytes>>10, len(text)>>10)}}
	}
	written := string(text)
	parsed, errs := parseRows(written)
	errs = append(errs, parsed.checkLinks()...)
	errs = append(errs, parsed.checkSize()...)
	if len(errs) > 0 {
		return nil, inOrder(errs)
	}
	next := &Policy{model: p.model, floor: p.floor, text: written, rules: parsed.rules, tests: parsed.tests}
	decides, err := index(p.model, next.rules, p.decides)
	if err != nil {
		return nil, []LineError{{Message: fmt.Sprintf("casbin refuses this policy: %v.", err)}}
	}
	next.decides = decides
	if errs := next.runTests(); len(errs) > 0 {
		return nil, inOrder(errs)
	}
	return next, nil
}

func inOrder(errs []LineError) []LineError {
	slices.SortStableFunc(errs, func(a, b LineError) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	if len(errs) <= maxErrors {
		return errs
	}
	more := LineError{Line: errs[maxErrors].Line, Column: 1, Message: fmt.Sprintf("And %d more. Mend those above first.", len(errs)-maxErrors)}
	return append(errs[:maxErrors], more)
}

// parsed is a policy's text, row by row, where each row is sound by itself.
type parsed struct {
	rules []rule
	tests []test
	links map[[2]review.Role]int // line by link
}

func parseRows(text string) (parsed, []LineError) {
	out := parsed{links: map[[2]review.Role]int{}}
	var errs []LineError
	seen := map[string]int{}
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if err := cleanLine(line); err != nil {
			errs = append(errs, at(i+1, *err))
			continue
		}
		cells := split(line)
		if len(cells) == 0 {
			continue
		}
		r := reader{line: i + 1, cells: cells}
		r.once(seen)
		r.into(&out)
		errs = append(errs, r.errs...)
	}
	return out, errs
}

func at(line int, err LineError) LineError {
	err.Line = line
	return err
}

// cleanLine refuses what cannot be seen, or could be read as something else than it looks like.
func cleanLine(line string) *LineError {
	column := 0
	for _, char := range line {
		column++
		switch {
		case char == utf8.RuneError:
			return &LineError{Column: column, Message: "This is not UTF-8. Save the file as UTF-8."}
		case char != '\t' && (unicode.IsControl(char) || unicode.In(char, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)):
			return &LineError{Column: column, Message: fmt.Sprintf("There is an invisible character here (%U). Delete it.", char)}
		}
	}
	return nil
}

// cell is one field of a row, without the spaces around it.
type cell struct {
	text   string
	column int
}

// split cuts a line at its commas. A comment, and an empty line, has no cells.
func split(line string) []cell {
	if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
		return nil
	}
	var cells []cell
	column := 1
	for field := range strings.SplitSeq(line, ",") {
		lead := utf8.RuneCountInString(field) - utf8.RuneCountInString(strings.TrimLeft(field, " \t"))
		cells = append(cells, cell{text: strings.TrimSpace(field), column: column + lead})
		column += utf8.RuneCountInString(field) + 1
	}
	return cells
}

// checkSize bounds the work of trying the policy: what it may ask, times the desks that it tells apart.
func (p parsed) checkSize() []LineError {
	var errs []LineError
	if len(p.tests) > maxTests {
		errs = append(errs, LineError{Line: p.tests[maxTests].Line, Column: 1, Message: fmt.Sprintf("A policy has at most %d tests.", maxTests)})
	}
	named := ""
	for _, r := range p.rules {
		switch {
		case r.Desk == "*" || r.Desk == named:
		case named == "":
			named = r.Desk
		default:
			return append(errs, LineError{Line: r.Line, Column: 1, Message: fmt.Sprintf("This policy is about desk:%s already. Write * for the desk.", named)})
		}
	}
	return errs
}

// checkLinks holds the role chain to what it is: a desk says what its roles may, not who inherits from whom.
func (p parsed) checkLinks() []LineError {
	var errs []LineError
	for _, link := range links() {
		if _, ok := p.links[link]; !ok {
			errs = append(errs, LineError{Message: fmt.Sprintf(
				"The row \"g, %s, %s\" is missing. Put it back: the chain of roles is the same on every desk.", subject(link[0]), subject(link[1]))})
		}
	}
	for link, line := range p.links {
		if !slices.Contains(links(), link) {
			errs = append(errs, LineError{Line: line, Column: 1, Message: fmt.Sprintf(
				"%s cannot inherit from %s. The chain of roles is the same on every desk: delete this row.", subject(link[0]), subject(link[1]))})
		}
	}
	return errs
}
