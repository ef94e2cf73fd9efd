package manuscript

import (
	"regexp"
	"strings"
)

// maxFrontMatter is within how many lines the front matter must end; what is longer begins with a rule.
const maxFrontMatter = 100

var (
	frontKey  = regexp.MustCompile(`^([A-Za-z][\w-]*):(?:\s+(.*))?$`)
	frontItem = regexp.MustCompile(`^\s+-\s+(.*)$|^-\s+(.*)$`)
)

// frontMatter is what a file's front matter says of its title.
type frontMatter struct {
	title string
	line  int
}

// takeFrontMatter takes YAML front matter out of the lines. Of YAML it knows what title, date, author and language are
// written in: one value on a line, plain, in quotes, in a list, or folded below its key. All else is kept as it stands.
func (in *importer) takeFrontMatter() {
	end := in.frontMatterEnd()
	for i := 1; i < end; {
		next := i + 1
		for next < end && (strings.TrimLeft(in.lines[next], " \t-") != in.lines[next] || in.lines[next] == "") {
			next++
		}
		key, value := frontValue(in.lines[i:next])
		switch {
		case value == "":
			key = ""
		case key == "title":
			in.front = frontMatter{value, i + 1}
		case key == "date" || key == "published":
			in.result.Date = value
		case key == "author" || key == "authors" || key == "byline":
			in.result.Author = value
		case key == "lang" || key == "language":
			in.result.Language = value
		default:
			key = ""
		}
		for ; i < next; i++ {
			if in.mark(i+1, i+1, AsFrontMatter, ""); key == "" && in.result.Lines[i].As == AsFrontMatter {
				in.keep(i+1, AsFrontMatter, in.lines[i])
			}
		}
	}
	if end > 0 {
		in.mark(1, 1, AsFrontMatter, "")
		in.mark(end+1, end+1, AsFrontMatter, "")
	}
}

// frontMatterEnd is the index of the line that closes the front matter; 0 if there is none.
func (in *importer) frontMatterEnd() int {
	if strings.TrimRight(in.lines[0], " \t") != "---" {
		return 0
	}
	for i := 1; i < min(len(in.lines), maxFrontMatter); i++ {
		switch line := strings.TrimRight(in.lines[i], " \t"); {
		case line == "---" || line == "...":
			return i
		case line != "" && !frontKey.MatchString(line) && !frontItem.MatchString(line) &&
			line[0] != ' ' && line[0] != '\t' && line[0] != '#':
			return 0
		}
	}
	return 0
}

// frontValue reads a key with its value, which may go on below it.
func frontValue(lines []string) (key, value string) {
	m := frontKey.FindStringSubmatch(strings.TrimRight(lines[0], " \t"))
	if m == nil {
		return "", ""
	}
	key, value = strings.ToLower(m[1]), strings.TrimSpace(m[2])
	var parts []string
	separator := " "
	if value = strings.TrimLeft(value, "|>+-"); value != "" {
		parts = append(parts, value)
	}
	for _, line := range lines[1:] {
		if m := frontItem.FindStringSubmatch(line); m != nil {
			separator = ", "
			line = unquote(m[1] + m[2])
		}
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	value = strings.Join(parts, separator)
	if list, ok := strings.CutPrefix(value, "["); ok && strings.HasSuffix(list, "]") {
		parts = strings.Split(strings.TrimSuffix(list, "]"), ",")
		for i := range parts {
			parts[i] = unquote(strings.TrimSpace(parts[i]))
		}
		value = strings.Join(parts, ", ")
	}
	return key, unquote(value)
}

// unquote takes YAML's quotes off a value, and a comment off one without.
func unquote(value string) string {
	if n := len(value) - 1; n > 0 && value[0] == value[n] {
		switch value[0] {
		case '"':
			return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value[1:n])
		case '\'':
			return strings.ReplaceAll(value[1:n], "''", "'")
		}
	}
	value, _, _ = strings.Cut(value, " #")
	return strings.TrimSpace(value)
}

// isTitle says whether a text is the title that the front matter gives, emphasis apart.
func (f frontMatter) isTitle(text string) bool {
	plain := strings.NewReplacer("*", "", "_", "", "`", "")
	return strings.EqualFold(plain.Replace(text), plain.Replace(f.title))
}

// block is the title as a block.
func (f frontMatter) block() block {
	return block{first: f.line, last: f.line, runs: []run{{text: f.title, line: f.line}}}
}
