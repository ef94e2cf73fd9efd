package yjs_test

import (
	"errors"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

// farNeighbours makes n characters and then, in a second update, n structs that all stand at the
// beginning and each claim another character far behind for their right neighbour: to place one, all
// others have to be looked at.
func farNeighbours(n uint64) (text, spread []byte) {
	var a, b rawUpdate
	a.uints(1, 2*n, 5, 0)
	for i := range n {
		a.inBody(rawString).text("x")
		a.bytes(rawOrigin|rawDeleted).uints(5, 2*i).uints(1)
	}
	a.uints(0)
	b.uints(1, n, 6, 0)
	for i := range n {
		b.bytes(rawRight|rawString).uints(5, 2*(n-1-i)).text("y")
	}
	b.uints(0)
	return a, b
}

func TestStructsThatAreHardToPlaceAreRefusedAndChangeNothing(t *testing.T) {
	text, spread := farNeighbours(20_000)
	d := yjs.New(yjs.Options{Text: "body"})
	if _, err := d.Apply(text); err != nil {
		t.Fatal(err)
	}
	before := string(d.Encode(nil))
	if _, err := d.Check(spread); !errors.Is(err, yjs.ErrLimit) {
		t.Errorf("check: %v", err)
	}
	if _, err := d.Apply(spread); !errors.Is(err, yjs.ErrLimit) {
		t.Errorf("apply: %v", err)
	}
	if string(d.Encode(nil)) != before {
		t.Error("the document changed")
	}
	if err := d.Integrity(); err != nil {
		t.Error(err)
	}

	_, few := farNeighbours(100)
	if _, err := d.Check(few); err != nil {
		t.Errorf("check of a few: %v", err)
	}
	if _, err := d.Apply(few); err != nil {
		t.Errorf("apply of a few: %v", err)
	}
}
