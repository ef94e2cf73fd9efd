package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxExact is 2^53: below it every whole number is a float64.
const maxExact = 1 << 53

// CanonicalJSON writes v as the JSON Canonicalization Scheme has it (RFC 8785): one form for one value, so that it can be
// hashed. v is anything that encoding/json can write. A whole number that is no float64 is an error, because another
// program would read another number; text that is not UTF-8 is written with U+FFFD, as encoding/json does.
func CanonicalJSON(v any) ([]byte, error) {
	var plain bytes.Buffer
	if err := json.NewEncoder(&plain).Encode(v); err != nil {
		return nil, fmt.Errorf("write canonical JSON: %w", err)
	}
	in := json.NewDecoder(&plain)
	in.UseNumber()
	var read any
	if err := in.Decode(&read); err != nil {
		return nil, fmt.Errorf("write canonical JSON: %w", err)
	}
	return appendCanonical(nil, read)
}

// appendCanonical writes what a json.Decoder with UseNumber reads.
func appendCanonical(out []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case string:
		return appendCanonicalString(out, v), nil
	case json.Number:
		return appendCanonicalNumber(out, v.String())
	case []any:
		return appendCanonicalArray(out, v)
	case map[string]any:
		return appendCanonicalObject(out, v)
	}
	return nil, fmt.Errorf("write canonical JSON: %T is no JSON value", v)
}

func appendCanonicalArray(out []byte, list []any) ([]byte, error) {
	out = append(out, '[')
	for i, v := range list {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendCanonical(out, v); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}

func appendCanonicalObject(out []byte, object map[string]any) ([]byte, error) {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, compareUTF16)
	out = append(out, '{')
	for i, key := range keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendCanonicalString(out, key), ':')
		var err error
		if out, err = appendCanonical(out, object[key]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// compareUTF16 orders strings by their UTF-16 code units, as RFC 8785 section 3.2.3 wants: U+1F600 before U+FB33.
func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// appendCanonicalString writes a string as RFC 8785 section 3.2.2.2 wants: escaped is only what must be, U+2028 is not.
func appendCanonicalString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	out = append(out, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[from:i]...)
		from = i + 1
		if short := strings.IndexByte("\b\t\n\f\r\"\\", c); short >= 0 {
			out = append(out, '\\', `btnfr"\`[short])
		} else {
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	out = append(out, s[from:]...)
	return append(out, '"')
}

// appendCanonicalNumber writes a number as ECMAScript's Number::toString does.
func appendCanonicalNumber(out []byte, literal string) ([]byte, error) {
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return nil, fmt.Errorf("write canonical JSON: number %s: %w", literal, err)
	}
	whole := !strings.ContainsAny(literal, ".eE")
	if whole && math.Abs(f) >= maxExact && strconv.FormatFloat(f, 'f', -1, 64) != literal {
		return nil, fmt.Errorf("write canonical JSON: %s is above 2^53 and would lose digits; write it as a string", literal)
	}
	if f == 0 {
		return append(out, '0'), nil // also for −0
	}
	form := byte('f')
	if a := math.Abs(f); a < 1e-6 || a >= 1e21 {
		form = 'e'
	}
	number := strconv.FormatFloat(f, form, -1, 64)
	if mantissa, digit, ok := strings.Cut(number, "e-0"); ok { // Go writes two digits: 1e-07
		number = mantissa + "e-" + digit
	}
	return append(out, number...), nil
}
