package review_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/countersign/countersign/internal/review"
)

func TestTheCodeOfAnErrorIsFoundThroughWhatWrapsIt(t *testing.T) {
	stale := review.Errorf(review.Stale, "The desk was changed.")
	for _, test := range []struct {
		name string
		err  error
		want review.Code
	}{
		{"nothing", nil, ""},
		{"an error of another kind", io.EOF, ""},
		{"itself", stale, review.Stale},
		{"wrapped", fmt.Errorf("update desk: %w", stale), review.Stale},
		{"joined", errors.Join(io.EOF, stale), review.Stale},
	} {
		if got := review.CodeOf(test.err); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestACauseIsForTheLogAndNotForThePerson(t *testing.T) {
	plain := review.Errorf(review.Unavailable, "Try again in %d minutes.", 5)
	caused := plain.Because(io.ErrUnexpectedEOF).With([]string{"detail"})
	if caused.Message != "Try again in 5 minutes." || caused.Error() != "Try again in 5 minutes. (unexpected EOF)" {
		t.Errorf("message %q, error %q", caused.Message, caused)
	}
	if !errors.Is(caused, io.ErrUnexpectedEOF) || errors.Is(plain, io.ErrUnexpectedEOF) || plain.Detail != nil {
		t.Error("the cause is not wrapped, or the original was changed")
	}
}
