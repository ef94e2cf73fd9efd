// Package policies holds the policy that every desk starts from, as text: the model that casbin decides by, the rows, and
// the tests that bind every desk. matrix.md is the same in one table for people; a test keeps the two equal.
package policies

import "embed"

// Files are model.conf, policy.csv, tests.csv and matrix.md.
//
//go:embed model.conf policy.csv tests.csv matrix.md
var Files embed.FS
