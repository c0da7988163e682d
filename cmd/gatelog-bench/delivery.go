package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/subscribe"
	"github.com/gatelog/gatelog/internal/node"
)

// arrival is an event at a subscriber.
type arrival struct {
	position eventstore.Position
	at       time.Time
}

// subscriber gets events as they happen.
type subscriber struct {
	name     string
	arrivals <-chan arrival // closed when no more come
	close    func() error
}

// measureDelivery creates APIs over HTTP, one after the other, and looks when the event of each is at the
// client of a live stream, and at a Go reader. What is there before the answer took no time.
func measureDelivery(ctx context.Context, b *bench) (r result, err error) {
	s, err := b.emptyServer(ctx)
	if err != nil {
		return r, err
	}
	group, err := s.newGroup(ctx, s.InstanceID, "delivered_by_bench")
	if err != nil {
		return r, err
	}
	stream, err := s.follow(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, stream.close()) }()
	reader, err := b.reader(ctx, s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, reader.close()) }()
	defer b.profile.during(ctx, s, "delivery")()
	to := []subscriber{stream, reader}
	rounds := make([]deliveries, 0, b.rounds)
	for round := range b.rounds + 1 {
		done, err := b.deliver(ctx, s, group, to)
		if err != nil {
			return r, err
		}
		if round > 0 {
			rounds = append(rounds, done)
		}
	}
	return deliveryResult(to, rounds), nil
}

// deliveries are how long the events of one round took, by subscriber: since the answer, and since the request
// was sent.
type deliveries struct{ sinceAnswer, sinceSent []sample }

// deliveryResult shows the slower one of the subscribers.
func deliveryResult(to []subscriber, rounds []deliveries) result {
	r := result{Unit: "ms"}
	for i, one := range to {
		var answer, sent series
		for _, round := range rounds {
			answer, sent = append(answer, round.sinceAnswer[i]), append(sent, round.sinceSent[i])
		}
		a, s := answer.latency(), sent.latency()
		if r.OursLatency == (latency{}) || a.P99 > r.OursLatency.P99 {
			r.Ours, r.OursLatency = a.P99, a
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%s: p99 %.2f ms after the answer (0: before it), p50 %.2f and p99 %.2f ms after the request was sent",
			one.name, a.P99, s.P50, s.P99))
	}
	return r
}

// deliver does one round.
func (b *bench) deliver(ctx context.Context, s *server, group string, to []subscriber) (deliveries, error) {
	done := deliveries{make([]sample, len(to)), make([]sample, len(to))}
	l, err := dial(ctx, s.addr)
	if err != nil {
		return done, err
	}
	defer l.close()
	for range b.versions {
		request, err := s.request(http.MethodPost, s.path("/apis"), b.newDefinition(group))
		if err != nil {
			return done, err
		}
		sent := time.Now()
		position, err := l.change(request)
		if err != nil {
			return done, err
		}
		answered := time.Now()
		for i, one := range to {
			at, err := one.await(ctx, position)
			if err != nil {
				return done, err
			}
			done.sinceAnswer[i].latencies = append(done.sinceAnswer[i].latencies, max(at.Sub(answered), 0))
			done.sinceSent[i].latencies = append(done.sinceSent[i].latencies, at.Sub(sent))
		}
	}
	return done, nil
}

// change sends a request that changes something, and returns the position of the change.
func (l *link) change(w wire) (eventstore.Position, error) {
	answer, err := l.ask(w)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return 0, err
	}
	at, err := strconv.ParseUint(answer.Header.Get("Gatelog-Position"), 10, 64)
	return eventstore.Position(at), err
}

// deliveredWithin bounds how long an event may be on its way.
const deliveredWithin = 10 * time.Second

// await returns when the event at a position came.
func (s subscriber) await(ctx context.Context, position eventstore.Position) (time.Time, error) {
	limit := time.NewTimer(deliveredWithin)
	defer limit.Stop()
	for {
		select {
		case a, ok := <-s.arrivals:
			if !ok {
				return time.Time{}, fmt.Errorf("%s: it ended before position %d", s.name, position)
			}
			if a.position >= position {
				return a.at, nil
			}
		case <-limit.C:
			return time.Time{}, fmt.Errorf("%s: position %d did not come within %s", s.name, position, deliveredWithin)
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

// arrivalsKept is how many events may wait until they are looked at.
const arrivalsKept = 1024

// follow opens a live stream of the project's events, and returns when it has begun.
func (s *server) follow(ctx context.Context) (subscriber, error) {
	request, err := s.request(http.MethodGet, "/gatelog/v1/projects/"+s.ProjectID+"/events", nil)
	if err != nil {
		return subscriber{}, err
	}
	l, err := dial(ctx, s.addr)
	if err != nil {
		return subscriber{}, err
	}
	answer, err := l.ask(request)
	if err == nil {
		err = l.conn.SetDeadline(time.Time{}) // the figure may take longer than a round
	}
	if err != nil {
		l.close()
		return subscriber{}, err
	}
	begun, arrivals := make(chan struct{}), make(chan arrival, arrivalsKept)
	go func() {
		defer close(arrivals)
		readStream(answer.Body, begun, arrivals)
	}()
	<-begun
	return subscriber{"live stream", arrivals, func() error {
		l.close()
		for range arrivals { // until it has ended
		}
		return nil
	}}, nil
}

// readStream tells when a stream of server-sent events has begun, and when each event comes.
func readStream(body io.Reader, begun chan<- struct{}, arrivals chan<- arrival) {
	lines, last := bufio.NewScanner(body), uint64(0)
	lines.Scan() // the first sign of life
	close(begun)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			last, _ = strconv.ParseUint(id, 10, 64) // what is no position is awaited in vain
		}
		if strings.HasPrefix(lines.Text(), "data: ") {
			arrivals <- arrival{eventstore.Position(last), time.Now()}
		}
	}
}

// reader starts a Go reader of the project's events on the server's broker.
func (b *bench) reader(ctx context.Context, s *server) (one subscriber, err error) {
	e, err := b.attach(ctx, s)
	if err != nil {
		return one, err
	}
	r, messages, err := subscribed(ctx, e, eventstore.Tenant("apig", s.ProjectID))
	if err != nil {
		return one, errors.Join(err, e.Close())
	}
	arrivals := make(chan arrival, arrivalsKept)
	go func() {
		defer close(arrivals)
		readMessages(messages, arrivals)
	}()
	return subscriber{"Go reader", arrivals, func() error {
		err := r.Close()
		for range arrivals { // until it has ended
		}
		return errors.Join(err, e.Close())
	}}, nil
}

// subscribed returns a Go reader of what happens from now on.
func subscribed(ctx context.Context, e *node.Engines, topic string) (*subscribe.Reader, <-chan *message.Message, error) {
	head, err := e.Log.Head(ctx)
	if err != nil {
		return nil, nil, err
	}
	registry, err := newRegistry(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	r, err := subscribe.NewReader(e.Log, registry, subscribe.ReaderOptions{Group: "bench_delivery", After: head})
	if err != nil {
		return nil, nil, err
	}
	messages, err := r.Subscribe(ctx, topic)
	if err != nil {
		return nil, nil, errors.Join(err, r.Close())
	}
	return r, messages, nil
}

func readMessages(messages <-chan *message.Message, arrivals chan<- arrival) {
	for m := range messages {
		at := time.Now()
		position, _ := strconv.ParseUint(m.Metadata.Get(subscribe.MetadataPosition), 10, 64) // as in readStream
		m.Ack()
		arrivals <- arrival{eventstore.Position(position), at}
	}
}
