package commands

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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

type recordedAnswer struct {
	Fingerprint string `json:"fingerprint"`
	Sealed      string `json:"sealed"`
}

// answerKey returns the id under which the answer of a command is recorded, or "" for none.
func answerKey(j *job) string {
	key := j.call.meta.IdempotencyKey
	if key == "" {
		return j.answerKey
	}
	return digest("key", j.call.meta.Actor.UserID, key)
}

// fingerprint tells two commands apart that came with one key.
func fingerprint(j *job) (string, error) {
	body, err := json.Marshal(j.command)
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

// answer makes the message that records a result.
func (w *writer) answer(ctx context.Context, j *job, result any, now time.Time) (eventstore.Message, error) {
	subject, err := eventstore.Subject(w.key.surface, w.key.tenant, answerKind, j.answerKey)
	if err != nil {
		return eventstore.Message{}, err
	}
	print, err := fingerprint(j)
	if err != nil {
		return eventstore.Message{}, err
	}
	plain, err := json.Marshal(result)
	if err != nil {
		return eventstore.Message{}, fmt.Errorf("record the answer of %s: %w", j.name, err)
	}
	sealed, err := w.bus.Sealer.SealText(ctx, w.key.tenant, "answer/"+j.answerKey, plain)
	if err != nil {
		return eventstore.Message{}, fmt.Errorf("record the answer of %s: %w", j.name, err)
	}
	data, err := json.Marshal(recordedAnswer{Fingerprint: print, Sealed: sealed})
	return eventstore.Message{
		Subject: subject, ID: j.id + "-answer", Type: typeAnswer, Schema: 1, Time: now, Data: data,
	}, err
}

// recall looks for the recorded answer of a command. known is true when there is one; the job then
// carries it.
func (w *writer) recall(ctx context.Context, j *job) (known bool, err error) {
	subject, err := eventstore.Subject(w.key.surface, w.key.tenant, answerKind, j.answerKey)
	if err != nil {
		return false, err
	}
	r, err := w.bus.Log.Newest(ctx, subject, 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, unavailable(err)
	}
	if w.bus.Now().Sub(r.Time) > answerLife {
		return false, nil
	}
	result, err := w.reopen(ctx, j, r)
	if err != nil {
		return true, err
	}
	j.answered = &outcome{result: result, position: domain.Position(r.Position)}
	return true, nil
}

func (w *writer) reopen(ctx context.Context, j *job, r eventstore.Recorded) (any, error) {
	var recorded recordedAnswer
	if err := json.Unmarshal(r.Data, &recorded); err != nil {
		return nil, fmt.Errorf("recorded answer at %d: %w", r.Position, err)
	}
	print, err := fingerprint(j)
	if err != nil {
		return nil, err
	}
	if print != recorded.Fingerprint {
		return nil, domain.Errorf(domain.CodeKeyReused, "this Idempotency-Key was used for a different request: use a new key")
	}
	plain, err := w.bus.Sealer.OpenText(ctx, w.key.tenant, "answer/"+j.answerKey, recorded.Sealed)
	if err != nil {
		return nil, fmt.Errorf("recorded answer at %d: %w", r.Position, err)
	}
	return w.surface.cases[j.name].result(plain)
}

// recalled is the outcome of a command whose answer recall found.
func (j *job) recalled(err error) outcome {
	if err != nil {
		return outcome{err: err}
	}
	return *j.answered
}
