package review

// Fault is one thing wrong with what was sent: where, and what. An Error carries a list of them as its Detail.
type Fault struct {
	Location string `json:"location,omitempty"` // a field as the API names it ("body.password"), empty for the whole
	Line     int    `json:"line,omitempty"`     // of a text, from 1
	Column   int    `json:"column,omitempty"`   // in characters, from 1
	Message  string `json:"message"`
}
