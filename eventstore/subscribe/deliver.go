package subscribe

import (
	"context"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go/jetstream"
)

// reopenAfter is how long a subscription waits before it looks for its consumer again.
const reopenAfter = 250 * time.Millisecond

// run delivers until ctx ends, or the connection is closed for good. Whenever the broker was away it looks
// for its consumer anew. One that was taken away under it, say by somebody at the broker's console, is made
// again: from the first event on, for at least once is the promise.
func (s *Subscriber) run(ctx context.Context, topic string, messages jetstream.MessagesContext, out chan<- *message.Message) {
	for messages != nil {
		s.deliver(ctx, messages, out)
		giveBack(messages)
		messages = s.reopen(ctx, topic)
	}
}

// reopen tries until there is an iterator again. It returns nil when ctx ends or the connection is closed.
func (s *Subscriber) reopen(ctx context.Context, topic string) jetstream.MessagesContext {
	for told := false; pause(ctx, reopenAfter) && !s.js.Conn().IsClosed(); told = true {
		messages, err := s.open(ctx, topic)
		if err == nil {
			return messages
		}
		if !told && ctx.Err() == nil {
			s.options.Logger.Warn("a subscription is interrupted, going on when the broker is back", "group", s.options.Group, "topic", topic, "error", err)
		}
	}
	return nil
}

// deliver hands events over until ctx ends or the iterator fails, as it does when the broker says nothing
// for two heartbeats.
func (s *Subscriber) deliver(ctx context.Context, messages jetstream.MessagesContext, out chan<- *message.Message) {
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil || !s.one(ctx, msg, out) {
			return
		}
	}
}

// drainTimeout bounds the wait for events that are on their way to a subscription that ends.
const drainTimeout = 200 * time.Millisecond

// giveBack ends an iterator. An event that has reached it unread would otherwise hold up its group until
// the broker misses the word about it.
func giveBack(messages jetstream.MessagesContext) {
	messages.Drain()
	for {
		msg, err := messages.Next(jetstream.NextMaxWait(drainTimeout))
		if err != nil {
			return
		}
		_ = msg.Nak()
	}
}

// one hands one event over and waits until it is settled. It returns false when ctx ended. That a word to
// the broker got lost does no harm: the event comes again.
func (s *Subscriber) one(ctx context.Context, msg jetstream.Msg, out chan<- *message.Message) bool {
	alive := time.NewTicker(s.options.AckWait / 3)
	defer alive.Stop()
	m := convert(msg)
	handling, cancel := context.WithCancel(ctx)
	defer cancel()
	m.SetContext(handling)
	handTo := out
	for {
		select {
		case handTo <- m:
			handTo = nil
		case <-m.Acked():
			_ = msg.Ack()
			return true
		case <-m.Nacked():
			_ = msg.NakWithDelay(s.options.RetryAfter)
			return true
		case <-alive.C:
			_ = msg.InProgress()
		case <-ctx.Done():
			if handTo == nil && settled(m) {
				_ = msg.Ack()
			} else {
				_ = msg.Nak()
			}
			return false
		}
	}
}

// grace is how long a handler that sees its context end may take to do so.
const grace = 500 * time.Millisecond

// settled returns whether an event is acknowledged after all, now that its subscription ends.
func settled(m *message.Message) bool {
	select {
	case <-m.Acked():
		return true
	case <-m.Nacked():
	case <-time.After(grace):
	}
	return false
}

// pause waits for d, or returns false as soon as ctx ends.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
