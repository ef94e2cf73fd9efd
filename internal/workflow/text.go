package workflow

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

func joinWords[T ~string](words []T) string {
	text := make([]string, len(words))
	for i, word := range words {
		text[i] = string(word)
	}
	return strings.Join(text, " ")
}

func number(n int) string { return strconv.Itoa(n) }

// cut shortens text to at most n bytes, at the end of a character, and leaves out what is not UTF-8.
func cut(text string, n int) string {
	text = strings.ToValidUTF8(text, "")
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
