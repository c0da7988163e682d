package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/internal/node"
)

// clients is how many requests are on their way at once, for both sides of each figure.
const clients = 32

// roundTimeout bounds one round: a server that hangs must not hang the program.
const roundTimeout = 2 * time.Minute

// wire is a request as it goes over the connection. Requests are made and signed before the clock
// starts: on a machine of two processors, what the generator computes is missing to the server.
type wire []byte

// caller makes signed requests to one server.
type caller struct {
	addr string
	node.Credentials
}

// request returns a signed request with a JSON body, or none for a nil body.
func (c caller) request(method, path string, body any) (wire, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequest(method, "http://"+c.addr+path, bytes.NewReader(text)) //nolint:noctx // never sent, only written
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if err := signature.Sign(r, text, c.AccessKey, c.SecretKey, time.Now()); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = r.Write(&b)
	return b.Bytes(), err
}

// call makes one request and reads its answer into out unless that is nil.
func (c caller) call(ctx context.Context, method, path string, in, out any) error {
	w, err := c.request(method, path, in)
	if err != nil {
		return err
	}
	link, err := dial(ctx, c.addr)
	if err != nil {
		return err
	}
	defer link.close()
	var text bytes.Buffer
	if err := link.exchange(w, &text); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text.Bytes(), out)
}

// link is one kept-alive connection.
type link struct {
	conn    net.Conn
	answers *bufio.Reader
}

func dial(ctx context.Context, addr string) (*link, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	l := &link{conn: conn, answers: bufio.NewReaderSize(conn, 32<<10)}
	return l, conn.SetDeadline(time.Now().Add(roundTimeout))
}

func (l *link) close() { _ = l.conn.Close() }

// exchange sends a request and reads the whole answer into body. An answer other than 2xx is an error
// that holds the body.
func (l *link) exchange(w wire, body io.Writer) error {
	answer, err := l.ask(w)
	if err != nil {
		return err
	}
	_, err = io.Copy(body, answer.Body)
	return errors.Join(err, answer.Body.Close())
}

// ask sends a request and returns the answer, whose body is yet to be read.
func (l *link) ask(w wire) (*http.Response, error) {
	if _, err := l.conn.Write(w); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(l.answers, nil)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		text, err := io.ReadAll(answer.Body)
		return nil, errors.Join(fmt.Errorf("answered %s: %s", answer.Status, text), err)
	}
	return answer, nil
}

// drive sends the requests over as many connections at once as there are clients, each as soon as the
// one before it was answered.
func drive(ctx context.Context, addr string, clients int, requests []wire) (sample, error) {
	links := make([]*link, clients)
	for i := range links {
		var err error
		if links[i], err = dial(ctx, addr); err != nil {
			return sample{}, err
		}
		defer links[i].close()
	}
	return together(ctx, clients, len(requests), func(ctx context.Context, worker, i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return links[worker].exchange(requests[i], io.Discard)
	})
}

// together does count operations, as many at once as there are workers, and times each.
func together(ctx context.Context, workers, count int, do func(ctx context.Context, worker, i int) error) (sample, error) {
	s := sample{count: count, latencies: make([]time.Duration, count)}
	var next atomic.Int64
	work, ctx := errgroup.WithContext(ctx)
	began := time.Now()
	for worker := range workers {
		work.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= count {
					return nil
				}
				sent := time.Now()
				if err := do(ctx, worker, i); err != nil {
					return err
				}
				s.latencies[i] = time.Since(sent)
			}
		})
	}
	err := work.Wait()
	s.took = time.Since(began)
	return s, err
}
