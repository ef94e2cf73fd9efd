package journal

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/countersign/countersign/internal/review"
)

// partsVersion is the first byte of a log row's parts. Rows are kept for good, so a version is never given up.
const partsVersion = 1

var errParts = errors.New("the parts of a log row are damaged")

// encodeParts writes the parts of a log row: the version, how many, and for each the member, the session, the update and
// how many client ids with the ids. Numbers are unsigned varints; strings and bytes follow their length.
func encodeParts(parts []review.Part) []byte {
	size := 8
	for _, p := range parts {
		size += len(p.Member) + len(p.Session) + len(p.Update) + 9*len(p.Clients) + 16
	}
	b := append(make([]byte, 0, size), partsVersion)
	b = binary.AppendUvarint(b, uint64(len(parts)))
	for _, p := range parts {
		b = appendBytes(b, p.Member)
		b = appendBytes(b, p.Session)
		b = appendBytes(b, p.Update)
		b = binary.AppendUvarint(b, uint64(len(p.Clients)))
		for _, c := range p.Clients {
			b = binary.AppendUvarint(b, c)
		}
	}
	return b
}

func appendBytes[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decodeParts reads what encodeParts wrote. The updates share its bytes.
func decodeParts(b []byte) ([]review.Part, error) {
	if len(b) == 0 || b[0] != partsVersion {
		return nil, fmt.Errorf("%w, or of a newer version of Countersign", errParts)
	}
	r := partsReader{b: b[1:]}
	n := r.number()
	if n > uint64(len(r.b)/4) { // each part has four lengths
		return nil, errParts
	}
	parts := make([]review.Part, n)
	for i := range parts {
		parts[i] = review.Part{Member: string(r.bytes()), Session: string(r.bytes()), Update: r.bytes(), Clients: r.clients()}
	}
	if r.bad || len(r.b) > 0 {
		return nil, errParts
	}
	return parts, nil
}

// partsReader reads until the first fault; later reads give zero values.
type partsReader struct {
	b   []byte
	bad bool
}

func (r *partsReader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || r.bad {
		r.bad = true
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *partsReader) bytes() []byte {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *partsReader) clients() []uint64 {
	n := r.number()
	if n == 0 || n > uint64(len(r.b)) {
		r.bad = r.bad || n > 0
		return nil
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = r.number()
	}
	return out
}
