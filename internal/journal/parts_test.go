package journal

import (
	"reflect"
	"testing"

	"github.com/countersign/countersign/internal/review"
)

func TestPartsAreReadAsTheyWereWritten(t *testing.T) {
	cases := [][]review.Part{
		{},
		{{Member: "m", Session: "s", Update: []byte{0, 0}}},
		{
			{Member: "one", Session: "", Update: []byte{1, 2, 3}, Clients: []uint64{1, 1 << 52}},
			{Member: "two", Session: "three", Update: []byte{}, Clients: nil},
		},
	}
	for _, want := range cases {
		got, err := decodeParts(encodeParts(want))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) || (len(want) > 0 && !reflect.DeepEqual(got, want)) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestDamagedPartsAreAnError(t *testing.T) {
	whole := encodeParts([]review.Part{{Member: "member", Session: "s", Update: []byte{1, 2, 3}, Clients: []uint64{5, 1 << 40}}})
	for n := range len(whole) {
		if _, err := decodeParts(whole[:n]); err == nil {
			t.Errorf("cut after %d bytes: no error", n)
		}
	}
	if _, err := decodeParts(append(whole, 0)); err == nil {
		t.Error("a byte too many: no error")
	}
	if _, err := decodeParts(append([]byte{2}, whole[1:]...)); err == nil {
		t.Error("another version: no error")
	}
}

func FuzzDecodeParts(f *testing.F) {
	f.Add(encodeParts([]review.Part{{Member: "m", Update: []byte{1}, Clients: []uint64{1}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		parts, err := decodeParts(b)
		if err != nil {
			return
		}
		again, err := decodeParts(encodeParts(parts))
		if err != nil || len(again) != len(parts) {
			t.Errorf("%+v was written as %+v: %v", parts, again, err)
		}
	})
}
