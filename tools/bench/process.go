package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
)

// server is the built binary, serving.
type server struct {
	base, setup string
	cmd         *exec.Cmd
	ready       time.Duration // from the start of the process
}

func (b *bench) serve(ctx context.Context, dsn string) (*server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "")
	if err != nil {
		return nil, err
	}
	s := &server{base: "http://" + address}
	out, err := os.Create(filepath.Join(dir, "out")) // a file, because a pipe would be read later
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	s.cmd = exec.CommandContext(ctx, b.binary, "serve", "--addr", address, "--database", dsn, "--data", dir)
	s.cmd.Stdout, s.cmd.Stderr = out, io.Discard
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(begun) < 30*time.Second {
		if status, _, err := s.call(ctx, http.MethodGet, "/readyz", "", ""); err == nil && status == http.StatusOK {
			s.ready = time.Since(begun)
			printed, err := os.ReadFile(out.Name())
			s.setup = regexp.MustCompile(`/setup/(\S+)`).FindString(string(printed))
			return s, err
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.New("the server does not get ready")
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// call sends a request and returns status and cookie.
func (s *server) call(ctx context.Context, method, path, body, cookie string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0, "", err
	}
	set, _, _ := strings.Cut(response.Header.Get("Set-Cookie"), ";")
	return response.StatusCode, set, nil
}

// resident is the process's resident memory in MiB.
func (s *server) resident() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0, errors.New("no VmRSS in /proc")
	}
	kib, err := strconv.ParseFloat(string(found[1]), 64)
	return kib / 1024, err
}

// process measures start to ready and the memory of a server that does nothing.
func (b *bench) process(ctx context.Context) error {
	return b.databases(ctx, func(kind, dsn string) error {
		var again []time.Duration
		for i := range 6 {
			s, err := b.serve(ctx, dsn)
			if err != nil {
				return err
			}
			if i == 0 {
				row("start to ready on an empty database, with migrations", kind, s.ready, 2*time.Second, true, "")
			} else {
				again = append(again, s.ready)
			}
			if i == 5 {
				time.Sleep(5 * time.Second)
				resident, err := s.resident()
				if err != nil {
					return err
				}
				row("resident memory, idle for 5 s", kind, resident, 64, true, "MiB")
			}
			if err := s.stop(); err != nil {
				return err
			}
		}
		row("start to ready again, median of 5", kind, percentile(again, .5), time.Second, true, "")
		return nil
	})
}

const password = "lantern gravel oboe fjord"

func credentials(i int) string {
	return fmt.Sprintf(`{"email":"m%d@example.org","password":%q}`, i, password)
}

// addMembers adds people by the command line, while the server runs.
func (b *bench) addMembers(ctx context.Context, dsn string, n int) error {
	for i := range n {
		add := exec.CommandContext(ctx, b.binary, "member", "add", fmt.Sprintf("m%d@example.org", i), "--name", fmt.Sprintf("Member %d", i),
			"--desk", "desk", "--role", "writer", "--password-stdin", "--database", dsn, "--data", b.dir)
		add.Stdin = strings.NewReader(password + "\n")
		if output, err := add.CombinedOutput(); err != nil {
			return fmt.Errorf("member add: %w: %s", err, output)
		}
	}
	return nil
}

// login measures sign-ins, and what they do to everybody else.
func (b *bench) login(ctx context.Context) error {
	return b.databases(ctx, func(kind, dsn string) error {
		s, err := b.serve(ctx, dsn)
		if err != nil {
			return err
		}
		defer func() { _ = s.stop() }()
		setup := `{"secret":"` + strings.TrimPrefix(s.setup, "/setup/") + `","name":"Sana","email":"sana@example.org","password":"` + password + `","desk":"Desk"}`
		status, cookie, err := s.call(ctx, http.MethodPost, "/api/v1/setup", setup, "")
		if err != nil || status != http.StatusCreated {
			return fmt.Errorf("set up: %d, %w", status, err)
		}
		if err := b.addMembers(ctx, dsn, 16); err != nil {
			return err
		}
		alone, err := s.others(ctx, cookie)
		if err != nil {
			return err
		}
		row("GET /me, nobody signing in: p50", kind, percentile(alone, .5), 20*time.Millisecond, true, "")
		for _, parallel := range []int{1, 16} {
			one := hash()
			rate, others, err := s.flood(ctx, cookie, parallel)
			if err != nil {
				return err
			}
			row(fmt.Sprintf("sign-ins, %d at a time: %.3g a second; share of the time that is hashing (%s each, one at a time on two cores)", parallel, rate, show(one, "")), kind,
				rate*one.Seconds(), .4, false, "")
			row(fmt.Sprintf("GET /me meanwhile, times its p50 alone (%s p50, %s p99)", show(percentile(others, .5), ""), show(percentile(others, .99), "")), kind,
				float64(percentile(others, .5))/float64(percentile(alone, .5)), 5, true, "×")
		}
		return nil
	})
}

// hash is how long one password hash takes here and now, the median of nine.
func hash() time.Duration {
	times := make([]time.Duration, 9)
	for i := range times {
		begun := time.Now()
		argon2.IDKey([]byte(password), make([]byte, 16), 2, 19*1024, 1, 32)
		times[i] = time.Since(begun)
	}
	return percentile(times, .5)
}

func (s *server) others(ctx context.Context, cookie string) ([]time.Duration, error) {
	return timed(400, func(int) error {
		status, _, err := s.call(ctx, http.MethodGet, "/api/v1/me", "", cookie)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("GET /me: %d", status)
		}
		return err
	})
}

// flood signs in, parallel at a time for five seconds, while another member reads.
func (s *server) flood(ctx context.Context, cookie string, parallel int) (rate float64, others []time.Duration, err error) {
	var signing sync.WaitGroup
	var mu sync.Mutex // protects done and failed
	done, begun := 0, time.Now()
	var failed error
	for i := range parallel { // an account each: one account is paused after five tries at once
		signing.Go(func() {
			for time.Since(begun) < 5*time.Second {
				status, _, err := s.call(ctx, http.MethodPost, "/api/v1/session", credentials(i), "")
				mu.Lock()
				done++
				if err != nil || status != http.StatusCreated {
					failed = fmt.Errorf("sign in: %d, %w", status, err)
				}
				mu.Unlock()
			}
		})
	}
	others, err = s.others(ctx, cookie)
	signing.Wait()
	return float64(done) / time.Since(begun).Seconds(), others, errors.Join(err, failed)
}
