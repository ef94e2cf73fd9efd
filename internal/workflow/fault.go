package workflow

import (
	"errors"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// faultAt places an error at a field of the request's body.
func faultAt(field string, err error) review.Fault {
	fault := review.Fault{Location: "body." + field, Message: err.Error()}
	var ours *review.Error
	if errors.As(err, &ours) {
		fault.Message = ours.Message
		if inner, ok := ours.Detail.([]review.Fault); ok && len(inner) > 0 {
			fault.Message = inner[0].Message
		}
	}
	return fault
}

// allFaults is one refusal that names every fault; nil if there are none.
func allFaults(faults []review.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	sentences := make([]string, len(faults))
	for i, fault := range faults {
		sentences[i] = strings.TrimPrefix(fault.Location, "body.") + ": " + fault.Message
	}
	return review.Errorf(review.Invalid, "%s", strings.Join(sentences, " ")).With(faults)
}
