package engine

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	dialLimit     = 2 * time.Second
	dialPause     = 250 * time.Millisecond
	reconnectWait = 500 * time.Millisecond
	pingInterval  = 10 * time.Second
	pingsMissed   = 2
	drainLimit    = 10 * time.Second
)

// ConnectBroker connects to NATS servers elsewhere; rawURL may list several, separated by commas. It
// tries again until ctx ends, so give ctx a deadline; a refused login and an unreadable URL are final at
// once. Later losses of the connection are mended for ever; while it is away a publish fails at once
// instead of being sent at some later time, when its caller has long been told that it failed. Options of
// the caller win.
func ConnectBroker(ctx context.Context, rawURL string, opts ...nats.Option) (*nats.Conn, error) {
	all := append(append([]nats.Option{nats.Name("gatelog")}, connOptions()...), opts...)
	for {
		conn, err := nats.Connect(rawURL, all...)
		if err == nil {
			return conn, nil
		}
		if unread := (*url.Error)(nil); errors.As(err, &unread) && unread.Op == "parse" {
			// The cause would repeat the text, and with it a password.
			return nil, errors.New("connect to NATS: the URL cannot be read: nats://user:password@host:port, several with commas between them")
		}
		if errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) {
			return nil, fmt.Errorf("connect to NATS at %s: %w", redact(rawURL), err)
		}
		if waitErr := pause(ctx, dialPause); waitErr != nil {
			return nil, fmt.Errorf("connect to NATS at %s: %w (%w)", redact(rawURL), err, waitErr)
		}
	}
}

func connOptions() []nats.Option {
	return []nats.Option{
		nats.Timeout(dialLimit),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectBufSize(-1),
		nats.PingInterval(pingInterval),
		nats.MaxPingsOutstanding(pingsMissed),
		nats.DrainTimeout(drainLimit),
	}
}

// redact takes names and passwords out of a list of server URLs.
func redact(rawURL string) string {
	servers := strings.Split(rawURL, ",")
	for i, s := range servers {
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil {
			servers[i] = "(unreadable URL)"
			continue
		}
		u.User, u.RawQuery = nil, ""
		servers[i] = u.String()
	}
	return strings.Join(servers, ",")
}

// pause waits for d, or returns ctx's error as soon as ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
