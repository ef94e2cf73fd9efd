package manuscript

import "strconv"

// maxJump is how many numbers may be missing between two findings. A larger step is no jump, it is another numbering.
const maxJump = 5

// numberLines tells findings' headlines from lists, by the numbers that lines begin with. Numbered lines that follow each
// other, blank lines apart, stand or fall together.
func (in *importer) numberLines(lines []textLine) {
	last := 0 // number of the last finding
	afterList := false
	for i := 0; i < len(lines); {
		n, _, ok := numbered(lines[i].text)
		if !ok || lines[i].role == codeLine {
			if _, ok := bullet(lines[i].text); ok && lines[i].role != codeLine && lines[i].level == 0 {
				lines[i].role = bulletLine
			}
			afterList = false
			i++
			continue
		}
		end := consecutive(lines, i)
		why := in.whyList(lines, i, end, last)
		switch {
		case why == "" && afterList:
			why = "it follows another line that begins with a number"
			fallthrough
		case why != "":
			in.messages.looksLikeList(lines[i].first, why)
			setList(lines[i:end], n)
			afterList = true
		default:
			if n != last+1 {
				in.messages.jump(lines[i].first, last, n)
			}
			for k := i; k < end; k++ {
				lines[k].role = findingLine
			}
			last = n + end - i - 1
			in.findings += end - i
		}
		i = end
	}
}

// consecutive is where a run of lines ends whose numbers count up by one.
func consecutive(lines []textLine, i int) int {
	n, _, _ := numbered(lines[i].text)
	for i++; i < len(lines) && lines[i].role != codeLine; i++ {
		next, _, ok := numbered(lines[i].text)
		if n++; !ok || next != n {
			break
		}
	}
	return i
}

// setList makes numbered lines a list. The document's lists count from 1: others keep their numbers as text.
func setList(lines []textLine, n int) {
	role := ownNumber
	if n == 1 && len(lines) > 1 {
		role = listLine
	}
	for i := range lines {
		lines[i].role = role
	}
}

// whyList says why the numbered lines from i to end are no findings' headlines, the last finding having number last; "" if
// they are.
func (in *importer) whyList(lines []textLine, i, end, last int) string {
	for k := i; k < end; k++ {
		if why := whyNoHeading(lines[k].text, in.result.Language); why != "" {
			return why
		}
	}
	n, _, _ := numbered(lines[i].text)
	switch {
	case end == len(lines) && in.listEnd < lines[i].first:
		return "no text follows it"
	case n <= last || n > last+1+maxJump:
		return "its number does not go on from " + strconv.Itoa(last)
	case end-i == 1:
		return ""
	case n != last+1 || !in.runIsFindings(lines, end, n):
		return "another line with a number follows it"
	}
	return ""
}

// runIsFindings says whether several numbered lines in a row, from number n and up to the line at end, are headlines
// without a body rather than a list: whether the numbering goes on after them, and does not begin again.
func (in *importer) runIsFindings(lines []textLine, end, n int) bool {
	before, _, _ := numbered(lines[end-1].text)
	for i := end; i < len(lines); i++ {
		next, _, ok := numbered(lines[i].text)
		if !ok || whyNoHeading(lines[i].text, in.result.Language) != "" {
			continue
		}
		if next == before+1 {
			return true
		}
		if next == n {
			return false
		}
	}
	return n > 1
}
