package projections

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Gather answers many who ask for one row each by few queries. While as many queries are under way as
// may be, those who come wait, and the next query fetches what all of them want: the busier it is, the
// less a row costs. Who comes alone waits for nobody. Make it with NewGather.
type Gather[K comparable, V any] struct {
	fetch func(ctx context.Context, keys []K) (map[K]V, error)

	mu      sync.Mutex
	running int
	waiting []*asker[K, V] // in the order in which they came
}

const (
	// gatherQueries is how many queries of a Gather are under way at most. More would gather less.
	gatherQueries = 2
	// gatherMost is how many rows one of them fetches at most.
	gatherMost = 64
	// gatherTimeout bounds a query. It works for several, so it does not end with the one who runs it.
	gatherTimeout = 10 * time.Second
)

// NewGather returns a Gather over a query: fetch returns what there is under the keys, each of which may
// come more than once. Values go to everyone who asked for the key: they must not be changed.
func NewGather[K comparable, V any](fetch func(ctx context.Context, keys []K) (map[K]V, error)) *Gather[K, V] {
	return &Gather[K, V]{fetch: fetch}
}

// asker is somebody who waits.
type asker[K comparable, V any] struct {
	key  K
	turn chan told[V] // of one: telling never blocks
}

// told is what ends the waiting: an answer, or that it is up to the asker now to run the next query.
type told[V any] struct {
	run   bool
	value V
	found bool
	err   error
}

// Get returns what is under the key, by a query that began after Get was called, or false.
func (g *Gather[K, V]) Get(ctx context.Context, key K) (value V, found bool, err error) {
	me := &asker[K, V]{key, make(chan told[V], 1)}
	if g.enter(me) {
		return g.run(ctx, me)
	}
	select {
	case t := <-me.turn:
		if t.run {
			return g.run(ctx, me)
		}
		return t.value, t.found, t.err
	case <-ctx.Done():
		g.leave(me)
		return value, false, ctx.Err()
	}
}

// enter reports whether the asker may run a query at once; else it waits.
func (g *Gather[K, V]) enter(me *asker[K, V]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running < gatherQueries {
		g.running++
		return true
	}
	g.waiting = append(g.waiting, me)
	return false
}

// leave takes an asker out who waits no more. One who was told to run the next query passes that on.
func (g *Gather[K, V]) leave(me *asker[K, V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, me); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
		return
	}
	select {
	case t := <-me.turn:
		if t.run {
			g.next()
		}
	default: // its query is under way
	}
}

// next has the first of those who wait run a query in the place of one that is over. It holds the lock.
func (g *Gather[K, V]) next() {
	if len(g.waiting) == 0 {
		g.running--
		return
	}
	first := g.waiting[0]
	g.waiting = slices.Delete(g.waiting, 0, 1)
	first.turn <- told[V]{run: true}
}

// run fetches what the asker and those behind it want.
func (g *Gather[K, V]) run(ctx context.Context, me *asker[K, V]) (value V, found bool, err error) {
	g.mu.Lock()
	n := min(len(g.waiting), gatherMost-1)
	others := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	g.mu.Unlock()
	keys := make([]K, 0, n+1)
	keys = append(keys, me.key)
	for _, other := range others {
		keys = append(keys, other.key)
	}
	var values map[K]V
	err = errors.New("a query for several callers has broken off") // what others hear when fetch panics
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, other := range others {
			value, found := values[other.key]
			other.turn <- told[V]{value: value, found: found, err: err}
		}
		g.next()
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), gatherTimeout)
	defer cancel()
	values, err = g.fetch(ctx, keys)
	value, found = values[me.key]
	return value, found, err
}
