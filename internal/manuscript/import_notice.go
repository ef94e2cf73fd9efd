package manuscript

import "fmt"

// The messages about what a report's text cannot hold.

func (m *messages) schemeDropped(line int, address string) {
	m.add("W140", line, fmt.Sprintf("The link to %q was dropped, its text is kept.", short(address)),
		"Links begin with http, https or mailto. Set the full address in the editor.")
}

func (m *messages) table(line int) {
	m.add("W150", line, "A table became lines of text.", "Look whether it still says the same.")
}

func (m *messages) image(line int, address string) {
	m.add("W151", line, fmt.Sprintf("The image %q was left out; its description is kept as text.", short(address)),
		"If the image is evidence, add it under Sources.")
}

func (m *messages) html(line int) {
	m.add("W152", line, "HTML tags were left out; the text between them is kept.", "Look whether it still says the same.")
}

func (m *messages) tooManyMarks(line int) {
	m.add("W153", line, "A paragraph has so many brackets or marks that it was read without links and emphasis.",
		"Set them in the editor, or split the paragraph and import again.")
}

func (m *messages) controls(line int) {
	m.add("W154", line, "Control characters were left out.", "Look whether the line is as it should be.")
}
