package manuscript

import "strconv"

// resolver names what stands under an id that something before it owns: "~2", "~3" …, but none that stands in the text as
// an id of its own.
type resolver struct {
	stands func(id string) bool // in the text, as it is
	last   map[string]int       // the number given last
}

func newResolver(stands func(id string) bool) *resolver {
	return &resolver{stands, map[string]int{}}
}

func (r *resolver) later(id string) string {
	for n := max(r.last[id], 1) + 1; ; n++ {
		name := id + "~" + strconv.Itoa(n)
		if !r.stands(name) {
			r.last[id] = n
			return name
		}
	}
}
