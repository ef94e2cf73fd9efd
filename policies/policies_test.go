package policies_test

import (
	"io/fs"
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/policies"
)

func TestTheHousesPolicyLoads(t *testing.T) {
	if _, err := policy.Load(policies.Files); err != nil {
		t.Fatal(err)
	}
}

func TestNothingElseIsEmbedded(t *testing.T) {
	files, err := fs.Glob(policies.Files, "*")
	if err != nil || len(files) != 4 {
		t.Errorf("%v, %v", files, err)
	}
}
