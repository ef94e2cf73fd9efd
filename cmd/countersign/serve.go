package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/countersign/countersign/frontend"
	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/journal"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/web"
	"github.com/countersign/countersign/internal/workflow"
)

// How long the server waits for whom.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 40 * time.Second // longer than a request may take, so that its refusal gets out
	idleTimeout       = 2 * time.Minute
	drainTimeout      = 8 * time.Second // for requests under way, of the 10 s that shutting down may take
	proxyNotice       = 300 * time.Millisecond
)

type serveCmd struct{}

// Run serves until ctx is done, then shuts down in order: nothing new comes in, what is under way is
// answered, the followers stop, what waits for the audit is written, the database is closed.
func (serveCmd) Run(ctx context.Context, m *Main, line *cli) (err error) {
	if _, _, err := net.SplitHostPort(line.Addr); err != nil {
		return usageError("COUNTERSIGN_ADDR is HOST:PORT, such as 127.0.0.1:8080: " + err.Error())
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", line.Addr)
	if err != nil {
		return review.Errorf(review.Unavailable, "Cannot listen on %s. Name another with --addr or COUNTERSIGN_ADDR.", line.Addr).Because(err)
	}
	defer func() { _ = listener.Close() }() // which serve has done before, if it came to that
	line.Addr = listener.Addr().String()    // the port, if 0 was asked for
	base, err := line.base()
	if err != nil {
		return err
	}
	if at, ok := listener.Addr().(*net.TCPAddr); base.Scheme == "http" && (!ok || !at.IP.IsLoopback()) {
		return usageError(fmt.Sprintf("serving on %s is not for this machine alone, so COUNTERSIGN_URL must be the https address that people use: over %s passwords would travel in the clear", line.Addr, base))
	}
	origins, err := web.ParseOrigins(line.Origins)
	if err != nil {
		return usageError("COUNTERSIGN_ORIGINS: " + err.Error())
	}
	log := line.logger(m.Stderr)
	s, err := line.open(ctx, made)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	hints, closeBus, err := line.openBus(log)
	if err != nil {
		return err
	}
	defer closeBus()
	texts := journal.Open(journal.Config{Store: s, Bus: hints, Now: time.Now, Log: log})
	defer func() { err = errors.Join(err, texts.Close(context.WithoutCancel(ctx))) }()
	flow, err := newWorkflow(s, bus.NewLocal(), log)
	if err != nil {
		return err
	}
	if err := flow.Load(ctx); err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	site, err := web.New(web.Parts{
		Config: web.Config{URL: base, Origins: origins, Version: version}, Workflow: flow, Log: log, Registry: registry,
		Dist: frontend.Dist(), Styles: frontend.Styles(), Ready: s.Ready,
	})
	if err != nil {
		return err
	}
	if err := m.offerSetup(ctx, flow, base.String()); err != nil {
		return err
	}
	return m.serve(ctx, running{log: log, flow: flow, site: site, listener: listener, store: s})
}

// openBus opens the bus between nodes: NATS, or this process alone.
func (line *cli) openBus(log *slog.Logger) (hints bus.Bus, end func(), err error) {
	if line.NATS == "" {
		return bus.NewLocal(), func() {}, nil
	}
	nats, err := bus.DialNATS(line.NATS, log)
	if err != nil {
		return nil, nil, usageError("COUNTERSIGN_NATS is a URL such as nats://127.0.0.1:4222: " + err.Error())
	}
	return nats, nats.Close, nil
}

// offerSetup prints the link that makes the first admin, if there is nobody yet.
func (m *Main) offerSetup(ctx context.Context, flow *workflow.Workflow, base string) error {
	empty, err := flow.NeedsSetup(ctx)
	if err != nil || !empty {
		return err
	}
	secret, until, err := flow.OfferSetup(ctx)
	if err != nil {
		return err
	}
	link := base + "/setup/" + secret
	return m.print(map[string]any{"setup": link, "until": until},
		"Nobody is set up yet. This link makes the first admin and the first desk, once, until "+until.Local().Format("2 January 15:04")+":",
		"", "  "+link, "")
}

// running is a server with what it stands on.
type running struct {
	log      *slog.Logger
	flow     *workflow.Workflow
	site     *web.Server
	listener net.Listener
	store    *store.Store
}

func (m *Main) serve(ctx context.Context, r running) error {
	server := &http.Server{
		Handler: r.site, MaxHeaderBytes: web.HeaderLimit, ErrorLog: slog.NewLogLogger(r.log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
	}
	// What runs beside the requests goes on until they are answered, so it does not end with ctx.
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var followers sync.WaitGroup
	followers.Go(func() { r.flow.Run(beside) })
	failed := make(chan error, 1)
	followers.Go(func() { failed <- server.Serve(r.listener) })
	r.log.InfoContext(ctx, "serving", "address", r.listener.Addr().String(), "version", version, "database", r.store.Dialect())
	if m.Listening != nil {
		m.Listening(r.listener.Addr())
	}
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		err = r.drain(beside, server)
	}
	stop()
	followers.Wait()
	return errors.Join(err, r.flow.FlushAll(context.WithoutCancel(ctx)))
}

// drain stops taking requests and answers those that are under way.
func (r running) drain(ctx context.Context, server *http.Server) error {
	r.log.InfoContext(ctx, "shutting down")
	r.site.Drain() // a proxy that asks now sends its next request elsewhere
	select {
	case <-time.After(proxyNotice):
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		r.log.WarnContext(ctx, "requests were cut off", "error", err)
		return server.Close()
	}
	return nil
}
