package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gatelog/gatelog/domain"
)

// Nodes reach the writer of a tenant by request and reply. No responders means that there is none; no
// answer in time means that it hangs. In both cases the asking node takes the tenant, and the log
// itself refuses the old writer from then on. A writer that only needs longer says so.

// errNoWriter says that no node writes for the tenant, or none that answers.
var errNoWriter = errors.New("no writer for the tenant")

// forwardTimeout is how long a writer may say nothing before the asking node takes its tenant.
// busyAfter is how long it works on a command before it says that it lives.
const (
	forwardTimeout = 3 * time.Second
	busyAfter      = 2 * time.Second
)

type forwarded struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Meta    Meta            `json:"meta"`
	Command json.RawMessage `json:"command"`
}

// reply is the answer to a forwarded command: its outcome; or that it was not decided, or will be once
// it is asked again (lost); or that it is being worked on (busy).
type reply struct {
	Result   json.RawMessage `json:"result,omitempty"`
	Position domain.Position `json:"position"`
	Events   int             `json:"events,omitempty"`
	Repeated bool            `json:"repeated,omitempty"`
	Lost     bool            `json:"lost,omitempty"`
	Busy     bool            `json:"busy,omitempty"`
	Refusal  *domain.Error   `json:"refusal,omitempty"`
	Failure  string          `json:"failure,omitempty"`
}

func (k tenantKey) subject() string { return "cmd." + k.surface + "." + k.tenant }

// forward asks the tenant's writer on another node, again and again while it is busy.
func (b *Bus) forward(ctx context.Context, s *Surface, j *job) (outcome, error) {
	command, err := json.Marshal(j.command)
	if err != nil {
		return outcome{}, fmt.Errorf("forward %s: %w", j.name, err)
	}
	body, err := json.Marshal(forwarded{ID: j.id, Name: j.name, Meta: j.call.meta, Command: command})
	if err != nil {
		return outcome{}, fmt.Errorf("forward %s: %w", j.name, err)
	}
	for {
		r, err := b.question(ctx, s, j, body)
		if err != nil {
			return outcome{}, err
		}
		if !r.Busy {
			return s.outcome(j, r)
		}
	}
}

// question sends a command to the writer and waits for its reply.
func (b *Bus) question(ctx context.Context, s *Surface, j *job, body []byte) (reply, error) {
	ask, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	msg, err := b.Conn.RequestWithContext(ask, tenantKey{s.Name, j.call.tenant}.subject(), body)
	if errors.Is(err, nats.ErrNoResponders) {
		return reply{}, errNoWriter
	}
	// Whether or not an answer came, this command may have been carried out there: from now on its
	// answer is looked up before it is decided.
	j.answerKey = forwardKey(j.id)
	switch {
	case err != nil && ctx.Err() != nil:
		return reply{}, unknown(ctx.Err())
	case err != nil:
		b.Logger.Warn("the writer of a tenant does not answer, taking the tenant", "tenant", j.call.tenant, "error", err)
		return reply{}, errNoWriter
	}
	var r reply
	if err := json.Unmarshal(msg.Data, &r); err != nil {
		return r, fmt.Errorf("the answer of the writer to %s: %w", j.name, err)
	}
	return r, nil
}

// forwardKey is where the answer of a forwarded command is recorded.
func forwardKey(id string) string { return digest("forward", id) }

// outcome is what another node replied.
func (s *Surface) outcome(j *job, r reply) (outcome, error) {
	switch {
	case r.Lost:
		return outcome{err: errLost}, nil
	case r.Refusal != nil:
		return outcome{position: r.Position, err: r.Refusal}, nil
	case r.Failure != "":
		return outcome{position: r.Position, err: errors.New(r.Failure)}, nil
	}
	result, err := s.cases[j.name].result(r.Result)
	return outcome{result: result, position: r.Position, events: r.Events, repeated: r.Repeated}, err
}

// listen takes commands from other nodes into the queue. It starts before the tenant is taken, so
// that nodes that ask meanwhile wait for this writer instead of becoming one.
func (w *writer) listen() error {
	if w.bus.Conn == nil {
		return nil
	}
	sub, err := w.bus.Conn.Subscribe(w.key.subject(), w.receive)
	if err != nil {
		return fmt.Errorf("listen for commands of %s: %w", w.key.tenant, err)
	}
	w.sub = sub
	return nil
}

// receive decides one command of another node and answers it. It must not block the subscription:
// the waiting happens in a goroutine that the bus waits for.
func (w *writer) receive(msg *nats.Msg) {
	j, err := w.unpack(msg.Data)
	if err != nil {
		w.respond(msg, outcome{err: err})
		return
	}
	if !w.bus.spawn(func() { w.serve(msg, j) }) {
		w.respond(msg, outcome{err: errLost})
	}
}

// unpack makes a job of a forwarded command.
func (w *writer) unpack(data []byte) (*job, error) {
	var f forwarded
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("unreadable command: %w", err)
	}
	known, ok := w.surface.cases[f.Name]
	if !ok {
		return nil, fmt.Errorf("this node knows no use case %s.%s: it may be of another version", w.surface.Name, f.Name)
	}
	command, err := known.decode(f.Command)
	if err != nil {
		return nil, fmt.Errorf("unreadable command %s: %w", f.Name, err)
	}
	return &job{
		id: f.ID, name: f.Name, call: Call{tenant: w.key.tenant, meta: f.Meta}, command: command,
		done: make(chan outcome, 1), answerKey: forwardKey(f.ID),
	}, nil
}

// errBusy says that a forwarded command is still being worked on.
var errBusy = errors.New("the writer is busy")

// serve waits for the outcome of a forwarded command, for as long as the asking node waits for a word.
// The command is carried out once, however often it is asked for: its answer is recorded.
func (w *writer) serve(msg *nats.Msg, j *job) {
	ctx, cancel := context.WithTimeout(w.bus.ctx, w.bus.busyAfter)
	defer cancel()
	j.ctx = w.bus.ctx // it keeps its place in the queue while the other node asks again
	out := w.submit(ctx, j)
	switch {
	case w.bus.ctx.Err() != nil && domain.CodeOf(out.err) == domain.CodeUnavailable:
		out.err = errLost // this node stops: another one will know
	case ctx.Err() != nil && domain.CodeOf(out.err) == domain.CodeUnavailable:
		out.err = errBusy
	}
	w.respond(msg, out)
}

func (w *writer) respond(msg *nats.Msg, out outcome) {
	r := reply{Position: out.position, Events: out.events, Repeated: out.repeated, Lost: errors.Is(out.err, errLost), Busy: errors.Is(out.err, errBusy)}
	var refusal *domain.Error
	switch {
	case out.err == nil:
		result, err := json.Marshal(out.result)
		r.Result = result
		if err != nil {
			r.Failure = err.Error()
		}
	case errors.As(out.err, &refusal):
		r.Refusal = refusal
	default:
		r.Failure = out.err.Error()
	}
	data, err := json.Marshal(r)
	if err == nil {
		err = msg.Respond(data)
	}
	if err != nil {
		w.bus.Logger.Warn("could not answer another node", "error", err)
	}
}
