package webhooks

import (
	"slices"
	"time"

	"github.com/gatelog/gatelog/eventstore"
)

// item is an event that is to be delivered.
type item struct {
	position  eventstore.Position
	subject   string
	id, kind  string               // of the event
	event     *eventstore.Recorded // nil after a try that failed: it is read again
	attempts  int
	nextAt    time.Time // when it may be tried; zero at once
	lastError string
	kept      bool // the database has a row for it
	changed   bool // since that row was written
}

// line is the events about one resource, in order: the first is tried until it is settled.
type line struct {
	items []*item
	busy  bool // its first item is being sent
}

// failing reports whether the first of a line was tried in vain.
func (l *line) failing() bool { return len(l.items) > 0 && l.items[0].attempts > 0 }

// ledger knows what is to be delivered and what was, since it was last saved. It is pure, and for one
// goroutine at a time.
type ledger struct {
	lines   map[string]*line
	ready   []*line             // not busy, with a first item that is due
	resting map[*line]bool      // not busy, with a first item that is due later
	dead    []*item             // since the last save
	gone    []int64             // positions of kept items that were delivered since the last save
	read    eventstore.Position // everything up to here was read
	sent    int                 // events delivered since the last save
	failed  int                 // tries that failed since the last save
	fresh   int                 // items that are not kept
	old     int                 // items that are kept
}

func newLedger(after eventstore.Position) *ledger {
	return &ledger{lines: map[string]*line{}, resting: map[*line]bool{}, read: after}
}

// add takes an event that was read from the log, behind all others.
func (g *ledger) add(r eventstore.Recorded) {
	g.put(&item{position: r.Position, subject: r.Subject, id: r.ID, kind: r.Type, event: &r})
}

// put takes an item: behind those of its line that are older, and never before one that is being sent.
func (g *ledger) put(it *item) {
	if it.kept {
		g.old++
	} else {
		g.fresh++
	}
	l := g.lines[it.subject]
	if l == nil {
		l = &line{}
		g.lines[it.subject] = l
	}
	at := len(l.items)
	for at > 0 && l.items[at-1].position > it.position && (at > 1 || !l.busy) {
		at--
	}
	l.items = slices.Insert(l.items, at, it)
	if at == 0 && !l.busy {
		g.drop(l)
		g.queue(l)
	}
}

// drop takes a line out of those that wait for their turn.
func (g *ledger) drop(l *line) {
	delete(g.resting, l)
	g.ready = slices.DeleteFunc(g.ready, func(other *line) bool { return other == l })
}

// queue lets a line that is not busy wait for its turn.
func (g *ledger) queue(l *line) {
	if l.items[0].nextAt.IsZero() {
		g.ready = append(g.ready, l)
	} else {
		g.resting[l] = true
	}
}

// wake readies the lines that are due, and returns when the next one is; zero for none.
func (g *ledger) wake(now time.Time) (next time.Time) {
	for l := range g.resting {
		due := l.items[0].nextAt
		if !due.After(now) {
			delete(g.resting, l)
			g.ready = append(g.ready, l)
		} else if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return next
}

// take returns the next item to send, nil for none. settle it.
func (g *ledger) take() *item {
	if len(g.ready) == 0 {
		return nil
	}
	l := g.ready[0]
	g.ready = g.ready[1:]
	l.busy = true
	return l.items[0]
}

// delivered settles an item that has arrived.
func (g *ledger) delivered(it *item) {
	g.sent++
	if it.kept {
		g.gone = append(g.gone, int64(it.position))
	}
	g.remove(it)
}

// failedFor settles an item that has not arrived: it is tried again at a time, or is dead when that is zero.
func (g *ledger) failedFor(it *item, why string, again time.Time, now time.Time) {
	g.failed++
	it.attempts++
	it.lastError, it.changed, it.event = why, true, nil
	if again.IsZero() {
		it.nextAt = now
		g.dead = append(g.dead, it)
		g.remove(it)
		return
	}
	it.nextAt = again
	l := g.lines[it.subject]
	l.busy = false
	g.queue(l)
}

// giveBack settles an item that was not tried, and can be at a time.
func (g *ledger) giveBack(it *item, again time.Time) {
	it.nextAt = again
	l := g.lines[it.subject]
	l.busy = false
	g.queue(l)
}

// remove takes the first item, which was being sent, out of its line.
func (g *ledger) remove(it *item) {
	if it.kept {
		g.old--
	} else {
		g.fresh--
	}
	l := g.lines[it.subject]
	l.busy = false
	if l.items = l.items[1:]; len(l.items) == 0 {
		delete(g.lines, it.subject)
		return
	}
	g.queue(l)
}

// unsaved is what a save writes.
type unsaved struct {
	position     eventstore.Position // everything up to here is settled or among the rows
	waiting      []*item             // rows to write
	dead         []*item
	gone         []int64
	sent, failed int
}

// unsaved returns what is to be saved: items of lines that fail get rows, so that the position can move past
// them, and those behind them too.
func (g *ledger) unsaved() unsaved {
	u := unsaved{position: g.read, dead: g.dead, gone: g.gone, sent: g.sent, failed: g.failed}
	for _, l := range g.lines {
		failing := l.failing()
		for _, it := range l.items {
			if (failing || it.kept) && (!it.kept || it.changed) {
				u.waiting = append(u.waiting, it)
			}
			if !failing && !it.kept {
				u.position = min(u.position, it.position-1)
			}
		}
	}
	return u
}

// saved notes that u was saved, and nothing has happened since.
func (g *ledger) saved(u unsaved) {
	for _, it := range u.waiting {
		if !it.kept {
			g.fresh--
			g.old++
		}
		it.kept, it.changed = true, false
	}
	g.dead, g.gone, g.sent, g.failed = nil, nil, 0, 0
}
