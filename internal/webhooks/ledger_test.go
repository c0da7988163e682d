package webhooks

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/eventstore"
)

// Whatever fails, and whenever a node dies: each event arrives or is a dead letter, those of a resource arrive
// in order, and no event is tried after a later one of its resource has arrived, unless it comes again after a
// crash or a redrive.
func TestLedger(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, now: time.Unix(1000, 0), rows: map[eventstore.Position]item{}, arrived: map[eventstore.Position]bool{}, newest: map[string]eventstore.Position{}}
		m.g = newLedger(0)
		t.Repeat(map[string]func(*rapid.T){
			"read":    func(*rapid.T) { m.read() },
			"begin":   func(*rapid.T) { m.begin() },
			"arrive":  func(t *rapid.T) { m.end(func(it *item) { m.arrives(it) }) },
			"fail":    func(t *rapid.T) { m.end(func(it *item) { m.fails(it) }) },
			"refused": func(t *rapid.T) { m.end(func(it *item) { m.g.giveBack(it, m.now) }) },
			"wait":    func(*rapid.T) { m.now = m.now.Add(time.Second) },
			"save":    func(*rapid.T) { m.save() },
			"crash":   func(*rapid.T) { m.crash() },
			"":        func(*rapid.T) { m.check() },
		})
		m.drain()
	})
}

// model is a log, a database and a receiver.
type model struct {
	t       *rapid.T
	now     time.Time
	g       *ledger
	head    eventstore.Position // of the log
	sending []*item

	saved eventstore.Position // in the database
	rows  map[eventstore.Position]item
	dead  []eventstore.Position

	arrived map[eventstore.Position]bool
	newest  map[string]eventstore.Position // of a resource, since the last crash
}

func subject(at eventstore.Position) string { return fmt.Sprintf("evt.a.t.k.%d", at%3) }

func (m *model) message(at eventstore.Position) eventstore.Recorded {
	return eventstore.Recorded{Position: at, Message: eventstore.Message{Subject: subject(at)}}
}

func (m *model) read() {
	m.head = max(m.head, m.g.read+1)
	m.g.add(m.message(m.g.read + 1))
	m.g.read++
}

func (m *model) begin() {
	m.g.wake(m.now)
	it := m.g.take()
	if it == nil {
		return
	}
	for _, other := range m.sending {
		if other.subject == it.subject {
			m.t.Fatalf("%d and %d of one resource are sent at once", other.position, it.position)
		}
	}
	if it.nextAt.After(m.now) {
		m.t.Fatalf("%d is sent %s too early", it.position, it.nextAt.Sub(m.now))
	}
	m.sending = append(m.sending, it)
}

func (m *model) end(how func(it *item)) {
	if len(m.sending) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.sending)-1).Draw(m.t, "which")
	it := m.sending[i]
	m.sending = slices.Delete(m.sending, i, i+1)
	how(it)
}

func (m *model) arrives(it *item) {
	if m.newest[it.subject] > it.position {
		m.t.Fatalf("%d arrives after %d of the same resource", it.position, m.newest[it.subject])
	}
	m.newest[it.subject] = it.position
	m.arrived[it.position] = true
	m.g.delivered(it)
}

func (m *model) fails(it *item) {
	again := m.now.Add(time.Second)
	if it.attempts >= 2 {
		again = time.Time{}
	}
	m.g.failedFor(it, "no", again, m.now)
}

func (m *model) save() {
	u := m.g.unsaved()
	if u.position < m.saved {
		m.t.Fatalf("the position goes back from %d to %d", m.saved, u.position)
	}
	m.saved = u.position
	for _, at := range u.gone {
		delete(m.rows, eventstore.Position(at))
	}
	for _, it := range u.waiting {
		m.rows[it.position] = *it
	}
	for _, it := range u.dead {
		delete(m.rows, it.position)
		m.dead = append(m.dead, it.position)
	}
	m.g.saved(u)
}

// crash forgets all that is not in the database.
func (m *model) crash() {
	m.g, m.sending, m.newest = newLedger(m.saved), nil, map[string]eventstore.Position{}
	for at := range m.head + 1 {
		if row, ok := m.rows[at]; ok {
			row.kept, row.changed = true, false
			m.g.put(&row)
		}
	}
	for m.g.read < m.head {
		m.read()
	}
}

// check holds the counts against what is there.
func (m *model) check() {
	fresh, old := 0, 0
	for _, l := range m.g.lines {
		if len(l.items) == 0 {
			m.t.Fatal("an empty line is left")
		}
		for _, it := range l.items {
			if it.kept {
				old++
			} else {
				fresh++
			}
		}
	}
	if fresh != m.g.fresh || old != m.g.old {
		m.t.Fatalf("%d fresh and %d old items are counted as %d and %d", fresh, old, m.g.fresh, m.g.old)
	}
}

// drain lets everything arrive, and looks whether all has.
func (m *model) drain() {
	for range 10 * (m.head + 10) {
		m.begin()
		if len(m.sending) > 0 {
			it := m.sending[0]
			m.sending = m.sending[1:]
			m.arrives(it)
		}
		m.now = m.now.Add(time.Second)
	}
	m.save()
	if m.saved != m.head && m.head > 0 || len(m.rows) > 0 {
		m.t.Fatalf("all has arrived, but %d of %d is saved and %d wait", m.saved, m.head, len(m.rows))
	}
	for at := eventstore.Position(1); at <= m.head; at++ {
		if !m.arrived[at] && !slices.Contains(m.dead, at) {
			m.t.Fatalf("%d has neither arrived nor is it a dead letter", at)
		}
	}
}

func TestARedrivenEventWaitsForWhatIsBeingSent(t *testing.T) {
	t.Parallel()
	g := newLedger(0)
	for at := eventstore.Position(3); at <= 9; at += 3 { // one resource
		g.add(eventstore.Recorded{Position: at, Message: eventstore.Message{Subject: "s"}})
	}
	first := g.take()
	g.put(&item{position: 1, subject: "s", kept: true})
	g.put(&item{position: 7, subject: "s", kept: true})
	var order []eventstore.Position
	for it := first; it != nil; it = g.take() {
		order = append(order, it.position)
		g.delivered(it)
	}
	if want := []eventstore.Position{3, 1, 6, 7, 9}; !slices.Equal(order, want) {
		t.Errorf("sent in the order %v, want %v", order, want)
	}
}

func TestBackoffGrowsToItsBound(t *testing.T) {
	t.Parallel()
	b := backoff{first: time.Second, most: time.Minute}
	for tries := 1; tries < 80; tries++ {
		ceiling := time.Minute
		if tries <= 6 {
			ceiling = time.Second << (tries - 1)
		}
		seen := map[time.Duration]bool{}
		for range 50 {
			got := b.after(tries)
			if got <= 0 || got > ceiling+time.Millisecond {
				t.Fatalf("after %d tries it waits %s, at most %s", tries, got, ceiling)
			}
			seen[got] = true
		}
		if len(seen) < 40 {
			t.Errorf("after %d tries the waits are not random: %d different ones of 50", tries, len(seen))
		}
	}
}
