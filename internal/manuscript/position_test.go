package manuscript_test

import (
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

func TestTheTextOfARangeIsCutByUnits(t *testing.T) {
	m := readWritten(t, "a😀{bold|e\u0301}\n{|embed}核\n")
	for r, want := range map[manuscript.Range]string{
		{From: 0, To: 3}:    "a😀",
		{From: 0, To: 2}:    "a\uFFFD",
		{From: 2, To: 3}:    "\uFFFD",
		{From: 2, To: 5}:    "\uFFFDe\u0301",
		{From: 4, To: 8}:    "\u0301\n\uFFFC核",
		{From: 5, To: 6}:    "\n",
		{From: -3, To: 99}:  "a😀e\u0301\n\uFFFC核\n",
		{From: 4, To: 2}:    "",
		{From: 50, To: 60}:  "",
		{From: 9, To: 9}:    "",
		{From: 6, To: 7}:    "\uFFFC",
		{From: -9, To: -4}:  "",
		{From: 8, To: 1000}: "\n",
	} {
		if got := m.Text(r); got != want {
			t.Errorf("%v: %q, want %q", r, got, want)
		}
	}
}

func TestAPositionIsInAPart(t *testing.T) {
	m := readWritten(t, "{|T}{h1}\n{|A}{h2 finding1}\nx")
	for at, want := range map[int]string{-1: "title", 0: "title", 1: "title", 2: uuid(1), 3: uuid(1), 4: uuid(1), 5: uuid(1), 9: uuid(1)} {
		if got := m.PartAt(at).Key; got != want {
			t.Errorf("%d is in %s, want %s", at, got, want)
		}
	}
}

func TestALengthDoesNotCountAMissingBlockEnd(t *testing.T) {
	for text, want := range map[string]int{"": 0, "Six": 3, "Six\n": 4, "Six\n\n": 5, "Six\nboats": 9, "😀{|embed}": 3} {
		if got := readWritten(t, text).Len(); got != want {
			t.Errorf("%q has %d units, want %d", text, got, want)
		}
	}
}
