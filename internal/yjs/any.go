package yjs

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// Undefined is JavaScript's undefined.
type Undefined struct{}

// BigInt is a JavaScript BigInt as lib0 carries it: 64 bits, signed.
type BigInt int64

// Object is a JavaScript object. Its members keep their order, so that what was read is written again
// byte for byte.
type Object []Member

// Member is one key of an [Object] with its value.
type Member struct {
	Key   string
	Value any
}

// Get is the value of the last member with that key, as JavaScript sees it.
func (o Object) Get(key string) (value any, ok bool) {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].Key == key {
			return o[i].Value, true
		}
	}
	return nil, false
}

// The type bytes of lib0's encoding.writeAny.
const (
	anyUndefined = 127
	anyNull      = 126
	anyInteger   = 125
	anyFloat32   = 124
	anyFloat64   = 123
	anyBigInt    = 122
	anyFalse     = 121
	anyTrue      = 120
	anyString    = 119
	anyObject    = 118
	anyArray     = 117
	anyBytes     = 116
)

// DecodeAny reads one value of lib0's Any encoding: Undefined, nil, bool, float64 (every Number, −0
// among them), BigInt, string, []byte, []any or Object. Trailing bytes are an error.
func DecodeAny(b []byte) (any, error) {
	r := reader{buf: b}
	v := r.any(defaultDepth)
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("decode a value: %w", err)
	}
	return v, nil
}

// any reads a value that may nest depth levels deep.
func (r *reader) any(depth int) any {
	switch kind := r.byte(); kind {
	case anyUndefined:
		return Undefined{}
	case anyNull:
		return nil
	case anyInteger:
		n, negative := r.int()
		if negative {
			return math.Copysign(float64(n), -1)
		}
		return float64(n)
	case anyFloat32:
		if b := r.bytes(4); b != nil {
			return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
		}
	case anyFloat64:
		if b := r.bytes(8); b != nil {
			return math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case anyBigInt:
		if b := r.bytes(8); b != nil {
			return BigInt(binary.BigEndian.Uint64(b))
		}
	case anyFalse:
		return false
	case anyTrue:
		return true
	case anyString:
		return string(r.text())
	case anyBytes:
		return append([]byte{}, r.block()...)
	case anyObject:
		return r.object(depth - 1)
	case anyArray:
		return r.array(depth - 1)
	default:
		r.fail(fmt.Sprintf("value type %d, known are 116 to 127", kind))
	}
	return nil
}

func (r *reader) object(depth int) Object {
	n := r.members(depth, 2) // a key's length and a value's type, at least
	o := make(Object, 0, min(n, 64))
	for i := 0; i < n && r.err == nil; i++ {
		key := string(r.text())
		o = append(o, Member{key, r.any(depth)})
	}
	return o
}

func (r *reader) array(depth int) []any {
	n := r.members(depth, 1)
	a := make([]any, 0, min(n, 64))
	for i := 0; i < n && r.err == nil; i++ {
		a = append(a, r.any(depth))
	}
	return a
}

// members reads how many members of at least size bytes follow, and holds the number against the bytes
// that remain and the depth against what is allowed.
func (r *reader) members(depth, size int) int {
	n := r.uint()
	if depth < 0 {
		r.failLimit("a value nested too deep", defaultDepth)
		return 0
	}
	if n > uint64(r.left()/size) {
		r.fail(fmt.Sprintf("%d members in %d bytes", n, r.left()))
		return 0
	}
	return int(n)
}

// skipAny reads past a value, checking it, without building it.
func (r *reader) skipAny(depth int) {
	switch kind := r.byte(); kind {
	case anyUndefined, anyNull, anyFalse, anyTrue:
	case anyInteger:
		r.int()
	case anyFloat32:
		r.bytes(4)
	case anyFloat64, anyBigInt:
		r.bytes(8)
	case anyString:
		r.text()
	case anyBytes:
		r.block()
	case anyObject:
		for n := r.members(depth-1, 2); n > 0 && r.err == nil; n-- {
			r.text()
			r.skipAny(depth - 1)
		}
	case anyArray:
		for n := r.members(depth-1, 1); n > 0 && r.err == nil; n-- {
			r.skipAny(depth - 1)
		}
	default:
		r.fail(fmt.Sprintf("value type %d, known are 116 to 127", kind))
	}
}

// EncodeAny writes a value as lib0's encoding.writeAny does. Besides what [DecodeAny] returns it takes
// every Go integer and float type, as far as a JavaScript number holds the value, and map[string]any, whose keys it sorts.
func EncodeAny(v any) ([]byte, error) { return appendAny(nil, v, defaultDepth) }

func appendAny(b []byte, v any, depth int) ([]byte, error) {
	if depth < 0 {
		return nil, fmt.Errorf("encode a value: %w: nested deeper than %d", ErrLimit, defaultDepth)
	}
	switch v := v.(type) {
	case Undefined:
		return append(b, anyUndefined), nil
	case nil:
		return append(b, anyNull), nil
	case bool:
		if v {
			return append(b, anyTrue), nil
		}
		return append(b, anyFalse), nil
	case BigInt:
		return binary.BigEndian.AppendUint64(append(b, anyBigInt), uint64(v)), nil
	case string:
		return appendBlock(append(b, anyString), v), nil
	case []byte:
		return appendBlock(append(b, anyBytes), v), nil
	case []any:
		b = appendUint(append(b, anyArray), uint64(len(v)))
		for _, e := range v {
			var err error
			if b, err = appendAny(b, e, depth-1); err != nil {
				return nil, err
			}
		}
		return b, nil
	case Object:
		return appendObject(b, v, depth-1)
	case map[string]any:
		return appendObject(b, sortedObject(v), depth-1)
	}
	n, ok := number(v)
	if !ok {
		return nil, fmt.Errorf("encode a value: %T %v is none that JavaScript has", v, v)
	}
	return appendNumber(b, n), nil
}

func appendObject(b []byte, o Object, depth int) ([]byte, error) {
	b = appendUint(append(b, anyObject), uint64(len(o)))
	for _, m := range o {
		var err error
		if b, err = appendAny(appendBlock(b, m.Key), m.Value, depth); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func sortedObject(m map[string]any) Object {
	o := make(Object, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		o = append(o, Member{key, m[key]})
	}
	return o
}

// number gives any Go number as a JavaScript one; false if there is none that says the same.
func number(v any) (float64, bool) {
	switch r := reflect.ValueOf(v); {
	case !r.IsValid():
		return 0, false
	case r.CanFloat():
		return r.Float(), true
	case r.CanInt():
		n := float64(r.Int())
		return n, math.Abs(n) <= MaxClient
	case r.CanUint():
		n := float64(r.Uint())
		return n, n <= MaxClient
	}
	return 0, false
}

// appendNumber picks the same of lib0's three forms for a Number as lib0 does.
func appendNumber(b []byte, n float64) []byte {
	if n == math.Trunc(n) && math.Abs(n) <= 1<<31-1 {
		return appendInt(append(b, anyInteger), uint64(math.Abs(n)), math.Signbit(n))
	}
	if f := float32(n); float64(f) == n {
		return binary.BigEndian.AppendUint32(append(b, anyFloat32), math.Float32bits(f))
	}
	return binary.BigEndian.AppendUint64(append(b, anyFloat64), math.Float64bits(n))
}

// plainValue makes a decoded value fit for encoding/json, naming what JSON has no word for: see
// [Doc.Plain].
func plainValue(v any) any {
	switch v := v.(type) {
	case Undefined:
		return map[string]any{"$undefined": true}
	case BigInt:
		return map[string]any{"$bigint": strconv.FormatInt(int64(v), 10)}
	case []byte:
		return map[string]any{"$bytes": base64.StdEncoding.EncodeToString(v)}
	case float64:
		return plainNumber(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plainValue(e)
		}
		return out
	case Object:
		out := make(map[string]any, len(v))
		for _, m := range v {
			out[m.Key] = plainValue(m.Value)
		}
		return out
	}
	return v
}

func plainNumber(n float64) any {
	switch {
	case math.IsNaN(n):
		return map[string]any{"$number": "NaN"}
	case math.IsInf(n, 1):
		return map[string]any{"$number": "Infinity"}
	case math.IsInf(n, -1):
		return map[string]any{"$number": "-Infinity"}
	case n == 0 && math.Signbit(n):
		return map[string]any{"$number": "-0"}
	}
	return n
}

// parseJSON reads what Yjs wrote with JSON.stringify.
func parseJSON(b []byte) any {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil // cannot be: checked when it was decoded
	}
	return v
}
