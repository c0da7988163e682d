package commands

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
)

// A call with an Idempotency-Key leaves its answer in the log, in the same append as its events: so
// the answer is there exactly when the change is, on every node and after any crash. A command that
// another node forwards here is treated the same way under its own id, since that node can't know
// whether a request that timed out was carried out.

// typeAnswer is the type of a recorded answer.
const typeAnswer = "gatelog.answer.recorded"

// answerKind is the kind in the subject of recorded answers.
const answerKind = "answer"

// answerLife is how long a recorded answer is returned. It stays in the log, as everything does.
const answerLife = 24 * time.Hour

// answers knows where the tenant's recorded answers are. The writer sees all of them, in the history
// and as it appends, so what is not here is not in the log.
type answers struct {
	now   func() time.Time
	byKey map[string]recordedAt
	sweep int // the size at which the old ones are forgotten
}

type recordedAt struct {
	position eventstore.Position
	time     time.Time
}

func newAnswers(now func() time.Time) answers {
	return answers{now: now, byKey: map[string]recordedAt{}, sweep: 1024}
}

// see adds the answer in a message, if it is one.
func (a *answers) see(r eventstore.Recorded) {
	if _, _, kind, key, ok := eventstore.Parts(r.Subject); ok && kind == answerKind && r.Type == typeAnswer {
		a.add(key, r.Position, r.Time)
	}
}

func (a *answers) add(key string, at eventstore.Position, when time.Time) {
	if a.now().Sub(when) > answerLife {
		return
	}
	a.byKey[key] = recordedAt{at, when}
	if len(a.byKey) < a.sweep {
		return
	}
	for key, recorded := range a.byKey {
		if a.now().Sub(recorded.time) > answerLife {
			delete(a.byKey, key)
		}
	}
	a.sweep = 2*len(a.byKey) + 1024
}

// at returns where the answer is recorded, if it is and still counts.
func (a *answers) at(key string) (eventstore.Position, bool) {
	recorded, ok := a.byKey[key]
	return recorded.position, ok && a.now().Sub(recorded.time) <= answerLife
}

// recordedAnswer is what an answer message holds. Nothing of it is readable: the result may hold a
// secret that is shown once, and the fingerprint would let one guess the secrets in a command.
type recordedAnswer struct {
	Sealed string `json:"sealed"`
}

type sealedAnswer struct {
	Fingerprint string          `json:"fingerprint"`
	Result      json.RawMessage `json:"result"`
	Events      int             `json:"events,omitempty"` // that the command caused
}

// answerKey returns the id under which the answer of a command is recorded, or "" for none.
func answerKey(j *job) string {
	if j.call.meta.Asks {
		return ""
	}
	key := j.call.meta.IdempotencyKey
	if key == "" {
		return j.answerKey
	}
	return digest("key", j.call.meta.Actor.UserID, key)
}

// Fingerprinter is a command that looks different each time it is sent, although it is the same: one with
// secrets that were sealed on the way.
type Fingerprinter interface {
	// Fingerprint returns what tells the command from others; it must survive JSON.
	Fingerprint() any
}

// fingerprint tells two commands apart that came with one key.
func fingerprint(j *job) (string, error) {
	command := j.command
	if f, ok := command.(Fingerprinter); ok {
		command = f.Fingerprint()
	}
	body, err := json.Marshal(command)
	if err != nil {
		return "", fmt.Errorf("fingerprint %s: %w", j.name, err)
	}
	return digest("command", j.name, string(body)), nil
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// answer makes the message that records the result of a command that caused so many events.
func (w *writer) answer(ctx context.Context, j *job, result any, events int, now time.Time) (eventstore.Message, error) {
	none := func(err error) (eventstore.Message, error) {
		return eventstore.Message{}, fmt.Errorf("record the answer of %s: %w", j.name, err)
	}
	subject, err := eventstore.Subject(w.key.surface, w.key.tenant, answerKind, j.answerKey)
	if err != nil {
		return none(err)
	}
	print, err := fingerprint(j)
	if err != nil {
		return none(err)
	}
	text, err := json.Marshal(result)
	if err != nil {
		return none(err)
	}
	plain, err := json.Marshal(sealedAnswer{Fingerprint: print, Result: text, Events: events})
	if err != nil {
		return none(err)
	}
	sealed, err := w.bus.Sealer.SealText(ctx, w.key.tenant, "answer/"+j.answerKey, plain)
	if err != nil {
		return none(err)
	}
	data, err := json.Marshal(recordedAnswer{Sealed: sealed})
	return eventstore.Message{
		Subject: subject, ID: answerID(j), Type: typeAnswer, Schema: 1, Time: now, Data: data,
	}, err
}

// answerID is the id of the message that records the answer of a command.
func answerID(j *job) string { return j.id + "-answer" }

// recall returns the recorded answer of a command as its outcome. It may be the command's own, which was tried
// before without anybody hearing of it.
func (w *writer) recall(ctx context.Context, j *job, at eventstore.Position) outcome {
	r, err := w.bus.Log.At(ctx, at)
	if err != nil {
		return outcome{err: unavailable(err)}
	}
	result, events, err := w.reopen(ctx, j, r)
	if err != nil {
		return outcome{err: err}
	}
	out := outcome{result: result, position: domain.Position(at)}
	if r.ID == answerID(j) {
		out.events = events
	} else {
		out.repeated = true
	}
	return out
}

func (w *writer) reopen(ctx context.Context, j *job, r eventstore.Recorded) (result any, events int, err error) {
	var recorded recordedAnswer
	if err := json.Unmarshal(r.Data, &recorded); err != nil {
		return nil, 0, fmt.Errorf("recorded answer at %d: %w", r.Position, err)
	}
	plain, err := w.bus.Sealer.OpenText(ctx, w.key.tenant, "answer/"+j.answerKey, recorded.Sealed)
	if err != nil {
		return nil, 0, fmt.Errorf("recorded answer at %d: %w", r.Position, err)
	}
	var answer sealedAnswer
	if err := json.Unmarshal(plain, &answer); err != nil {
		return nil, 0, fmt.Errorf("recorded answer at %d: %w", r.Position, err)
	}
	print, err := fingerprint(j)
	if err != nil {
		return nil, 0, err
	}
	if print != answer.Fingerprint {
		return nil, 0, domain.Errorf(domain.CodeKeyReused, "this Idempotency-Key was used for a different request: use a new key")
	}
	result, err = w.surface.cases[j.name].result(answer.Result)
	return result, answer.Events, err
}
