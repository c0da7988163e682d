package guardedhttp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var local = []string{"127.0.0.0/8", "::1"}

func TestCallsOfInternalAddressesAreBlocked(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "internal") })
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.0.0.2", "[::1]", "localhost", "[64:ff9b::7f00:1]"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, newClient(t, Options{AllowPrivate: true}), "http://"+host+":"+server.port())
			var blocked *BlockedError
			if !errors.Is(err, ErrBlocked) || !errors.As(err, &blocked) {
				t.Fatalf("call = %v, want %v", err, ErrBlocked)
			}
			if blocked.Host != strings.Trim(host, "[]") || !strings.HasSuffix(blocked.Address, ":"+server.port()) || blocked.Kind == "" {
				t.Errorf("BlockedError = %+v", blocked)
			}
			want := blocked.Host + " is at " + blocked.Address + ", a " + blocked.Kind + " address, which is not allowed to be called"
			if diff := cmp.Diff(want, blocked.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
	t.Cleanup(func() {
		if n := server.connections.Load(); n != 0 {
			t.Errorf("the server saw %d connections", n)
		}
	})
}

func TestNamesAreJudgedByWhatTheyResolveTo(t *testing.T) {
	t.Parallel()
	for name, addresses := range map[string][]string{
		"loopback": {"127.0.0.1"}, "metadata": {"169.254.169.254"}, "private": {"10.0.0.1"},
		"several, all blocked": {"192.168.0.1", "127.0.0.1", "0.0.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, asked := resolver(t, addresses)
			_, err := get(t, newClient(t, Options{Resolver: names}), "http://backend.example/")
			if !errors.Is(err, ErrBlocked) {
				t.Errorf("call = %v, want %v", err, ErrBlocked)
			}
			if asked.Load() == 0 {
				t.Error("the client did not ask the resolver it was given")
			}
		})
	}
}

// The name is public while it is looked at and loopback when it is called.
func TestRebindingIsBlocked(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "internal") })
	names, asked := resolver(t, []string{"93.184.216.34"}, []string{"127.0.0.1"})
	client := newClient(t, Options{Resolver: names})

	before, err := names.LookupHost(t.Context(), "rebind.example")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"93.184.216.34"}, before); diff != "" {
		t.Fatalf("first answer (-want +got):\n%s", diff)
	}
	for range 2 {
		if _, err := get(t, client, "http://rebind.example:"+server.port()); !errors.Is(err, ErrBlocked) {
			t.Errorf("call = %v, want %v", err, ErrBlocked)
		}
	}
	if asked.Load() < 3 || server.connections.Load() != 0 {
		t.Errorf("asked %d times, %d connections", asked.Load(), server.connections.Load())
	}
}

func TestAllowedNameReachesLoopback(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })
	names, _ := resolver(t, []string{"127.0.0.1"})
	client := newClient(t, Options{Resolver: names, AllowHosts: []string{"backend.example"}})
	resp, err := get(t, client, "http://Backend.Example:"+server.port())
	if err != nil {
		t.Fatal(err)
	}
	body, truncated, err := ReadBounded(resp, 100)
	if string(body) != "Backend.Example:"+server.port() || truncated || err != nil {
		t.Errorf("body = %q, %t, %v", body, truncated, err)
	}
	if _, err := get(t, client, "http://other.example:"+server.port()); !errors.Is(err, ErrBlocked) {
		t.Errorf("call of another name at the same address = %v, want %v", err, ErrBlocked)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	target := newBackend(t, func(http.ResponseWriter, *http.Request) {})
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := newBackend(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target.URL, status) })
		resp, err := get(t, newClient(t, Options{AllowHosts: local}), server.URL)
		if err != nil || resp.StatusCode != status || resp.Header.Get("Location") != target.URL {
			t.Errorf("call = %v, %v, want status %d", resp, err, status)
		}
	}
	if n := target.connections.Load(); n != 0 {
		t.Errorf("the redirect's target saw %d connections", n)
	}
}

func TestEveryCallHasItsOwnConnection(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"}) })
	client := newClient(t, Options{AllowHosts: local})
	for range 3 {
		resp, err := get(t, client, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadBounded(resp, 10); err != nil {
			t.Fatal(err)
		}
	}
	if n := server.connections.Load(); n != 3 || client.Jar != nil {
		t.Errorf("3 calls made %d connections, cookies kept: %t", n, client.Jar != nil)
	}
}

func TestCompressedBodiesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "accepts "+r.Header.Get("Accept-Encoding"))
	})
	resp, err := get(t, newClient(t, Options{AllowHosts: local}), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if body, _, err := ReadBounded(resp, 100); string(body) != "accepts " || err != nil {
		t.Errorf("body = %q, %v", body, err)
	}
}

func TestNoProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	transport := newClient(t, Options{}).Transport.(*bounded).next.(*http.Transport)
	if transport.Proxy != nil {
		t.Error("the client would use a proxy")
	}
}

func TestOnlyHTTP(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/", "unix:///tmp/x"} {
		if resp, err := get(t, newClient(t, Options{AllowHosts: local}), address); err == nil {
			t.Errorf("call of %s = %v", address, resp)
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	newServer := func(t *testing.T, maxVersion uint16) (*httptest.Server, *x509.CertPool) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: maxVersion}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		roots := x509.NewCertPool()
		roots.AddCert(server.Certificate())
		return server, roots
	}
	t.Run("1.2 with a trusted certificate", func(t *testing.T) {
		t.Parallel()
		server, roots := newServer(t, tls.VersionTLS12)
		if _, err := get(t, newClient(t, Options{AllowHosts: local, RootCAs: roots}), server.URL); err != nil {
			t.Errorf("call = %v", err)
		}
	})
	t.Run("1.1", func(t *testing.T) {
		t.Parallel()
		server, roots := newServer(t, tls.VersionTLS11)
		var alert *net.OpError
		if _, err := get(t, newClient(t, Options{AllowHosts: local, RootCAs: roots}), server.URL); err == nil {
			t.Error("an old TLS version was used")
		} else if !errors.As(err, &alert) || alert.Op != "remote error" {
			t.Errorf("call = %v, want a TLS alert", err)
		}
	})
	t.Run("an unknown certificate", func(t *testing.T) {
		t.Parallel()
		server, _ := newServer(t, tls.VersionTLS13)
		var unknown x509.UnknownAuthorityError
		if _, err := get(t, newClient(t, Options{AllowHosts: local}), server.URL); !errors.As(err, &unknown) {
			t.Errorf("call = %v, want %T", err, unknown)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"a host that is none": {AllowHosts: []string{"http://a"}}, "a negative timeout": {Timeout: -1},
		"a long timeout": {Timeout: MaxTimeout + 1}, "a negative body": {MaxResponseBytes: -1}, "a negative header": {MaxHeaderBytes: -1},
	} {
		if client, err := New(o); err == nil || client != nil {
			t.Errorf("%s: New = %v, %v", name, client, err)
		}
	}
}

// Errors of the network are errors of the network.
func TestRefusedConnectionIsNotBlocked(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	_, err := get(t, newClient(t, Options{AllowHosts: local}), server.URL)
	var failed *url.Error
	if !errors.As(err, &failed) || errors.Is(err, ErrBlocked) || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("call = %v", err)
	}
}
