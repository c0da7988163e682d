// Package guardedhttp calls addresses that users give (backends of APIs in a debug call, webhooks)
// without lending them the server's place in the network: by default only public addresses are
// reached, whatever a name resolves to, and no answer can hold the server up or fill its memory.
package guardedhttp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"time"
)

// Defaults and limits of Options.
const (
	DefaultTimeout  = 10 * time.Second
	MaxTimeout      = 5 * time.Minute
	DefaultResponse = 2 << 20  // bytes
	DefaultHeader   = 64 << 10 // bytes
)

// ErrResponseTooLarge is what reading a response's body returns after Options.MaxResponseBytes.
var ErrResponseTooLarge = errors.New("response is longer than allowed")

// Options say what a client may reach and how much it takes. The zero value is the safest.
type Options struct {
	// AllowPrivate also allows private networks: 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7.
	// Loopback, link-local, multicast and metadata addresses stay blocked. Default false.
	AllowPrivate bool
	// AllowHosts are exceptions. An IP address or CIDR allows exactly these addresses, of whatever
	// kind. A host name allows this name to be at private or loopback addresses. Default none.
	AllowHosts []string
	// Timeout is for a whole call, from resolving the name to the last byte of the body: at most
	// MaxTimeout. Default DefaultTimeout.
	Timeout time.Duration
	// MaxResponseBytes is how much of a body can be read. Default DefaultResponse.
	MaxResponseBytes int64
	// MaxHeaderBytes is how long the response's header may be; a longer one fails the call. Default
	// DefaultHeader.
	MaxHeaderBytes int64
	// RootCAs are trusted for https. Default: the system's.
	RootCAs *x509.CertPool
	// Resolver resolves names. Default net.DefaultResolver.
	Resolver *net.Resolver
}

// New returns a client that calls only what the options allow; a call of anything else fails with a
// *BlockedError before a packet is sent. It follows no redirects (the 3xx is the response), uses no
// proxy, keeps no cookies and no connections, and does not unpack compressed bodies. https means TLS
// 1.2 or later with a valid certificate. The error says which option is wrong.
func New(o Options) (*http.Client, error) {
	p, err := newPolicy(o.AllowPrivate, o.AllowHosts)
	if err != nil {
		return nil, err
	}
	if o.Timeout < 0 || o.Timeout > MaxTimeout || o.MaxResponseBytes < 0 || o.MaxHeaderBytes < 0 {
		return nil, fmt.Errorf("timeout must be 0 to %s, limits must not be negative", MaxTimeout)
	}
	timeout := orDefault(o.Timeout, DefaultTimeout)
	d := &dialer{policy: p, resolver: o.Resolver, timeout: timeout}
	transport := &http.Transport{
		Proxy:                  nil, // the environment's proxy would resolve and connect in our place
		DialContext:            d.dial,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: orDefault(o.MaxHeaderBytes, DefaultHeader),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    timeout,
		ExpectContinueTimeout:  time.Second,
	}
	return &http.Client{
		Transport:     &bounded{next: transport, limit: orDefault(o.MaxResponseBytes, DefaultResponse)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       timeout,
	}, nil
}

func orDefault[T ~int64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// bounded cuts the bodies of all responses off.
type bounded struct {
	next  http.RoundTripper
	limit int64
}

// RoundTrip implements http.RoundTripper.
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: b.limit}
	return resp, nil
}

type boundedBody struct {
	io.ReadCloser
	left int64 // bytes that may still be read; negative: there was more
}

// Read implements io.Reader. It looks one byte ahead, so that a body of just the limit is whole.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrResponseTooLarge
	}
	if int64(len(p)) > b.left && b.left < math.MaxInt64 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) <= b.left {
		b.left -= int64(n)
		return n, err
	}
	n, b.left = int(b.left), -1
	return n, ErrResponseTooLarge
}

// ReadBounded reads at most n bytes of the response's body (n below 0 counts as 0) and closes it.
// truncated says that the body was longer, than n or than the client's MaxResponseBytes. When the
// body breaks off or the time is over, it returns what came until then, and the error.
func ReadBounded(resp *http.Response, n int64) (body []byte, truncated bool, err error) {
	defer resp.Body.Close()
	n = min(max(n, 0), math.MaxInt64-1)
	body, err = io.ReadAll(io.LimitReader(resp.Body, n+1))
	if int64(len(body)) > n {
		return body[:n], true, nil
	}
	if errors.Is(err, ErrResponseTooLarge) {
		return body, true, nil
	}
	if err != nil {
		return body, false, fmt.Errorf("read response: %w", err)
	}
	return body, false, nil
}
