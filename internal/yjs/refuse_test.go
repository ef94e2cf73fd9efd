package yjs_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/countersign/countersign/internal/yjs"
)

func TestADocumentThatRefusesPendingNeverHasAny(t *testing.T) {
	first := made(t, 1, nil, insert(0, "a"))
	second := made(t, 1, [][]byte{first}, insert(1, "b"))
	cut := made(t, 2, [][]byte{first}, func(tx *yjs.Tx) error { return tx.Text("body").Delete(0, 1) })
	for name, update := range map[string][]byte{"a later struct": second, "a deletion of what is missing": cut} {
		d := yjs.New(yjs.Options{RefusePending: true})
		if _, err := d.Check(update); !errors.Is(err, yjs.ErrPending) {
			t.Errorf("%s: check: %v", name, err)
		}
		if _, err := d.Apply(update); !errors.Is(err, yjs.ErrPending) {
			t.Errorf("%s: apply: %v", name, err)
		}
		if structs, deletes := d.Pending(); structs || deletes {
			t.Errorf("%s waits", name)
		}
		ahead, err := d.Check(first)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Check(update, ahead); err != nil {
			t.Errorf("%s, with what it needs in flight: %v", name, err)
		}
	}
}

func TestCheckNamesTheRootThatTheRestOfAStructComesUnder(t *testing.T) {
	var known, rest rawUpdate
	known.uints(1, 1, 5, 0).inBody(rawString).text("abcde").uints(0)
	rest.uints(1, 1, 5, 0).bytes(rawString).uints(1).text("comments").text("abcdeEVIL").uints(0)
	d := yjs.New(yjs.Options{})
	if _, err := d.Apply(known); err != nil {
		t.Fatal(err)
	}
	said, err := d.Check(rest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Apply(rest); err != nil {
		t.Fatal(err)
	}
	if got := d.Text("body").String(); got != "abcdeEVIL" || !reflect.DeepEqual(said.Roots, []string{"body"}) {
		t.Errorf("roots %v, body %q", said.Roots, got)
	}
}

func TestCheckNamesEveryRootThatAStructRefersTo(t *testing.T) {
	var known, across rawUpdate
	known.uints(1, 2, 5, 0).inBody(rawString).text("a😀b").bytes(rawString).uints(1).text("comments").text("c").uints(0)
	across.uints(1, 1, 6, 0).bytes(rawOrigin|rawRight|rawString).uints(5, 4, 5, 2).text("x").uints(0) // beside c, and half an emoji
	d := yjs.New(yjs.Options{})
	if _, err := d.Apply(known); err != nil {
		t.Fatal(err)
	}
	if said, err := d.Check(across); err != nil || !reflect.DeepEqual(said.Roots, []string{"body", "comments"}) {
		t.Errorf("roots %+v, %v", said, err)
	}
}

func TestCheckTellsWhatGoesWithANestedType(t *testing.T) {
	var known, cut rawUpdate
	known.uints(1, 2, 5, 0).inBody(rawType).uints(2).bytes(rawString).uints(0, 5, 0).text("inside").uints(0)
	cut.uints(0, 1, 5, 1, 0, 1)
	d := yjs.New(yjs.Options{})
	if _, err := d.Apply(known); err != nil {
		t.Fatal(err)
	}
	said, err := d.Check(cut)
	if err != nil {
		t.Fatal(err)
	}
	did, err := d.Apply(cut)
	if err != nil {
		t.Fatal(err)
	}
	if want := []yjs.Range{{Client: 5, Clock: 0, Len: 7}}; !reflect.DeepEqual(said.Deletes, want) || !reflect.DeepEqual(did.Deleted, want) {
		t.Errorf("check said %v, apply did %v", said.Deletes, did.Deleted)
	}
}

func TestAMarkUnderAKeyIsNoValue(t *testing.T) {
	var u rawUpdate
	u.uints(1, 1, 5, 0).bytes(rawSub | rawFormat).uints(1).text("facts").text("k").text("bold").text("true").uints(0)
	d := yjs.New(yjs.Options{})
	if _, err := d.Apply(u); err != nil {
		t.Fatal(err)
	}
	if v, ok := d.Map("facts").Get("k"); ok || len(d.Map("facts").Keys()) > 0 {
		t.Errorf("value %v, keys %v", v, d.Map("facts").Keys())
	}
}

func TestHandlesTakenBeforeTheFirstWriteSeeIt(t *testing.T) {
	d := yjs.New(yjs.Options{})
	text, facts := d.Text("body"), d.Map("facts")
	_, err := d.Transact(1, func(tx *yjs.Tx) error {
		return errors.Join(tx.Text("body").Insert(0, "x", nil), tx.Map("facts").Set("a", uint16(7)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := facts.Get("a"); text.String() != "x" || text.Len() != 1 || v != float64(7) {
		t.Errorf("text %q, value %v", text.String(), v)
	}
}

func TestNumbersThatJavaScriptDoesNotHaveAreRefused(t *testing.T) {
	for _, v := range []any{int64(1<<53 + 1), uint64(math.MaxUint64), struct{}{}, func() {}} {
		if _, err := yjs.EncodeAny(v); err == nil {
			t.Errorf("%T %v was encoded", v, v)
		}
	}
	var u rawUpdate
	u.uints(1, 1, 5, 0).inBody(rawFormat).text("size").text("1e999").uints(0)
	if _, err := yjs.New(yjs.Options{}).Apply(u); !errors.Is(err, yjs.ErrMalformed) {
		t.Errorf("a mark of 1e999: %v", err)
	}
	d := yjs.New(yjs.Options{})
	_, err := d.Transact(1, func(tx *yjs.Tx) error {
		return errors.Join(tx.Text("body").Insert(0, "hello", nil), tx.Text("body").Delete(1, math.MaxInt))
	})
	if err == nil {
		t.Error("more was deleted than there is")
	}
}
