package review

// An id is a UUID version 7 in its usual 36 characters, lower case: ids made later sort later. store makes them; a finding's,
// claim's or citation's id may also come from a browser.

const idLength = 36

// ValidID says whether id has the form of a UUID in lower case, of whatever version.
func ValidID(id string) bool {
	if len(id) != idLength {
		return false
	}
	for i := range idLength {
		c := id[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
