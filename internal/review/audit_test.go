package review_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// The bytes are hashed and kept for ever: this test pins them.
func TestTheBytesOfAnAuditRecordAreFixed(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 0, 0, 123456789, time.FixedZone("CET", 3600))
	for _, test := range []struct {
		name   string
		record review.AuditRecord
		want   string
	}{
		{"little", review.AuditRecord{At: at, Kind: "desk.add"}, `{"n":0,"at":"2026-03-02T12:00:00.123456Z","kind":"desk.add"}`},
		{"much", review.AuditRecord{
			Number: 7, At: at, Kind: "membership.change", Member: "m", Session: "s", Token: "t", Desk: "d", Report: "r", Subject: "x",
			Detail: map[string]string{"to": "<chief> & \"more\"", "from": "é"}, Count: 3, Until: &at,
		}, `{"n":7,"at":"2026-03-02T12:00:00.123456Z","kind":"membership.change","member":"m","session":"s","token":"t","desk":"d",` +
			`"report":"r","subject":"x","detail":{"from":"é","to":"<chief> & \"more\""},"count":3,"until":"2026-03-02T12:00:00.123456Z"}`},
	} {
		got, err := test.record.Canonical()
		if err != nil || string(got) != test.want {
			t.Errorf("%s:\n%s\nwant\n%s (%v)", test.name, got, test.want, err)
		}
		parsed, err := review.ParseAuditRecord(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parsed.Canonical()
		if err != nil || string(again) != test.want {
			t.Errorf("%s, read and written again:\n%s (%v)", test.name, again, err)
		}
	}
}

func TestWhatIsNoAuditRecordIsRefused(t *testing.T) {
	for _, text := range []string{"", "null1", `{"n":"1"}`, `{"n":1,"other":2}`, `{"n":1} {"n":2}`} {
		if _, err := review.ParseAuditRecord([]byte(text)); review.CodeOf(err) != review.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}
