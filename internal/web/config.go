package web

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Config is where the server is reached.
type Config struct {
	URL     *url.URL // the public base, from ParseURL
	Origins []string // further exact origins, from ParseOrigins
	Version string   // of the binary, for the API's description
}

// ParseURL reads the public base URL. An http one must be loopback: over anything else, passwords
// and sessions would travel in the clear.
func ParseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not a URL: %w", text, err)
	}
	switch {
	case base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "":
		return nil, fmt.Errorf("%q is no base URL; it looks like https://review.example.org", text)
	case strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.Fragment != "" || base.User != nil:
		return nil, fmt.Errorf("%q has more than scheme, host and port; leave the rest out", text)
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		return nil, fmt.Errorf("%q is http on a name that is not loopback: passwords would travel in the clear; use https, with a proxy in front", text)
	}
	return &url.URL{Scheme: base.Scheme, Host: strings.ToLower(base.Host)}, nil
}

// ParseOrigins reads a list of exact origins, divided by commas or white space.
func ParseOrigins(text string) ([]string, error) {
	var origins []string
	for _, item := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
		base, err := ParseURL(item)
		if err != nil {
			return nil, err
		}
		origins = append(origins, base.String())
	}
	return origins, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// secure says whether people reach the server by https: decided by the configured URL, never by a
// header that somebody forwarded.
func (c Config) secure() bool { return c.URL.Scheme == "https" }

// cookieName is __Host-cs behind https. A browser does not keep cookies of different ports apart,
// so on loopback the port is part of the name, and two servers on one machine keep their sessions.
func (c Config) cookieName() string {
	if c.secure() {
		return "__Host-cs"
	}
	port := c.URL.Port()
	if port == "" {
		port = "80"
	}
	return "cs_" + port
}

// origins are those that a browser's request may come from: the public URL, the configured ones,
// and, on loopback, its three spellings.
func (c Config) origins() []string {
	origins := append([]string{c.URL.String()}, c.Origins...)
	if isLoopback(c.URL.Hostname()) {
		for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
			same := url.URL{Scheme: c.URL.Scheme, Host: host}
			if port := c.URL.Port(); port != "" {
				same.Host = net.JoinHostPort(strings.Trim(host, "[]"), port)
			}
			origins = append(origins, same.String())
		}
	}
	slices.Sort(origins)
	return slices.Compact(origins)
}
