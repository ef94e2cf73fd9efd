package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	actorKey
	addressKey
	patternKey
)

// requestID is what the log, the answer's X-Request-Id and a problem's instance share.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// clientAddress is who the request came from, for throttling and the audit.
func clientAddress(ctx context.Context) string {
	address, _ := ctx.Value(addressKey).(string)
	return address
}

// addressOf tells the client's address. X-Forwarded-For is believed only where a proxy must stand:
// the server speaks plain HTTP, so an https base URL means one, and only from a peer on a loopback
// or private address; then its last entry is what that proxy itself saw. Whatever a client wrote
// there before is never looked at.
func addressOf(r *http.Request, behindProxy bool) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		return host
	}
	ip := peer.Addr().Unmap()
	if !behindProxy || (!ip.IsLoopback() && !ip.IsPrivate()) {
		return ip.String()
	}
	forwarded := r.Header.Values("X-Forwarded-For")
	if len(forwarded) == 0 {
		return ip.String()
	}
	entries := strings.Split(forwarded[len(forwarded)-1], ",")
	last, err := netip.ParseAddr(strings.TrimSpace(entries[len(entries)-1]))
	if err != nil {
		return ip.String()
	}
	return last.Unmap().String()
}
