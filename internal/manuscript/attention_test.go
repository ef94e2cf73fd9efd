package manuscript_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

func TestEveryReasonSaysWhatMendsIt(t *testing.T) {
	said := map[string]bool{}
	for _, a := range []manuscript.Attention{
		manuscript.Empty, manuscript.InPieces, manuscript.AcrossFindings, manuscript.Twice, manuscript.MalformedID, manuscript.NoSource,
		manuscript.CitedWords, manuscript.NoHeading, manuscript.TwoStarts, manuscript.UnreadStart,
	} {
		s := a.Sentence()
		if said[s] || !strings.Contains(s, ": ") || strings.Contains(s, string(a)+".") {
			t.Errorf("%s: %s", a, s)
		}
		said[s] = true
	}
}
