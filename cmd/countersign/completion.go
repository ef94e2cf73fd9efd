package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script made from the commands and flags themselves.
func (c completionCmd) Run(m *Main, parser *kong.Kong) error {
	words := wordsAfter(parser.Model.Node, "")
	paths := make([]string, 0, len(words))
	for path := range words {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	script := map[string]func([]string, map[string][]string) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := fmt.Fprint(m.Stdout, strings.ReplaceAll(script(paths, words), valueFlags, strings.Join(flagsWithValue(parser.Model.Node), "|")))
	return err
}

const valueFlags = "VALUE_FLAGS" // in a script, where the flags stand that a value follows

func flagsWithValue(node *kong.Node) []string {
	var names []string
	for _, flags := range node.AllFlags(true) {
		for _, flag := range flags {
			if !flag.IsBool() {
				names = append(names, "--"+flag.Name)
			}
		}
	}
	for _, child := range node.Children {
		names = append(names, flagsWithValue(child)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wordsAfter lists, for each command, what may follow it: commands and flags.
func wordsAfter(node *kong.Node, path string) map[string][]string {
	words := map[string][]string{path: {"--help"}}
	for _, flags := range node.AllFlags(true) {
		for _, flag := range flags {
			words[path] = append(words[path], "--"+flag.Name)
		}
	}
	for _, child := range node.Children {
		words[path] = append(words[path], child.Name)
		for below, more := range wordsAfter(child, strings.TrimSpace(path+" "+child.Name)) {
			words[below] = more
		}
	}
	slices.Sort(words[path])
	words[path] = slices.Compact(words[path])
	return words
}

func bashCompletion(paths []string, words map[string][]string) string {
	var cases strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&cases, "\t%q) COMPREPLY=($(compgen -W %q -- \"$word\")) ;;\n", path, strings.Join(words[path], " "))
	}
	// A value is neither a command nor what may follow one, and is completed as the shell does, by files. bash hands out
	// --flag=value as three words.
	return `_countersign() {
	local word=${COMP_WORDS[COMP_CWORD]} path="" part value="" commands="|` + strings.Join(paths, "|") + `|"
	for part in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [[ $part == "=" ]]; then value=1; continue; fi
		if [[ $value ]]; then value=""; continue; fi
		case $part in
		` + valueFlags + `) value=1; continue ;;
		-*) continue ;;
		esac
		part="${path:+$path }$part"
		[[ $commands != *"|$part|"* ]] || path=$part
	done
	COMPREPLY=()
	if [[ $value || $word == "=" ]]; then return; fi
	case "$path" in
` + cases.String() + "\t*) COMPREPLY=() ;;\n\tesac\n}\ncomplete -o default -F _countersign countersign\n"
}

func zshCompletion(paths []string, words map[string][]string) string {
	return "#compdef countersign\nautoload -U +X bashcompinit && bashcompinit\n" + bashCompletion(paths, words)
}

func fishCompletion(paths []string, words map[string][]string) string {
	var lines strings.Builder
	lines.WriteString("complete -c countersign -f\n")
	for _, path := range paths {
		seen := ""
		for part := range strings.FieldsSeq(path) {
			seen += "__fish_seen_subcommand_from " + part + "; and "
		}
		if path == "" {
			seen = "__fish_use_subcommand; and "
		}
		fmt.Fprintf(&lines, "complete -c countersign -n %q -a %q\n", strings.TrimSuffix(seen, "; and "), strings.Join(words[path], " "))
	}
	return lines.String()
}
