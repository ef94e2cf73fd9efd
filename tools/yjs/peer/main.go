// Command peer holds documents of internal/yjs for the test tools beside it, which compare them with real Yjs.
// It reads frames from standard input and answers each with one frame: 4 bytes of big-endian length, then a JSON
// list, of requests or of as many replies. Byte strings are base64.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	if err := serve(bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)); !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve ends with an error, which is io.EOF when there are no more frames.
func serve(in *bufio.Reader, out *bufio.Writer) error {
	p := peer{docs: docs{}}
	for {
		frame, err := readFrame(in)
		if err != nil {
			return err
		}
		var requests []request
		if err := json.Unmarshal(frame, &requests); err != nil {
			return fmt.Errorf("read requests: %w", err)
		}
		replies := make([]any, len(requests))
		for i := range requests {
			replies[i] = p.answer(&requests[i])
		}
		if err := writeFrame(out, replies); err != nil {
			return err
		}
	}
}

func readFrame(in *bufio.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.BigEndian.Uint32(size[:]))
	_, err := io.ReadFull(in, frame)
	return frame, err
}

func writeFrame(out *bufio.Writer, replies []any) error {
	frame, err := json.Marshal(replies)
	if err != nil {
		return fmt.Errorf("write replies: %w", err)
	}
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(frame)))
	if _, err := out.Write(size[:]); err != nil {
		return err
	}
	if _, err := out.Write(frame); err != nil {
		return err
	}
	return out.Flush()
}

type failure struct {
	Error string `json:"error,omitempty"`
	Panic string `json:"panic,omitempty"`
}

// answer turns an error or a panic into a reply, so that the fuzzer can name the round it came from.
func (p *peer) answer(r *request) (reply any) {
	defer func() {
		if caught := recover(); caught != nil {
			reply = failure{Panic: fmt.Sprintf("%v\n%s", caught, debug.Stack())}
		}
	}()
	handle, known := handlers[r.Op]
	if !known {
		return failure{Error: "unknown op " + r.Op}
	}
	reply, err := handle(p, r)
	if err != nil {
		return failure{Error: err.Error()}
	}
	return reply
}
