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
// itself refuses the old writer from then on.

// errNoWriter says that no node writes for the tenant, or none that answers.
var errNoWriter = errors.New("no writer for the tenant")

// forwardTimeout is how long a writer may take to answer before the asking node takes its tenant.
const forwardTimeout = 3 * time.Second

type forwarded struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Meta    Meta            `json:"meta"`
	Command json.RawMessage `json:"command"`
}

type reply struct {
	Result   json.RawMessage `json:"result,omitempty"`
	Position domain.Position `json:"position"`
	Lost     bool            `json:"lost,omitempty"`
	Refusal  *domain.Error   `json:"refusal,omitempty"`
	Failure  string          `json:"failure,omitempty"`
}

func (k tenantKey) subject() string { return "cmd." + k.surface + "." + k.tenant }

// forward asks the tenant's writer on another node.
func (b *Bus) forward(ctx context.Context, s *Surface, j *job) (outcome, error) {
	command, err := json.Marshal(j.command)
	if err != nil {
		return outcome{}, fmt.Errorf("forward %s: %w", j.name, err)
	}
	body, err := json.Marshal(forwarded{ID: j.id, Name: j.name, Meta: j.call.meta, Command: command})
	if err != nil {
		return outcome{}, fmt.Errorf("forward %s: %w", j.name, err)
	}
	// Whether or not an answer comes, this command may have been carried out there: from now on its
	// answer is looked up before it is decided.
	ask, cancel := context.WithTimeout(ctx, forwardTimeout)
	defer cancel()
	msg, err := b.Conn.RequestWithContext(ask, tenantKey{s.Name, j.call.tenant}.subject(), body)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return outcome{}, errNoWriter
	case err != nil && ctx.Err() != nil:
		return outcome{}, unavailable(ctx.Err())
	case err != nil:
		j.answerKey = forwardKey(j.id)
		b.Logger.Warn("the writer of a tenant does not answer, taking the tenant", "tenant", j.call.tenant, "error", err)
		return outcome{}, errNoWriter
	}
	j.answerKey = forwardKey(j.id)
	return s.answered(j, msg.Data)
}

// forwardKey is where the answer of a forwarded command is recorded.
func forwardKey(id string) string { return digest("forward", id) }

// answered reads the reply of another node.
func (s *Surface) answered(j *job, data []byte) (outcome, error) {
	var r reply
	if err := json.Unmarshal(data, &r); err != nil {
		return outcome{}, fmt.Errorf("the answer of the writer to %s: %w", j.name, err)
	}
	switch {
	case r.Lost:
		return outcome{err: errLost}, nil
	case r.Refusal != nil:
		return outcome{position: r.Position, err: r.Refusal}, nil
	case r.Failure != "":
		return outcome{position: r.Position, err: errors.New(r.Failure)}, nil
	}
	result, err := s.cases[j.name].result(r.Result)
	return outcome{result: result, position: r.Position}, err
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
	var f forwarded
	if err := json.Unmarshal(msg.Data, &f); err != nil {
		w.respond(msg, outcome{err: fmt.Errorf("unreadable command: %w", err)})
		return
	}
	known, ok := w.surface.cases[f.Name]
	if !ok {
		w.respond(msg, outcome{err: fmt.Errorf("this node knows no use case %s.%s: it may be of another version", w.surface.Name, f.Name)})
		return
	}
	command, err := known.decode(f.Command)
	if err != nil {
		w.respond(msg, outcome{err: fmt.Errorf("unreadable command %s: %w", f.Name, err)})
		return
	}
	w.bus.running.Go(func() {
		ctx, cancel := context.WithTimeout(w.bus.ctx, forwardTimeout)
		defer cancel()
		w.respond(msg, w.submit(ctx, &job{
			id: f.ID, name: f.Name, call: Call{tenant: w.key.tenant, meta: f.Meta}, command: command,
			ctx: ctx, done: make(chan outcome, 1), answerKey: forwardKey(f.ID),
		}))
	})
}

func (w *writer) respond(msg *nats.Msg, out outcome) {
	r := reply{Position: out.position, Lost: errors.Is(out.err, errLost)}
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
