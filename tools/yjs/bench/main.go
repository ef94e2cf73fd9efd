// Command bench measures internal/yjs for bench.mjs, which measures Yjs in turn with it. It reads tasks from standard
// input, one JSON object a line, and answers each with one line: milliseconds, or bytes for a task of memory.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/countersign/countersign/internal/yjs"
)

// large takes whole documents as one update, as a server does with what it stored itself.
var large = yjs.Options{Limits: yjs.Limits{Structs: 1 << 22}}

// task names what to measure, on which document, how often in a row.
type task struct {
	Name    string `json:"name"`
	Updates string `json:"updates"` // files, see trace.mjs
	State   string `json:"state"`
	Vector  string `json:"vector"`
	Times   int    `json:"times"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var t task
		err := json.Unmarshal(in.Bytes(), &t)
		if err == nil {
			err = answer(&t)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func answer(t *task) error {
	measure, ok := tasks[t.Name]
	if !ok {
		return fmt.Errorf("no task %q", t.Name)
	}
	in, err := load(t)
	if err != nil {
		return err
	}
	got, err := measure(in)
	if err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	fmt.Println(got)
	return nil
}

type input struct {
	updates [][]byte
	state   []byte
	since   yjs.StateVector
	times   int
}

func load(t *task) (*input, error) {
	in := &input{times: t.Times}
	b, err := os.ReadFile(t.Updates)
	if err != nil {
		return nil, err
	}
	for len(b) > 0 {
		n := binary.BigEndian.Uint32(b)
		in.updates = append(in.updates, b[4:4+n])
		b = b[4+n:]
	}
	if in.state, err = os.ReadFile(t.State); err != nil {
		return nil, err
	}
	vector, err := os.ReadFile(t.Vector)
	if err != nil {
		return nil, err
	}
	in.since, err = yjs.DecodeStateVector(vector)
	return in, err
}

var tasks = map[string]func(*input) (float64, error){
	"apply":          func(in *input) (float64, error) { return in.applyAll(large) },
	"apply reported": func(in *input) (float64, error) { return in.applyAll(yjs.Options{Text: "body", Limits: large.Limits}) },
	"load": func(in *input) (float64, error) {
		return in.timed(func() error { _, err := in.loaded(); return err })
	},
	"encode": func(in *input) (float64, error) {
		d, err := in.loaded()
		if err != nil {
			return 0, err
		}
		return in.timed(func() error { d.Encode(nil); return nil })
	},
	"encode since": func(in *input) (float64, error) {
		d, err := in.loaded()
		if err != nil {
			return 0, err
		}
		return in.timed(func() error { d.Encode(in.since); return nil })
	},
	"diff": func(in *input) (float64, error) {
		return in.timed(func() error { _, err := yjs.Diff(in.state, in.since); return err })
	},
	"memory loaded":  func(in *input) (float64, error) { return in.memory(in.loaded) },
	"memory applied": func(in *input) (float64, error) { return in.memory(in.applied) },
}

func (in *input) applyAll(options yjs.Options) (float64, error) {
	return in.timed(func() error {
		d := yjs.New(options)
		for _, u := range in.updates {
			if _, err := d.Apply(u); err != nil {
				return err
			}
		}
		return nil
	})
}

func (in *input) loaded() (*yjs.Doc, error) {
	d := yjs.New(large)
	_, err := d.Apply(in.state)
	return d, err
}

func (in *input) applied() (*yjs.Doc, error) {
	d := yjs.New(large)
	for _, u := range in.updates {
		if _, err := d.Apply(u); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// timed gives the milliseconds that f takes, as a mean.
func (in *input) timed(f func() error) (float64, error) {
	runtime.GC()
	start := time.Now()
	for range in.times {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Microseconds()) / 1000 / float64(in.times), nil
}

// memory gives the bytes of one document, as a mean of several.
func (in *input) memory(newDoc func() (*yjs.Doc, error)) (float64, error) {
	docs := make([]*yjs.Doc, in.times)
	before := heap()
	for i := range docs {
		var err error
		if docs[i], err = newDoc(); err != nil {
			return 0, err
		}
	}
	used := heap() - before
	runtime.KeepAlive(docs)
	return float64(used) / float64(in.times), nil
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one found in pools goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
