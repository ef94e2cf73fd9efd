package manuscript

import "github.com/countersign/countersign/internal/review"

// start is what a block's "\n" says of a part that begins with it.
type start struct {
	kind      PartKind // "": none begins
	finding   string   // the id as it stands
	attention []Attention
}

func (s *start) section() bool { return s.kind == Summary || s.kind == Notes }

// readStart reads a block's finding and section. A value without meaning begins nothing.
func readStart(end map[string]any, heading bool) start {
	finding, section := end["finding"], end["section"]
	var s start
	id, isID := finding.(string)
	name, _ := section.(string)
	switch {
	case isID && id != "":
		s.kind, s.finding = Finding, id
		if !review.ValidID(id) {
			s.attention = append(s.attention, MalformedID)
		}
		if isSet(section) {
			s.attention = append(s.attention, TwoStarts)
		}
	case name == string(Summary) || name == string(Notes):
		s.kind = PartKind(name)
	}
	if s.kind != "" && !heading {
		s.attention = append(s.attention, NoHeading)
	}
	unread := s.kind != Finding && (isSet(finding) || s.kind == "" && isSet(section))
	if unread {
		s.attention = append(s.attention, UnreadStart)
	}
	return s
}
