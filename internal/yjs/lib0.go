package yjs

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxClient is the greatest client id: JavaScript's Number.MAX_SAFE_INTEGER.
const MaxClient = 1<<53 - 1

// MaxClock bounds the clocks of a document. A clock counts the characters, embeds and marks that one
// client ever made, so no document comes near it; a made-up length does.
const MaxClock = 1<<31 - 1

// ErrMalformed is what every refusal of undecodable bytes wraps.
var ErrMalformed = errors.New("malformed")

// ErrLimit is what every refusal of bytes over one of the [Limits] wraps.
var ErrLimit = errors.New("over a limit")

// ErrPending is what the refusal of an update wraps that depends on what is not there; see [Options].
var ErrPending = errors.New("depends on what is not there")

// reader decodes lib0's primitives. The first fault sticks: later reads return zero values, so that a
// caller may read a whole record and ask once. No read allocates before its length was compared with
// the bytes that remain.
type reader struct {
	buf []byte
	pos int
	err error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s at byte %d", ErrMalformed, what, r.pos)
	}
}

func (r *reader) failLimit(what string, limit int) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s at byte %d, allowed are %d", ErrLimit, what, r.pos, limit)
	}
}

func (r *reader) left() int { return len(r.buf) - r.pos }

func (r *reader) byte() byte {
	if r.err != nil || r.pos >= len(r.buf) {
		r.fail("ends early")
		return 0
	}
	b := r.buf[r.pos]
	r.pos++
	return b
}

// uint reads a lib0 varUint of at most 53 bits.
func (r *reader) uint() uint64 {
	if r.err == nil && r.pos < len(r.buf) {
		if b := r.buf[r.pos]; b < 0x80 { // most are one byte long
			r.pos++
			return uint64(b)
		}
	}
	return r.longUint()
}

func (r *reader) longUint() uint64 {
	var n uint64
	for shift := 0; ; shift += 7 {
		b := r.byte()
		if r.err != nil {
			return 0
		}
		if shift == 56 { // eight bytes of seven bits hold 2^53-1
			r.fail("a number of more than 53 bits")
			return 0
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	if n > MaxClient {
		r.fail("a number above 2^53-1")
		return 0
	}
	return n
}

// int reads a lib0 varInt: sign and magnitude, so that -0 is told from 0.
func (r *reader) int() (n uint64, negative bool) {
	b := r.byte()
	negative = b&0x40 != 0
	n = uint64(b & 0x3f)
	for shift := 6; b >= 0x80; shift += 7 {
		b = r.byte()
		if r.err != nil {
			return 0, false
		}
		if shift > 48 {
			r.fail("an integer of more than 53 bits")
			return 0, false
		}
		n |= uint64(b&0x7f) << shift
	}
	if n > MaxClient {
		r.fail("an integer beyond 2^53-1")
		return 0, false
	}
	return n, negative
}

// clock reads a varUint that stands for a clock or a length of structs.
func (r *reader) clock() uint32 {
	n := r.uint()
	if n > MaxClock {
		r.failLimit(fmt.Sprintf("a clock or length of %d", n), MaxClock)
		return 0
	}
	return uint32(n)
}

// bytes reads n bytes without copying them.
func (r *reader) bytes(n uint64) []byte {
	if r.err != nil || n > uint64(r.left()) {
		r.fail("ends early")
		return nil
	}
	b := r.buf[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b
}

// block reads a length and as many bytes.
func (r *reader) block() []byte { return r.bytes(r.uint()) }

// text reads a length and as many bytes of UTF-8. As in Yjs, whose decoder is fatal, other bytes are
// an error.
func (r *reader) text() []byte {
	b := r.block()
	if !utf8.Valid(b) {
		r.fail("a string that is not UTF-8")
		return nil
	}
	return b
}

// end makes trailing bytes an error.
func (r *reader) end() error {
	if r.err == nil && r.left() > 0 {
		r.fail(fmt.Sprintf("%d bytes left over", r.left()))
	}
	return r.err
}

func appendUint(b []byte, n uint64) []byte {
	for n > 0x7f {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(b, byte(n))
}

func appendInt(b []byte, n uint64, negative bool) []byte {
	first := byte(n & 0x3f)
	if negative {
		first |= 0x40
	}
	if n >>= 6; n > 0 {
		first |= 0x80
	}
	b = append(b, first)
	if n == 0 {
		return b
	}
	return appendUint(b, n)
}

func appendBlock[T ~[]byte | ~string](b []byte, s T) []byte {
	return append(appendUint(b, uint64(len(s))), s...)
}

// units is the length of UTF-8 text in UTF-16 code units.
func units[T ~[]byte | ~string](s T) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x80 || c >= 0xc0 { // one for each first byte
			n++
			if c >= 0xf0 { // and one more for a surrogate pair
				n++
			}
		}
	}
	return n
}

// cutUnits is the byte offset of the UTF-16 offset at in text. inPair tells that at falls between the
// two halves of a surrogate pair; the offset is then that of the pair's first byte.
func cutUnits(text []byte, at int) (offset int, inPair bool) {
	for n := 0; n < at; {
		size, width := runeSize(text[offset])
		if n += width; n > at {
			return offset, true
		}
		offset += size
	}
	return offset, false
}

// runeSize is what the first byte of a rune tells: its length in UTF-8 bytes and in UTF-16 units.
func runeSize(first byte) (size, width int) {
	switch {
	case first < 0x80:
		return 1, 1
	case first < 0xe0:
		return 2, 1
	case first < 0xf0:
		return 3, 1
	default:
		return 4, 2
	}
}
