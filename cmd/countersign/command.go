package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/countersign/countersign/internal/review"
)

// Exit codes. They are part of the interface: scripts rely on them.
const (
	exitOK          = 0
	exitFault       = 1 // something went wrong that is not the caller's doing
	exitUsage       = 2 // the command line does not make sense
	exitRefused     = 3 // what was asked for is not allowed or not valid
	exitMissing     = 4 // what was named does not exist
	exitConflict    = 5 // it clashes with what exists, or changed meanwhile
	exitUnavailable = 6 // the database or the address cannot be had now
	exitTampered    = 7 // audit verify found something
)

var exitOf = map[review.Code]int{
	review.Invalid: exitRefused, review.Unauthenticated: exitRefused, review.StepUp: exitRefused, review.Forbidden: exitRefused,
	review.NotFound: exitMissing, review.Conflict: exitConflict, review.Stale: exitConflict, review.Unprocessable: exitRefused,
	review.TooLarge: exitRefused, review.TooMany: exitUnavailable, review.Unavailable: exitUnavailable, review.Unsupported: exitRefused,
}

const description = `Countersign is a review server for newsrooms: every claim of a report is checked against its evidence and countersigned by someone who did not write it.

Exit codes: 0 done · 1 a fault · 2 the command line does not make sense · 3 refused or not valid · 4 no such thing · 5 a conflict, or it changed meanwhile · 6 the database or an address cannot be had now · 7 the audit log was tampered with.`

// cli is the command line. Flags override the environment.
type cli struct {
	Database string `env:"COUNTERSIGN_DATABASE" placeholder:"URL|PATH" help:"A postgres:// URL, or the path of an SQLite file. Default: countersign.db in the data directory."`
	Data     string `env:"COUNTERSIGN_DATA" default:"./data" placeholder:"DIR" help:"The data directory: database, signing key. Default: ${default}."`
	URL      string `env:"COUNTERSIGN_URL" placeholder:"URL" help:"The public base, such as https://review.example.org. Default: http:// and the address, if that is loopback."`
	Addr     string `env:"COUNTERSIGN_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where serve listens. Default: ${default}."`
	NATS     string `name:"nats" env:"COUNTERSIGN_NATS" placeholder:"URL" help:"A nats:// URL, where several nodes serve one database. Empty: one node."`
	Log      string `env:"COUNTERSIGN_LOG" default:"text" enum:"text,json" placeholder:"text|json" help:"Form of the log, which goes to standard error. Default: ${default}."`
	Origins  string `env:"COUNTERSIGN_ORIGINS" placeholder:"ORIGIN,..." help:"Further exact origins that browsers may come from."`
	JSON     bool   `name:"json" help:"Answer in JSON."`

	Serve      serveCmd         `cmd:"" help:"Run the server. On an empty database it prints the link that makes the first admin."`
	Migrate    migrateCmd       `cmd:"" help:"Bring the database's schema up or down, or show where it stands."`
	Member     memberCmd        `cmd:"" help:"Members and their roles."`
	Token      tokenCmd         `cmd:"" help:"API tokens."`
	Audit      auditCmd         `cmd:"" help:"The log of authority."`
	Backup     backupCmd        `cmd:"" help:"Write everything to one file, while the server runs, and prove that it can be restored."`
	Restore    restoreCmd       `cmd:"" help:"Bring a backup back into an empty database."`
	Completion completionCmd    `cmd:"" help:"Print shell completion: source <(countersign completion bash)."`
	Version    kong.VersionFlag `help:"Print the version."`
}

// Main is one run of the command. Tests make their own.
type Main struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Listening      func(net.Addr) // told once serve accepts connections; may be nil
	json           bool
}

// Run parses the command line, does what it says and returns the exit code. It prints errors itself.
func (m *Main) Run(ctx context.Context) int {
	var line cli
	exited := -1
	parser, err := kong.New(&line, kong.Name("countersign"), kong.Description(description), kong.Writers(m.Stdout, m.Stderr),
		kong.Vars{"version": version}, kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { exited = code }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(m, &line))
	if err != nil {
		fmt.Fprintln(m.Stderr, "countersign:", err)
		return exitFault
	}
	parsed, err := parser.Parse(m.Args)
	if exited >= 0 { // --help or --version
		return exited
	}
	if err != nil {
		m.json = line.JSON || slices.Contains(m.Args, "--json") // an error may come before the flag
		code := m.fail(usageError(err.Error()))
		if !m.json {
			fmt.Fprintln(m.Stderr, "Try: countersign --help")
		}
		return code
	}
	m.json = line.JSON
	if err := parsed.Run(parser); err != nil {
		return m.fail(err)
	}
	return exitOK
}

// fail tells an error and returns its exit code.
func (m *Main) fail(err error) int {
	code := exitFault
	var usage usageError
	var ours *review.Error
	switch {
	case errors.As(err, &usage):
		code = exitUsage
	case errors.As(err, &ours):
		code = exitOf[ours.Code]
	}
	if errors.Is(err, errTampered) {
		code = exitTampered
	}
	if m.json {
		_ = json.NewEncoder(m.Stderr).Encode(map[string]any{"error": err.Error(), "exit": code})
		return code
	}
	fmt.Fprintln(m.Stderr, "countersign:", err)
	if ours != nil {
		if faults, ok := ours.Detail.([]review.Fault); ok {
			for _, fault := range faults {
				fmt.Fprintf(m.Stderr, "  line %d: %s\n", fault.Line, fault.Message)
			}
		}
	}
	return code
}

// usageError is a command line that does not make sense.
type usageError string

func (u usageError) Error() string { return string(u) }

// print answers: the value as JSON, or its lines for people.
func (m *Main) print(value any, lines ...string) error {
	if m.json {
		encoder := json.NewEncoder(m.Stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(value)
	}
	_, err := fmt.Fprintln(m.Stdout, strings.Join(lines, "\n"))
	return err
}
