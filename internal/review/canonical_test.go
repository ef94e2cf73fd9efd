package review_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/review"
)

// The input and output of RFC 8785, sections 3.2.2 to 3.2.4.
const (
	rfcInput = `{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`
	rfcOutput = `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
		`"string":"€$\u000f\nA'B\"\\\\\"/"}`
	rfcKeys = `{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}`
	rfcKeysSorted = `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis",` +
		`"€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`
)

func TestCanonicalJSONIsThatOfTheRFC(t *testing.T) {
	for _, test := range []struct {
		name, in, want string
	}{
		{"section 3.2.2: literals, strings, numbers", rfcInput, rfcOutput},
		{"section 3.2.3: keys sorted by UTF-16 units", rfcKeys, rfcKeysSorted},
		{"what HTML would want escaped is not", `"<a href='&'>"`, `"<a href='&'>"`},
		{"nor are U+2028 and U+007F", `"\u2028\u007f"`, "\"\u2028\u007f\""},
		{"short escapes", `"\u0008\u0009\u000a\u000c\u000d\u0001"`, `"\b\t\n\f\r\u0001"`},
		{"empty things", `{"b":{},"a":[]}`, `{"a":[],"b":{}}`},
		{"nesting", `[[{"z":[1]}]]`, `[[{"z":[1]}]]`},
	} {
		got, err := review.CanonicalJSON(json.RawMessage(test.in))
		if err != nil || string(got) != test.want {
			t.Errorf("%s:\n%s, %v, want\n%s", test.name, got, err, test.want)
		}
	}
}

// RFC 8785, appendix B.
func TestCanonicalNumbersAreThoseOfTheRFC(t *testing.T) {
	for _, test := range []struct {
		bits uint64
		want string
	}{
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
	} {
		got, err := review.CanonicalJSON(math.Float64frombits(test.bits))
		if err != nil || string(got) != test.want {
			t.Errorf("%016x: %s, %v, want %s", test.bits, got, err, test.want)
		}
	}
}

func TestWhatHasNoCanonicalFormIsRefused(t *testing.T) {
	for name, v := range map[string]any{
		"not a number":                     math.NaN(),
		"infinity":                         math.Inf(1),
		"a whole number that is no double": int64(1<<53 + 1),
		"a function":                       func() {},
	} {
		if got, err := review.CanonicalJSON(v); err == nil {
			t.Errorf("%s is written as %s", name, got)
		}
	}
}

func TestCanonicalJSONOfAStructGoesByItsTags(t *testing.T) {
	got, err := review.CanonicalJSON(struct {
		Z int64   `json:"b"`
		Y *string `json:"a"`
	}{Z: 1 << 53})
	if want := `{"a":null,"b":9007199254740992}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestTextThatIsNotUTF8IsReplaced(t *testing.T) {
	got, err := review.CanonicalJSON("a\xffb")
	if want := "\"a\uFFFDb\""; err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func TestCanonicalJSONReadAgainIsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.MapOf(rapid.String(), rapid.OneOf(
			rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Int32().AsAny(), rapid.Float64().AsAny(),
			rapid.SliceOf(rapid.String()).AsAny(),
		)).Draw(t, "value")
		once, err := review.CanonicalJSON(value)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := review.CanonicalJSON(json.RawMessage(once))
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%s\nbecomes %s, %v", once, twice, err)
		}
		if strings.ContainsAny(string(once), "\n\t\r") {
			t.Fatalf("%q has white space", once)
		}
	})
}
