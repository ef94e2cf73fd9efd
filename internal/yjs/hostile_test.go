package yjs_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/yjs"
)

const (
	hostileInputs = 5000
	hostileTime   = 20 * time.Second // for one call: then it hangs. What is slow is told with -v; under a second where nothing else runs
	hostileMemory = 64 << 20         // bytes allocated for one input, whether they are freed meanwhile or not
)

// TestHostileInputs gives documents what no client sends. None may panic, hang, take memory, or leave
// a document changed that refused it; and what a document has taken it must be able to give on.
func TestHostileInputs(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(hostileMemory))
	base := settledDoc(t)
	h := newHostile(t)
	taken := 0
	for i := range hostileInputs {
		what, input := h.next(i)
		if h.try(t, fmt.Sprintf("input %d (%s)", i, what), base, input) {
			taken++
		}
		if t.Failed() && i >= len(h.made) {
			t.Fatalf("input %d (%s): %x", i, what, input[:min(len(input), 400)])
		}
	}
	if taken == 0 || taken > hostileInputs*9/10 {
		t.Errorf("%d of %d inputs were taken: they are not what this test is for", taken, hostileInputs)
	}
	t.Logf("%d of %d inputs were taken, %d distinct; the slowest call was %s, %v", taken, hostileInputs, len(h.seen), slowest.what, slowest.took)
}

// hostile makes inputs, the same ones each time.
type hostile struct {
	random  *rand.Rand
	updates [][]byte // sound ones, to spoil
	made    []namedInput
	seen    map[string]bool
}

type namedInput struct {
	what  string
	input []byte
}

func newHostile(tb testing.TB) *hostile {
	h := &hostile{random: rand.New(rand.NewPCG(7, 7)), made: constructedInputs(), seen: map[string]bool{}}
	for _, v := range goldenVectors(tb, "") {
		h.updates = append(h.updates, v.Updates...)
		h.updates = append(h.updates, v.Expect.Merged, v.Expect.Encode)
	}
	h.updates = slices.DeleteFunc(h.updates, func(u []byte) bool { return len(u) < 4 })
	return h
}

func (h *hostile) pick() []byte { return h.updates[h.random.IntN(len(h.updates))] }

// next is what was constructed first, and then sound updates, spoiled; one that came before is left out.
func (h *hostile) next(i int) (what string, input []byte) {
	if i < len(h.made) {
		return h.made[i].what, h.made[i].input
	}
	for input == nil || h.seen[string(input)] {
		spoil := spoilers[h.random.IntN(len(spoilers))]
		what, input = spoil.what, spoil.spoil(h, slices.Clone(h.pick()))
	}
	h.seen[string(input)] = true
	return what, input
}

var spoilers = []struct {
	what  string
	spoil func(h *hostile, u []byte) []byte
}{
	{"truncated", func(h *hostile, u []byte) []byte { return u[:h.random.IntN(len(u))] }},
	{"trailing bytes", func(h *hostile, u []byte) []byte { return append(u, h.pick()[:1+h.random.IntN(4)]...) }},
	{"a bit flipped", func(h *hostile, u []byte) []byte {
		u[h.random.IntN(len(u))] ^= 1 << h.random.IntN(8)
		return u
	}},
	{"bytes replaced", func(h *hostile, u []byte) []byte {
		for range 1 + h.random.IntN(6) {
			u[h.random.IntN(len(u))] = byte(h.random.Uint32())
		}
		return u
	}},
	{"spliced", func(h *hostile, u []byte) []byte {
		other := h.pick()
		return append(u[:h.random.IntN(len(u))], other[h.random.IntN(len(other)):]...)
	}},
	{"bytes taken out", func(h *hostile, u []byte) []byte {
		at := h.random.IntN(len(u))
		return slices.Delete(u, at, at+h.random.IntN(min(8, len(u)-at)+1))
	}},
	{"a huge number put in", func(h *hostile, u []byte) []byte {
		at := h.random.IntN(len(u))
		return slices.Insert(u, at, hugeNumbers[h.random.IntN(len(hugeNumbers))]...)
	}},
	{"a byte replaced by a huge number", func(h *hostile, u []byte) []byte {
		at := h.random.IntN(len(u))
		return slices.Replace(u, at, at+1, hugeNumbers[h.random.IntN(len(hugeNumbers))]...)
	}},
	{"a piece repeated", func(h *hostile, u []byte) []byte {
		at := h.random.IntN(len(u))
		piece := slices.Clone(u[at : at+h.random.IntN(min(40, len(u)-at)+1)])
		return slices.Insert(u, at, bytes.Repeat(piece, 1+h.random.IntN(50))...)
	}},
	{"noise", func(h *hostile, u []byte) []byte {
		for i := range u {
			u[i] = byte(h.random.Uint32())
		}
		return u
	}},
}

var hugeNumbers = [][]byte{
	uvarint(math.MaxInt32), uvarint(math.MaxInt32 + 1), uvarint(math.MaxUint32), uvarint(math.MaxUint32 + 1),
	uvarint(1<<53 - 1), uvarint(1 << 53), uvarint(math.MaxInt64), uvarint(math.MaxUint64),
	bytes.Repeat([]byte{0xff}, 20), append(bytes.Repeat([]byte{0x80}, 30), 0),
}

// try applies an input to the document and to an empty one, and gives it to every other function that
// reads updates. It tells whether the document took it.
func (h *hostile) try(t *testing.T, what string, base *yjs.Doc, input []byte) bool {
	t.Helper()
	d := base.Clone()
	before := d.Encode(nil)
	var checkErr, err error
	guarded(t, what+": Check", func() { _, checkErr = d.Check(input) })
	guarded(t, what+": Apply", func() { _, err = d.Apply(input) })
	taken := err == nil
	if taken != (checkErr == nil) {
		t.Errorf("%s: Check says %v, Apply %v", what, checkErr, err)
	}
	if !taken && !bytes.Equal(before, d.Encode(nil)) {
		t.Errorf("%s: refused, and yet the document changed", what)
	}
	guarded(t, what+": an empty document", func() { _, _ = yjs.New(yjs.Options{Text: "body"}).Apply(input) })
	guarded(t, what+": Merge", func() { _, _ = yjs.Merge(input, h.pick()) })
	guarded(t, what+": Diff", func() { _, _ = yjs.Diff(input, yjs.StateVector{1: 1}) })
	guarded(t, what+": ranges", func() {
		_, _ = yjs.StateVectorOf(input)
		_, _, _ = yjs.RangesOf(input)
	})
	guarded(t, what+": as something else", func() {
		_, _ = yjs.DecodeAny(input)
		_, _ = yjs.DecodeAwareness(input)
		_, _ = yjs.DecodeSync(input)
		_, _ = yjs.DecodeStateVector(input)
		_, _ = yjs.DecodeRelativePosition(input)
	})
	if taken {
		guarded(t, what+": what was taken", func() {
			wantSound(t, d)
			for root, kind := range map[string]yjs.Kind{"body": yjs.KindText, "array": yjs.KindArray, "map": yjs.KindMap, "xml": yjs.KindXML} {
				if _, err := d.Plain(root, kind); err != nil {
					t.Errorf("%s: read root %s: %v", what, root, err)
				}
			}
		})
	}
	return taken
}

// slowest is the call that took longest so far; the tests of this package do not run in parallel.
var slowest slowCall

type slowCall struct {
	what string
	took time.Duration
}

// guarded runs f within its bounds of time and memory. If f hangs it ends the test run, and says where.
func guarded(t *testing.T, what string, f func()) {
	t.Helper()
	watchdog := time.AfterFunc(hostileTime, func() { panic(what + " hangs") })
	defer watchdog.Stop()
	defer func() {
		if caught := recover(); caught != nil {
			t.Errorf("%s: panic: %v\n%s", what, caught, debug.Stack())
		}
	}()
	start, allocated := time.Now(), allocatedBytes()
	f()
	if took := time.Since(start); took > slowest.took {
		slowest = slowCall{what, took}
	}
	if n := allocatedBytes() - allocated; n > hostileMemory {
		t.Errorf("%s allocated %d MiB", what, n>>20)
	}
}

// allocatedBytes is how much was ever allocated.
func allocatedBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func uvarint(n uint64) []byte { return binary.AppendUvarint(nil, n) }

// rawUpdate writes updates that no Yjs client writes.
type rawUpdate []byte

func (u *rawUpdate) uints(numbers ...uint64) *rawUpdate {
	for _, n := range numbers {
		*u = binary.AppendUvarint(*u, n)
	}
	return u
}

func (u *rawUpdate) bytes(b ...byte) *rawUpdate {
	*u = append(*u, b...)
	return u
}

func (u *rawUpdate) text(s string) *rawUpdate {
	*u = append(binary.AppendUvarint(*u, uint64(len(s))), s...)
	return u
}

// The parts of a struct's first byte, and the kinds of content.
const (
	rawOrigin, rawRight, rawSub = 0x80, 0x40, 0x20

	rawGC, rawDeleted, rawJSON, rawBinary, rawString, rawEmbed, rawFormat, rawType, rawAny, rawDoc, rawSkip = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)

// inBody begins a struct that stands under the root body, with no neighbours.
func (u *rawUpdate) inBody(content byte) *rawUpdate { return u.bytes(content).uints(1).text("body") }

func constructedInputs() []namedInput {
	var out []namedInput
	add := func(what string, build func(u *rawUpdate)) {
		var u rawUpdate
		build(&u)
		out = append(out, namedInput{what, u})
	}
	addLengths(add)
	addNesting(add)
	addCycles(add)
	addBombs(add)
	return out
}

// addLengths: lengths and counts that the bytes do not bear out.
func addLengths(add func(string, func(*rawUpdate))) {
	for _, n := range []uint64{1, 1000, 1 << 20, math.MaxInt32 - 1, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32, 1<<53 - 1, 1 << 53, math.MaxUint64} {
		name := func(s string) string { return fmt.Sprintf("%s %d", s, n) }
		add(name("clients"), func(u *rawUpdate) { u.uints(n) })
		add(name("structs"), func(u *rawUpdate) { u.uints(1, n, 5, 0) })
		add(name("client id"), func(u *rawUpdate) { u.uints(1, 1, n, 0).inBody(rawString).text("x").uints(0) })
		add(name("clock"), func(u *rawUpdate) { u.uints(1, 1, 5, n).inBody(rawString).text("x").uints(0) })
		add(name("origin"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).bytes(rawOrigin|rawString).uints(6, n).text("x").uints(0) })
		add(name("collected"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).bytes(rawGC).uints(n).uints(0) })
		add(name("collected, twice"), func(u *rawUpdate) { u.uints(1, 2, 5, 0).bytes(rawGC).uints(n).bytes(rawGC).uints(n).uints(0) })
		add(name("skipped"), func(u *rawUpdate) { u.uints(1, 2, 5, 0).bytes(rawSkip).uints(n).inBody(rawString).text("x").uints(0) })
		add(name("deleted content"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawDeleted).uints(n).uints(0) })
		add(name("deleted content and text"), func(u *rawUpdate) {
			u.uints(1, 2, 5, 0).inBody(rawDeleted).uints(n).inBody(rawString).text("x").uints(0)
		})
		add(name("values"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawAny).uints(n).bytes(126).uints(0) })
		add(name("JSON values"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawJSON).uints(n).text("1").uints(0) })
		add(name("bytes of text"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawString).uints(n).bytes('x').uints(0) })
		add(name("bytes of binary"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawBinary).uints(n).bytes(1).uints(0) })
		add(name("members"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawAny).uints(1).bytes(118).uints(n).uints(0) })
		add(name("elements"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawAny).uints(1).bytes(117).uints(n).uints(0) })
		add(name("type"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawType).uints(n).uints(0) })
		add(name("deleting clients"), func(u *rawUpdate) { u.uints(0, n) })
		add(name("deletes"), func(u *rawUpdate) { u.uints(0, 1, 5, n) })
		add(name("a delete of"), func(u *rawUpdate) { u.uints(0, 1, 5, 1, 0, n) })
		add(name("a delete at"), func(u *rawUpdate) { u.uints(0, 1, 5, 1, n, 1) })
		add(name("a delete at and of"), func(u *rawUpdate) { u.uints(0, 1, 5, 1, n, n) })
	}
}

// addNesting: values, JSON and types within each other.
func addNesting(add func(string, func(*rawUpdate))) {
	for _, depth := range []int{10, 60, 70, 1000, 50_000} {
		name := func(s string) string { return fmt.Sprintf("%s %d deep", s, depth) }
		add(name("lists"), func(u *rawUpdate) {
			u.uints(1, 1, 5, 0).inBody(rawAny).uints(1).bytes(bytes.Repeat([]byte{117, 1}, depth)...).bytes(126).uints(0)
		})
		add(name("objects"), func(u *rawUpdate) {
			u.uints(1, 1, 5, 0).inBody(rawAny).uints(1).bytes(bytes.Repeat([]byte{118, 1, 1, 'k'}, depth)...).bytes(126).uints(0)
		})
		deep := string(bytes.Repeat([]byte("["), depth)) + string(bytes.Repeat([]byte("]"), depth))
		add(name("JSON"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawJSON).uints(1).text(deep).uints(0) })
		add(name("an embed"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawEmbed).text(deep).uints(0) })
		add(name("a mark"), func(u *rawUpdate) { u.uints(1, 1, 5, 0).inBody(rawFormat).text("k").text(deep).uints(0) })
		add(name("arrays"), func(u *rawUpdate) { nestedTypes(u, depth).uints(0) })
		add(name("arrays, deleted"), func(u *rawUpdate) { nestedTypes(u, depth).uints(1, 5, 1, 0, 1) })
		add(name("arrays, deleted from within"), func(u *rawUpdate) { nestedTypes(u, depth).uints(1, 5, 1, 0, uint64(depth)) })
	}
}

// nestedTypes writes arrays, each in the one before; the delete set is left to write.
func nestedTypes(u *rawUpdate, depth int) *rawUpdate {
	u.uints(1, uint64(depth), 5, 0).bytes(rawType).uints(1).text("array").uints(0)
	for i := range depth - 1 {
		u.bytes(rawType).uints(0, 5, uint64(i)).uints(0)
	}
	return u
}

// addCycles: structs that depend on themselves or on each other.
func addCycles(add func(string, func(*rawUpdate))) {
	for i, neighbours := range []byte{rawOrigin, rawRight, rawOrigin | rawRight} {
		n := bytes.Count([]byte{neighbours & rawOrigin, neighbours & rawRight}, []byte{0})
		ids := func(u *rawUpdate, client, clock uint64) {
			for range 2 - n {
				u.uints(client, clock)
			}
		}
		for _, clock := range []uint64{0, 1, 2, 100} {
			add(fmt.Sprintf("its own neighbour, form %d, clock %d", i, clock), func(u *rawUpdate) {
				u.uints(1, 1, 5, 0).bytes(neighbours | rawString)
				ids(u, 5, clock)
				u.text("ab").uints(0)
			})
		}
		add(fmt.Sprintf("two clients that wait for each other, form %d", i), func(u *rawUpdate) {
			u.uints(2, 1, 6, 0).bytes(neighbours | rawString)
			ids(u, 5, 0)
			u.text("a").uints(1, 5, 0).bytes(neighbours | rawString)
			ids(u, 6, 0)
			u.text("b").uints(0)
		})
	}
	add("its own parent", func(u *rawUpdate) { u.uints(1, 1, 5, 0).bytes(rawType).uints(0, 5, 0).uints(0).uints(0) })
	add("parents of each other", func(u *rawUpdate) {
		u.uints(2, 1, 6, 0).bytes(rawType).uints(0, 5, 0).uints(0)
		u.uints(1, 5, 0).bytes(rawType).uints(0, 6, 0).uints(0).uints(0)
	})
	add("a parent that is text", func(u *rawUpdate) {
		u.uints(1, 2, 5, 0).inBody(rawString).text("x").bytes(rawString).uints(0, 5, 0).text("y").uints(0)
	})
	add("neighbours under other roots", func(u *rawUpdate) {
		u.uints(1, 3, 5, 0).inBody(rawString).text("x").bytes(rawString).uints(1).text("other").text("y")
		u.bytes(rawOrigin|rawRight|rawString).uints(5, 0, 5, 1).text("z").uints(0)
	})
	add("neighbours the wrong way round", func(u *rawUpdate) {
		u.uints(1, 2, 5, 0).inBody(rawString).text("xy").bytes(rawOrigin|rawRight|rawString).uints(5, 1, 5, 0).text("z").uints(0)
	})
	add("a map entry beside a list's item", func(u *rawUpdate) {
		u.uints(1, 3, 5, 0).inBody(rawString).text("x").bytes(rawSub | rawAny).uints(1).text("body").text("k").uints(1).bytes(126)
		u.bytes(rawOrigin|rawRight|rawAny).uints(5, 0, 5, 1).uints(1).bytes(126).uints(0)
	})
}

// addBombs: much work or memory for few bytes.
func addBombs(add func(string, func(*rawUpdate))) {
	const many = 24_000 // pairs of structs fit into an update
	add("many clients", func(u *rawUpdate) {
		u.uints(many)
		for i := range uint64(many) {
			u.uints(1, 1000+i, 0).inBody(rawString).text("x")
		}
		u.uints(0)
	})
	add("many clients that all wait", func(u *rawUpdate) {
		u.uints(many)
		for i := range uint64(many) {
			u.uints(1, 1000+i, 0).bytes(rawOrigin|rawString).uints(1001+i, 0).text("x")
		}
		u.uints(0)
	})
	add("one client many times", func(u *rawUpdate) {
		u.uints(many)
		for i := range uint64(many) {
			u.uints(1, 5, i).inBody(rawString).text("x")
		}
		u.uints(0)
	})
	add("all at the same place", func(u *rawUpdate) {
		u.uints(1, many, 5, 0)
		for range many {
			u.inBody(rawString).text("x")
		}
		u.uints(0)
	})
	add("many roots", func(u *rawUpdate) {
		u.uints(1, many, 5, 0)
		for i := range many {
			u.bytes(rawString).uints(1).text(fmt.Sprint(i)).text("x")
		}
		u.uints(0)
	})
	add("many keys", func(u *rawUpdate) {
		u.uints(1, many, 5, 0)
		for i := range many {
			u.bytes(rawSub | rawAny).uints(1).text("map").text(fmt.Sprint(i)).uints(1).bytes(126)
		}
		u.uints(0)
	})
	add("many marks", func(u *rawUpdate) {
		u.uints(1, 2*many, 5, 0)
		for i := range many {
			u.inBody(rawFormat).text(fmt.Sprint(i)).text("true").inBody(rawString).text("x")
		}
		u.uints(0)
	})
	add("many deletes", func(u *rawUpdate) {
		u.uints(0, 1, 5, many)
		for i := range uint64(many) {
			u.uints(2*i, 1)
		}
	})
	add("every other emoji cut in half", func(u *rawUpdate) {
		u.uints(1, 1, 5, 0).inBody(rawString).text(strings.Repeat("😀", 4*many))
		u.uints(1, 5, many)
		for i := range uint64(many) {
			u.uints(4*i+1, 1)
		}
	})
	add("deletes from the end to the beginning", func(u *rawUpdate) {
		u.uints(1, 1, 5, 0).inBody(rawString).text(strings.Repeat("ж", 4*many))
		u.uints(1, 5, many)
		for i := range uint64(many) {
			u.uints(4*(many-i)-2, 1)
		}
	})
	add("deletes that overlap", func(u *rawUpdate) {
		u.uints(1, 2*many, 5, 0)
		for range many {
			u.inBody(rawString).text("x").inBody(rawDeleted).uints(1)
		}
		u.uints(1, 5, many)
		for range many {
			u.uints(0, 2*many)
		}
	})
	add("texts in texts", func(u *rawUpdate) {
		u.uints(1, many, 5, 0).inBody(rawType).uints(2)
		for i := range uint64(many - 1) {
			u.bytes(rawType).uints(0, 5, i, 2)
		}
		u.uints(0)
	})
	add("clients that are only named", func(u *rawUpdate) {
		u.uints(0, many)
		for i := range uint64(many) {
			u.uints(100+i, 0)
		}
	})
	add("many deletes of the same", func(u *rawUpdate) {
		u.uints(1, 1, 5, 0).inBody(rawString).text(string(bytes.Repeat([]byte("x"), many)))
		u.uints(1, 5, many)
		for range many {
			u.uints(0, many)
		}
	})
	add("every other character deleted", func(u *rawUpdate) {
		u.uints(1, 1, 5, 0).inBody(rawString).text(string(bytes.Repeat([]byte("x"), 2*many)))
		u.uints(1, 5, many)
		for i := range uint64(many) {
			u.uints(2*i, 1)
		}
	})
	add("many skips", func(u *rawUpdate) {
		u.uints(1, 2*many, 5, 0)
		for range many {
			u.bytes(rawSkip).uints(1).bytes(rawGC).uints(1)
		}
		u.uints(0)
	})
}
