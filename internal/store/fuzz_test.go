package store_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

// An export comes from anywhere: whatever it holds is a report or a refusal.
func FuzzVerifyAuditExport(f *testing.F) {
	s := storetest.Open(f, storetest.SQLite)
	appendAudit(f, s, records(5)...)
	whole := export(f, s)
	f.Add(whole)
	f.Add(bytes.Replace(whole, []byte(`"n":3`), []byte(`"n":-3`), 2))
	f.Add(bytes.Replace(whole, []byte(`"n":3`), []byte(`"n":9223372036854775807`), 2))
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		report, err := store.VerifyAuditExport(bytes.NewReader(file), store.AuditTrust{})
		if err != nil && review.CodeOf(err) != review.Invalid {
			t.Errorf("refused as %q: %v", review.CodeOf(err), err)
		}
		if err == nil && report.OK() && report.Checkpoints == 0 {
			t.Error("a log for which nothing vouches is whole")
		}
	})
}

// A cursor comes from anywhere: it is that of a list, or Invalid.
func FuzzCursor(f *testing.F) {
	s := storetest.Open(f, storetest.SQLite)
	addMember(f, s, "ann")
	f.Add([]byte(`["members","ann","0198c3a5-7f2e-7c3a-9b1e-3f5a7c9e1b2d"]`))
	f.Add([]byte(`["members","'; --","\u0000"]`))
	f.Add([]byte(`[["members"],{},1e999]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _, err := store.Members(t.Context(), s.Reader(), review.Page{After: base64.RawURLEncoding.EncodeToString(text)})
		if err != nil && review.CodeOf(err) != review.Invalid {
			t.Errorf("%v", err)
		}
	})
}

// A backup comes from anywhere, too: it is restored whole or not at all.
func FuzzRestore(f *testing.F) {
	source := storetest.Open(f, storetest.SQLite)
	fill(f, source)
	file, _ := backup(f, source)
	var text []byte
	for _, line := range unzip(f, file) {
		text = append(text, line...)
	}
	f.Add(text)
	f.Add(bytes.Replace(text, []byte("["), []byte("[null,"), 20))
	f.Add(bytes.Replace(text, []byte(`"types":["text"`), []byte(`"types":["int"`), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		target := storetest.Open(t, storetest.SQLite)
		_, err := target.Restore(t.Context(), bytes.NewReader(zip(t, []string{string(text)})))
		if err == nil {
			return
		}
		if review.CodeOf(err) == "" {
			t.Errorf("refused without a code: %v", err)
		}
		if n := count(t, target, "member"); n != 0 {
			t.Fatalf("refused, and %d members are there", n)
		}
	})
}
