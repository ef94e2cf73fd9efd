package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const jsonDepth = 32 // arrays and objects in each other; our own shapes have no more than six

// unmarshalStrictly reads one JSON value and refuses a name that an object has twice (two readers
// could take different ones), depth beyond any of our shapes, text that no database keeps (U+0000), and
// data after the value.
func unmarshalStrictly(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := walk(decoder, 0); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the JSON value")
	}
	return json.Unmarshal(data, into)
}

func walk(decoder *json.Decoder, depth int) error {
	token, err := nextToken(decoder)
	if err != nil {
		return err
	}
	opening, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == jsonDepth {
		return fmt.Errorf("the JSON is nested deeper than %d levels at byte %d", jsonDepth, decoder.InputOffset())
	}
	names := make(map[string]bool)
	for decoder.More() {
		if opening == '{' {
			name, err := nextToken(decoder)
			if err != nil {
				return err
			}
			text, _ := name.(string)
			if names[text] {
				return fmt.Errorf("the name %q stands twice in one object, at byte %d", text, decoder.InputOffset())
			}
			names[text] = true
		}
		if err := walk(decoder, depth+1); err != nil {
			return err
		}
	}
	_, err = nextToken(decoder)
	return err
}

func nextToken(decoder *json.Decoder) (json.Token, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("read JSON at byte %d: %w", decoder.InputOffset(), err)
	}
	if text, ok := token.(string); ok && !clean(text) {
		return nil, fmt.Errorf("the text before byte %d holds U+0000, which nothing here may", decoder.InputOffset())
	}
	return token, nil
}
