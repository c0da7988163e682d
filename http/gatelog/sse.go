package gatelog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/web"
	"github.com/gatelog/gatelog/internal/feed"
)

const mediaEventStream = "text/event-stream"

// Bounds of one live stream: how often it says that it lives, how long a client may take to read what was
// written, how long it lasts before the client must be authorised anew, and how many events are read ahead.
const (
	heartbeatEvery = 15 * time.Second
	writeTimeout   = 15 * time.Second
	streamLife     = 15 * time.Minute
	streamBatch    = 64
)

// live is one live stream.
type live struct {
	*surface
	filter   subscriptions.Filter
	subjects []string
	seen     eventstore.Position // everything up to here was written, or was not wanted
	out      io.Writer
	control  *http.ResponseController
}

// serve writes events until the client goes, the node stops, or the stream has lasted long enough.
func (l *live) serve(c huma.Context) {
	ctx, cancel := context.WithTimeout(web.Connection(c.Context()), streamLife)
	defer cancel()
	c.SetHeader("Content-Type", mediaEventStream)
	c.SetHeader("Cache-Control", "no-store")
	c.SetHeader("X-Accel-Buffering", "no") // nginx would keep events back
	c.SetStatus(http.StatusOK)
	l.out = c.BodyWriter()
	if w, ok := l.out.(http.ResponseWriter); ok {
		l.control = http.NewResponseController(w)
		// The server's bound on reading a request would end the context of this one.
		_ = l.control.SetReadDeadline(time.Time{})
	}
	if err := l.run(ctx); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, errEnded) {
		l.Logger.Info("a live stream has ended", "request_id", web.RequestID(c.Context()), "error", err)
	}
}

// errEnded ends a stream whose time is over.
var errEnded = errors.New("the stream has ended")

func (l *live) run(ctx context.Context) error {
	work, ctx := errgroup.WithContext(ctx)
	batches, after := make(chan []eventstore.Recorded), l.seen
	work.Go(func() error { return l.follow(ctx, after, batches) })
	work.Go(func() error { return l.write(ctx, batches) })
	return work.Wait()
}

// follow reads the log and hands over what comes.
func (l *live) follow(ctx context.Context, after eventstore.Position, to chan<- []eventstore.Recorded) error {
	return l.Log.Follow(ctx, after, streamBatch, func(batch []eventstore.Recorded) error {
		select {
		case to <- batch:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, l.subjects...)
}

// write writes what is handed over, and signs of life. The first one tells the client, and whoever stands
// between, that the stream has begun.
func (l *live) write(ctx context.Context, batches <-chan []eventstore.Recorded) error {
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	for err := l.alive(); ; {
		if err != nil {
			return err
		}
		select {
		case batch := <-batches:
			err = l.events(batch)
		case <-tick.C:
			err = l.alive()
		case <-l.Streams.end:
			return errEnded
		case <-ctx.Done():
			return errEnded
		}
	}
}

// alive writes a comment, and how far the client is: it need not look again through what it did not want.
func (l *live) alive() error {
	return l.flush(fmt.Appendf(nil, ": the stream lives\nid: %d\n\n", l.seen))
}

// events writes those of a batch that are wanted. They have no name, so that browsers give all of them to
// one handler.
func (l *live) events(batch []eventstore.Recorded) error {
	var text []byte
	for _, r := range batch {
		l.seen = r.Position
		if !feed.Wanted(l.filter, r) {
			continue
		}
		event, err := json.Marshal(NewCloudEvent(r))
		if err != nil {
			return err
		}
		text = fmt.Appendf(text, "id: %d\ndata: %s\n\n", r.Position, event)
	}
	if len(text) == 0 {
		return nil
	}
	return l.flush(text)
}

// flush sends text to the client, which must take it in time.
func (l *live) flush(text []byte) error {
	if l.control != nil {
		_ = l.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	}
	if _, err := l.out.Write(text); err != nil || l.control == nil {
		return err
	}
	return l.control.Flush()
}
