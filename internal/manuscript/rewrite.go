package manuscript

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/internal/yjs"
)

// rewriter carries a change out on blocks. Blocks that it leaves alone it passes on as they are.
type rewriter struct {
	old   []*textBlock // still to come; the first may have been begun
	begun bool
	rest  []textSpan // of the first of old, if it was begun: what is still to come, the next one last
	out   []*textBlock
	spans []textSpan // of the block that is being put together
}

// rewrite gives the blocks of a text after a change of it. There is always a block.
func rewrite(old []*textBlock, change yjs.Delta) ([]*textBlock, error) {
	r := rewriter{old: old, out: make([]*textBlock, 0, len(old)+1)}
	for i, o := range change {
		var err error
		switch {
		case o.Embed != nil:
			r.spans = append(r.spans, spanOfEmbed(o.Embed, readAttributes(withoutNulls(o.Attributes))))
		case o.Insert != "":
			r.insert(o.Insert, withoutNulls(o.Attributes))
		case o.Retain > 0:
			err = r.keep(o.Retain, o.Attributes)
		case o.Delete > 0:
			err = r.drop(o.Delete)
		}
		if err != nil {
			return nil, fmt.Errorf("operation %d: %w", i+1, err)
		}
	}
	return r.finish(), nil
}

func withoutNulls(raw map[string]any) map[string]any {
	for _, v := range raw {
		if v == nil {
			return changed(raw, nil)
		}
	}
	return raw
}

func (r *rewriter) insert(text string, raw map[string]any) {
	a := readAttributes(raw)
	for {
		line, rest, ended := strings.Cut(text, "\n")
		if line != "" {
			r.spans = append(r.spans, spanOfText(line, a))
		}
		if !ended {
			return
		}
		r.endBlock(raw)
		text = rest
	}
}

func (r *rewriter) keep(n int, change map[string]any) error {
	for n > 0 {
		if len(change) == 0 && r.keepBlock(&n) {
			continue
		}
		s, end, err := r.next(n)
		switch {
		case err != nil:
			return err
		case end != nil:
			r.endBlock(changed(end.end, change))
			n--
		default:
			s.attributes = s.attributes.with(change)
			r.spans = append(r.spans, s)
			n -= s.units
		}
	}
	return nil
}

// keepBlock passes a whole block on, if that is what is to be kept.
func (r *rewriter) keepBlock(n *int) bool {
	if r.begun || len(r.spans) > 0 || len(r.old) == 0 || !r.old[0].ended || r.old[0].length() > *n {
		return false
	}
	r.out = append(r.out, r.old[0])
	*n -= r.old[0].length()
	r.old = r.old[1:]
	return true
}

func (r *rewriter) drop(n int) error {
	for n > 0 {
		s, end, err := r.next(n)
		switch {
		case err != nil:
			return err
		case end != nil:
			n--
		default:
			n -= s.units
		}
	}
	return nil
}

// next takes at most n units of a span from what is still to come, or the end of a block.
func (r *rewriter) next(n int) (s textSpan, end *textBlock, err error) {
	if len(r.old) == 0 {
		return textSpan{}, nil, fmt.Errorf("the text ends %d units before it", n)
	}
	r.begin()
	if len(r.rest) == 0 {
		b := r.old[0]
		if !b.ended {
			return textSpan{}, nil, fmt.Errorf("the text ends %d units before it", n)
		}
		r.old, r.begun = r.old[1:], false
		return textSpan{}, b, nil
	}
	last := len(r.rest) - 1
	s, half, right := r.rest[last].split(n)
	r.rest = r.rest[:last]
	for _, later := range [...]textSpan{right, half} {
		if later.units > 0 {
			r.rest = append(r.rest, later)
		}
	}
	return s, nil, nil
}

func (r *rewriter) begin() {
	if r.begun {
		return
	}
	r.begun, r.rest = true, r.rest[:0]
	spans := r.old[0].spans
	for i := len(spans) - 1; i >= 0; i-- {
		r.rest = append(r.rest, spans[i])
	}
}

func (r *rewriter) endBlock(end map[string]any) {
	r.out = append(r.out, readBlock(r.spans, end, true))
	r.spans = r.spans[:0]
}

// finish keeps what is still to come.
func (r *rewriter) finish() []*textBlock {
	if len(r.old) > 0 && (r.begun || len(r.spans) > 0) {
		r.begin()
		for i := len(r.rest) - 1; i >= 0; i-- {
			r.spans = append(r.spans, r.rest[i])
		}
		if b := r.old[0]; b.ended {
			r.endBlock(b.end)
		}
		r.old = r.old[1:]
	}
	r.out = append(r.out, r.old...)
	if len(r.spans) > 0 {
		r.out = append(r.out, readBlock(r.spans, nil, false))
	}
	if n := len(r.out); n > 1 && !r.out[n-1].ended && r.out[n-1].units == 0 {
		r.out = r.out[:n-1]
	}
	if len(r.out) == 0 {
		r.out = append(r.out, readBlock(nil, nil, false))
	}
	return r.out
}
