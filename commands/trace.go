package commands

import (
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gatelog/gatelog/domain"
)

// Trace follows one request from its beginning to its answer: what it is known by, and what came of its
// commands. The audit trail rests on it. It is safe for concurrent use, and nil stands for what is no request
// of a client: then nothing is followed.
type Trace struct {
	id    string
	began time.Time

	mu       sync.Mutex
	commands int
	events   int
	aside    bool
	repeated bool
	asks     bool
}

// NewTrace begins to follow a request.
func NewTrace() *Trace {
	id := ulid.Make()
	return &Trace{id: id.String(), began: ulid.Time(id.Time()).UTC()}
}

// ID is a ULID that no other request has. The ids of all events that the request causes tell it: see
// domain.RequestOf. Empty for nil.
func (t *Trace) ID() string {
	if t == nil {
		return ""
	}
	return t.id
}

// Began is when the request came, in whole milliseconds: the time that is in its ID. Zero for nil.
func (t *Trace) Began() time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.began
}

// Came is what came of a request.
type Came struct {
	// Events is how many events of the log the request has caused, as far as its commands have answered.
	Events int
	// Aside says that it changed something that is not in the log.
	Aside bool
	// Repeated says that a command was recognised by its Idempotency-Key, and not carried out again.
	Repeated bool
	// Asks says that the request only asks, although its method could change something.
	Asks bool
}

// Came tells what came of the request by now; nothing for nil.
func (t *Trace) Came() Came {
	if t == nil {
		return Came{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return Came{t.events, t.aside, t.repeated, t.asks}
}

// Recorded notes events that the request has caused without a command.
func (t *Trace) Recorded(events int) {
	t.note(func() { t.events += events })
}

// ChangedAside notes a change of something that is not in the log.
func (t *Trace) ChangedAside() { t.note(func() { t.aside = true }) }

// OnlyAsks notes that the request changes nothing, whatever comes of it.
func (t *Trace) OnlyAsks() { t.note(func() { t.asks = true }) }

// heard notes what came of a command.
func (t *Trace) heard(out outcome) {
	t.note(func() {
		t.events += out.events
		t.repeated = t.repeated || out.repeated
	})
}

func (t *Trace) note(change func()) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
}

// command returns an id for the next command, of the request if there is one.
func (t *Trace) command() string {
	if t == nil {
		return ulid.Make().String()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.commands++
	return domain.CommandID(t.id, t.commands)
}
