package guardedhttp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestResponseLimits(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}
		_, _ = io.WriteString(w, "0123456789")
	})
	tests := map[string]struct {
		path      string
		limit, n  int64
		want      int
		truncated bool
	}{
		"whole":                       {"/", 100, 100, 10, false},
		"of just the length read":     {"/", 100, 10, 10, false},
		"of just the client's limit":  {"/", 10, 100, 10, false},
		"longer than is read":         {"/", 100, 9, 9, true},
		"longer than the client's":    {"/", 9, 100, 9, true},
		"nothing wanted":              {"/", 100, 0, 0, true},
		"less than nothing wanted":    {"/", 100, -5, 0, true},
		"without a limit of reading":  {"/", 100, 1<<63 - 1, 10, false},
		"endless":                     {"/endless", 10_000, 1 << 40, 10_000, true},
		"endless, a little is wanted": {"/endless", 1 << 40, 10, 10, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, Options{AllowHosts: local, MaxResponseBytes: tt.limit})
			resp, err := get(t, client, server.URL+tt.path)
			if err != nil {
				t.Fatal(err)
			}
			body, truncated, err := ReadBounded(resp, tt.n)
			if len(body) != tt.want || truncated != tt.truncated || err != nil {
				t.Errorf("ReadBounded = %d bytes, %t, %v, want %d, %t", len(body), truncated, err, tt.want, tt.truncated)
			}
		})
	}
}

// Whoever reads the body without ReadBounded is stopped too, for good.
func TestBodyItselfIsBounded(t *testing.T) {
	t.Parallel()
	server := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "0123456789") })
	resp, err := get(t, newClient(t, Options{AllowHosts: local, MaxResponseBytes: 4}), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if string(body) != "0123" || !errors.Is(err, ErrResponseTooLarge) {
		t.Errorf("ReadAll = %q, %v, want 0123, %v", body, err, ErrResponseTooLarge)
	}
	if n, err := resp.Body.Read(make([]byte, 8)); n != 0 || !errors.Is(err, ErrResponseTooLarge) {
		t.Errorf("one more Read = %d, %v", n, err)
	}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestSlowServersRunIntoTheTimeout(t *testing.T) {
	t.Parallel()
	stall := func(first string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if first != "" {
				_, _ = io.WriteString(w, first)
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done()
		}
	}
	t.Run("before the header", func(t *testing.T) {
		t.Parallel()
		server := newBackend(t, stall(""))
		_, err := get(t, newClient(t, Options{AllowHosts: local, Timeout: 50 * time.Millisecond}), server.URL)
		if !isTimeout(err) {
			t.Errorf("call = %v, want a timeout", err)
		}
	})
	t.Run("in the body", func(t *testing.T) {
		t.Parallel()
		server := newBackend(t, stall("partial"))
		resp, err := get(t, newClient(t, Options{AllowHosts: local, Timeout: 200 * time.Millisecond}), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, truncated, err := ReadBounded(resp, 100)
		if string(body) != "partial" || truncated || !isTimeout(err) {
			t.Errorf("ReadBounded = %q, %t, %v, want what came and a timeout", body, truncated, err)
		}
	})
	t.Run("when the caller's time is over", func(t *testing.T) {
		t.Parallel()
		server := newBackend(t, stall(""))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newClient(t, Options{AllowHosts: local}).Do(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("call = %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

// rawServer answers the first request with what next returns, until it returns nothing or all is lost.
func rawServer(t *testing.T, next func() string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		for text := next(); text != ""; text = next() {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return "http://" + listener.Addr().String()
}

func TestEndlessHeaderFails(t *testing.T) {
	t.Parallel()
	first := true
	address := rawServer(t, func() string {
		if first {
			first = false
			return "HTTP/1.1 200 OK\r\n"
		}
		return "X-More: " + strings.Repeat("a", 1000) + "\r\n"
	})
	resp, err := get(t, newClient(t, Options{AllowHosts: local, MaxHeaderBytes: 8 << 10}), address)
	if err == nil || isTimeout(err) {
		t.Errorf("call = %v, %v, want a refusal of the header", resp, err)
	}
}

func TestBodyThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	parts := []string{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", ""}
	address := rawServer(t, func() string {
		part := parts[0]
		parts = parts[1:]
		return part
	})
	resp, err := get(t, newClient(t, Options{AllowHosts: local}), address)
	if err != nil {
		t.Fatal(err)
	}
	body, truncated, err := ReadBounded(resp, 1000)
	if string(body) != "abc" || truncated || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("ReadBounded = %q, %t, %v, want abc and %v", body, truncated, err, io.ErrUnexpectedEOF)
	}
}
