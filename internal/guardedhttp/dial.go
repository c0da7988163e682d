package guardedhttp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// ErrBlocked is what every BlockedError is, for errors.Is.
var ErrBlocked = errors.New("address is not allowed")

// BlockedError says which address was not called, and why. The address may be one of an internal
// network that the user should not learn about: show users the host only.
type BlockedError struct {
	// Host is the name or address as it was asked for.
	Host string
	// Address is what it resolved to, with the port.
	Address string
	// Kind is the kind of address, e.g. "loopback".
	Kind string
}

// Error names host, address and kind.
func (e *BlockedError) Error() string {
	return fmt.Sprintf("%s is at %s, a %s address, which is not allowed to be called", e.Host, e.Address, e.Kind)
}

// Is makes every BlockedError an ErrBlocked.
func (e *BlockedError) Is(target error) bool { return target == ErrBlocked }

// dialer connects to what its policy allows.
type dialer struct {
	policy   *policy
	resolver *net.Resolver
	timeout  time.Duration
}

// dial resolves the host and connects. The policy is asked in Control, with the very address that the
// socket is about to connect to: what a name resolved to at any other time does not count, so a name
// that changes between a check and the call gains nothing.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	connect := net.Dialer{
		Timeout: d.timeout, KeepAlive: -1, Resolver: d.resolver,
		Control: func(_, address string, _ syscall.RawConn) error { return d.policy.check(host, address) },
	}
	return connect.DialContext(ctx, network, address)
}

// check returns a *BlockedError unless the address, an IP and a port, may be called for the host.
func (p *policy) check(host, address string) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return &BlockedError{Host: host, Address: address, Kind: "unknown"}
	}
	if kind := p.blocks(host, addr.Addr()); kind != "" {
		return &BlockedError{Host: host, Address: address, Kind: kind}
	}
	return nil
}
