package manuscript

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/countersign/countersign/internal/yjs"
)

// An edit that the server makes is a delta against the text that a Manuscript was read from. Those below change nothing
// themselves. Where there is nothing to do the delta is empty. Errors are review's.

// stroke sets one attribute on a range; nil takes it off.
type stroke struct {
	Range
	key   string
	value any
}

// paint gives strokes as a delta. Of strokes on the same text with one key the last counts; what is so already is left out.
func (m *Manuscript) paint(strokes []stroke) yjs.Delta {
	var points []int
	for _, s := range strokes {
		points = append(points, s.From, s.To)
	}
	slices.Sort(points)
	points = slices.Compact(points)
	if len(points) == 0 {
		return nil
	}
	p := painter{strokes: strokes, points: points}
	for i := range strokes {
		p.order = append(p.order, i)
	}
	slices.SortStableFunc(p.order, func(a, b int) int { return cmp.Compare(strokes[a].From, strokes[b].From) })
	for at, s := range m.slices(Range{points[0], points[len(points)-1]}) {
		for end := at + s.length(); at < end; {
			wanted, until := p.at(at)
			n := min(end, until) - at
			p.out.format(at, n, missing(s.raw(), wanted))
			at += n
		}
	}
	return p.out.delta
}

// painter goes over a text from left to right.
type painter struct {
	strokes []stroke
	points  []int          // where strokes begin and end, from where it is on
	order   []int          // strokes that have not begun, by their beginnings
	active  []int          // strokes that have begun, as they were given
	wanted  map[string]any // by the active strokes
	out     deltaOf
}

// at says what the strokes want at a position, and up to where they want the same.
func (p *painter) at(at int) (wanted map[string]any, until int) {
	if p.points[0] > at {
		return p.wanted, p.points[0]
	}
	for len(p.points) > 1 && p.points[0] <= at {
		p.points = p.points[1:]
	}
	p.active = slices.DeleteFunc(p.active, func(n int) bool { return p.strokes[n].To <= at })
	for len(p.order) > 0 && p.strokes[p.order[0]].From <= at {
		p.active, p.order = append(p.active, p.order[0]), p.order[1:]
	}
	slices.Sort(p.active)
	p.wanted = map[string]any{}
	for _, n := range p.active {
		p.wanted[p.strokes[n].key] = p.strokes[n].value
	}
	return p.wanted, p.points[0]
}

// missing is what of the wanted attributes is not so.
func missing(raw, wanted map[string]any) map[string]any {
	out := map[string]any{}
	for key, v := range wanted {
		if !reflect.DeepEqual(raw[key], v) {
			out[key] = v
		}
	}
	return out
}

func (s slice) length() int {
	if s.end != nil {
		return 1
	}
	return s.units
}

func (s slice) raw() map[string]any {
	if s.end != nil {
		return s.end.end
	}
	return s.attributes.raw
}

// deltaOf writes a delta from left to right.
type deltaOf struct {
	delta yjs.Delta
	at    int // in the text as it was
}

func (d *deltaOf) goTo(at int) {
	if at > d.at {
		d.delta = append(d.delta, yjs.Op{Retain: at - d.at})
		d.at = at
	}
}

func (d *deltaOf) format(at, n int, attributes map[string]any) {
	if len(attributes) == 0 {
		return
	}
	last := len(d.delta) - 1
	if at == d.at && last >= 0 && d.delta[last].Retain > 0 && maps.EqualFunc(d.delta[last].Attributes, attributes, equalValues) {
		d.delta[last].Retain += n
	} else {
		d.goTo(at)
		d.delta = append(d.delta, yjs.Op{Retain: n, Attributes: attributes})
	}
	d.at = at + n
}

func equalValues(a, b any) bool { return reflect.DeepEqual(a, b) }
