package review

// Page asks for a stretch of a list. The zero value asks for the first one.
type Page struct {
	After string // the cursor that the stretch before gave; opaque
	Limit int    // rows, at most MaxPage; 0 means DefaultPage
}

// Sizes of a Page.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// Size returns how many rows p asks for.
func (p Page) Size() int {
	if p.Limit <= 0 {
		return DefaultPage
	}
	return min(p.Limit, MaxPage)
}
