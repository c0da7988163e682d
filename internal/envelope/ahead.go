package envelope

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gatelog/gatelog/eventstore"
)

// BatchMessages is how many messages a batch of Ahead has that nobody wants smaller.
const BatchMessages = 256

// batchBytes closes a batch of few but large messages: those that wait have to fit in memory.
const batchBytes = 2 << 20

// Ahead reads the messages of the filters after a position, up to and including upTo, like Log.Read
// does, in batches of at most so many. open makes of a batch what take wants, for several batches at
// once and ahead of take, so it must be a pure function of them; take gets the results one by one, in
// the order of the log. Ahead returns the first error of either, or of the log, when both have ended.
func Ahead[T any](ctx context.Context, log eventstore.Log, after, upTo eventstore.Position, most int,
	open func([]eventstore.Recorded) (T, error), take func(T) error, filters ...string,
) error {
	a := &ahead[T]{most: most, open: open, opening: make(chan *opened[T], 2*runtime.GOMAXPROCS(0))}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(a.opening)
		err := log.Read(ctx, after, upTo, func(r eventstore.Recorded) error { return a.add(ctx, r) }, filters...)
		if err != nil {
			return err
		}
		return a.flush(ctx)
	})
	group.Go(func() error {
		for o := range a.opening {
			<-o.done
			if o.err != nil {
				return o.err
			}
			if err := take(o.result); err != nil {
				return err
			}
		}
		return nil
	})
	err := group.Wait()
	a.openers.Wait()
	return err
}

// ahead gathers messages to batches and has them opened. opening holds those that take has not had, in
// order; its capacity bounds how many are opened at once.
type ahead[T any] struct {
	most    int
	open    func([]eventstore.Recorded) (T, error)
	batch   []eventstore.Recorded
	bytes   int
	opening chan *opened[T]
	openers sync.WaitGroup
}

// opened is what open made of a batch, once done is closed.
type opened[T any] struct {
	done   chan struct{}
	result T
	err    error
}

func (a *ahead[T]) add(ctx context.Context, r eventstore.Recorded) error {
	a.batch = append(a.batch, r)
	a.bytes += len(r.Data)
	if len(a.batch) < a.most && a.bytes < batchBytes {
		return nil
	}
	return a.flush(ctx)
}

func (a *ahead[T]) flush(ctx context.Context) error {
	if len(a.batch) == 0 {
		return nil
	}
	o, batch := &opened[T]{done: make(chan struct{})}, a.batch
	a.batch, a.bytes = nil, 0
	select {
	case a.opening <- o:
	case <-ctx.Done():
		return ctx.Err()
	}
	a.openers.Go(func() {
		defer close(o.done)
		o.result, o.err = a.open(batch)
	})
	return nil
}
