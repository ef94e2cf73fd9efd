package main

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/web"
)

// compose is what the test reads of docker-compose.yml.
type compose struct {
	Services map[string]struct {
		Image       string            `yaml:"image"`
		Build       string            `yaml:"build"`
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
		Expose      []string          `yaml:"expose"`
		Ports       []string          `yaml:"ports"`
		Volumes     []string          `yaml:"volumes"`
		StopGrace   string            `yaml:"stop_grace_period"`
		ReadOnly    bool              `yaml:"read_only"`
	} `yaml:"services"`
	Volumes map[string]any `yaml:"volumes"`
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func parser(t *testing.T) *kong.Kong {
	t.Helper()
	p, err := kong.New(&cli{}, kong.Vars{"version": "test"}, kong.Exit(func(int) { t.Error("the parser ended") }))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// variables are those that the binary reads.
func variables(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, flag := range parser(t).Model.Flags {
		names = append(names, flag.Envs...)
	}
	slices.Sort(names)
	return names
}

// expand fills in ${NAME}, ${NAME:-default} and ${NAME:?message} as compose does.
func expand(text string, values map[string]string) string {
	return regexp.MustCompile(`\$\{(\w+)(:[-?]([^}]*))?\}`).ReplaceAllStringFunc(text, func(found string) string {
		parts := regexp.MustCompile(`\$\{(\w+)(?::([-?])([^}]*))?\}`).FindStringSubmatch(found)
		if value, ok := values[parts[1]]; ok {
			return value
		}
		if parts[2] == "-" {
			return parts[3]
		}
		return found
	})
}

func TestTheComposeFileFitsTheBinary(t *testing.T) {
	var file compose
	if err := yaml.Unmarshal([]byte(read(t, "docker-compose.yml")), &file); err != nil {
		t.Fatal(err)
	}
	known := variables(t)
	values := map[string]string{"COUNTERSIGN_HOST": "review.example.org", "POSTGRES_PASSWORD": "p4ss"}
	proxy, postgres := file.Services["proxy"], file.Services["postgres"]
	caddy := read(t, "deploy/Caddyfile")
	nodes := 0
	for name, service := range file.Services {
		if service.Build == "" {
			if service.Image == "" || strings.HasSuffix(service.Image, ":latest") || !strings.Contains(service.Image, ":") {
				t.Errorf("%s: the image %q names no version", name, service.Image)
			}
			continue
		}
		nodes++
		if _, err := parser(t).Parse(service.Command); err != nil {
			t.Errorf("%s: the binary does not understand %v: %v", name, service.Command, err)
		}
		for variable := range service.Environment {
			if !slices.Contains(known, variable) {
				t.Errorf("%s: the binary does not read %s", name, variable)
			}
		}
		env := func(variable string) string { return expand(service.Environment[variable], values) }
		_, port, err := net.SplitHostPort(env("COUNTERSIGN_ADDR"))
		if err != nil || !slices.Contains(service.Expose, port) || !strings.Contains(caddy, name+":"+port) {
			t.Errorf("%s: it listens on %s, exposes %v, and the proxy must pass to %s:%s", name, env("COUNTERSIGN_ADDR"), service.Expose, name, port)
		}
		if base, err := web.ParseURL(env("COUNTERSIGN_URL")); err != nil || base.Host != values["COUNTERSIGN_HOST"] {
			t.Errorf("%s: COUNTERSIGN_URL: %v, %v", name, base, err)
		}
		dsn, err := url.Parse(env("COUNTERSIGN_DATABASE"))
		password, _ := dsn.User.Password()
		if err != nil || !store.IsPostgres(dsn.String()) || dsn.Hostname() != "postgres" || dsn.User.Username() != postgres.Environment["POSTGRES_USER"] ||
			strings.TrimPrefix(dsn.Path, "/") != postgres.Environment["POSTGRES_DB"] || password != expand(postgres.Environment["POSTGRES_PASSWORD"], values) {
			t.Errorf("%s: COUNTERSIGN_DATABASE does not lead to the service postgres: %v", name, err)
		}
		if nats, err := url.Parse(env("COUNTERSIGN_NATS")); err != nil || nats.Scheme != "nats" || !slices.Contains(file.Services[nats.Hostname()].Expose, nats.Port()) {
			t.Errorf("%s: COUNTERSIGN_NATS %q leads to no service: %v", name, env("COUNTERSIGN_NATS"), err)
		}
		if len(service.Volumes) != 1 || !strings.HasSuffix(service.Volumes[0], ":"+env("COUNTERSIGN_DATA")) {
			t.Errorf("%s: the volumes %v do not hold COUNTERSIGN_DATA %s", name, service.Volumes, env("COUNTERSIGN_DATA"))
		}
		if grace, err := time.ParseDuration(service.StopGrace); err != nil || grace <= drainTimeout+proxyNotice {
			t.Errorf("%s: stop_grace_period %q cuts a drain of %v off", name, service.StopGrace, drainTimeout+proxyNotice)
		}
		if !service.ReadOnly {
			t.Errorf("%s: its file system can be written", name)
		}
	}
	if nodes != 2 {
		t.Errorf("there are %d nodes, want 2", nodes)
	}
	if expand(proxy.Environment["COUNTERSIGN_HOST"], values) != values["COUNTERSIGN_HOST"] || !strings.Contains(caddy, "{$COUNTERSIGN_HOST") {
		t.Error("the proxy does not serve the name that the nodes are given")
	}
	if !slices.Contains(proxy.Ports, "443:443") || !strings.Contains(caddy, "health_uri /readyz") {
		t.Error("the proxy does not take https, or does not ask which node is ready")
	}
}

func TestTheDockerfileFitsTheBinary(t *testing.T) {
	text := read(t, "Dockerfile")
	known := variables(t)
	set := map[string]string{}
	for _, found := range regexp.MustCompile(`(COUNTERSIGN_\w+)=(\S+)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, found[1]) {
			t.Errorf("the binary does not read %s", found[1])
		}
		set[found[1]] = found[2]
	}
	_, port, err := net.SplitHostPort(set["COUNTERSIGN_ADDR"])
	if err != nil || !strings.Contains(text, "EXPOSE "+port+"\n") {
		t.Errorf("it listens on %q and exposes another port", set["COUNTERSIGN_ADDR"])
	}
	if !strings.Contains(text, "VOLUME "+set["COUNTERSIGN_DATA"]+"\n") {
		t.Errorf("COUNTERSIGN_DATA %q is no volume", set["COUNTERSIGN_DATA"])
	}
	for _, part := range []string{"CGO_ENABLED=0", "USER 65532:65532", "-X main.version="} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %s", part)
		}
	}
	command := regexp.MustCompile(`(?m)^CMD \["(\w+)"\]$`).FindStringSubmatch(text)
	if command == nil {
		t.Fatal("it has no CMD")
	}
	if _, err := parser(t).Parse(command[1:]); err != nil {
		t.Errorf("the binary does not understand %v: %v", command[1:], err)
	}
	module := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if !strings.Contains(text, "FROM golang:"+module[1]+" ") {
		t.Errorf("it builds with another Go than go.mod's %s", module[1])
	}
}

// TestTheManualListsTheVariables holds docs/operations.md to the binary.
func TestTheManualListsTheVariables(t *testing.T) {
	var told []string
	for _, found := range regexp.MustCompile("(?m)^\\| `(COUNTERSIGN_\\w+)`").FindAllStringSubmatch(read(t, "docs/operations.md"), -1) {
		told = append(told, found[1])
	}
	slices.Sort(told)
	if !slices.Equal(told, variables(t)) {
		t.Errorf("docs/operations.md lists\n%v\nthe binary reads\n%v", told, variables(t))
	}
	manual := read(t, "docs/operations.md")
	var walk func(node *kong.Node)
	walk = func(node *kong.Node) {
		if node.Leaf() && !strings.Contains(manual, "`countersign "+strings.TrimPrefix(node.Path(), "countersign ")) {
			t.Errorf("docs/operations.md does not tell of countersign %s", node.Path())
		}
		for _, child := range node.Children {
			walk(child)
		}
	}
	walk(parser(t).Model.Node)
}
