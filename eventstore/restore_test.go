package eventstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

// original is a log with writers, single events, batches and a message that is no event.
func original(t *testing.T) (*Stream, []Raw) {
	t.Helper()
	log := open(t, testenv.JetStream(t))
	one, two := take(t, log, "t1"), take(t, log, "t2")
	rich := message("t1", "rich")
	rich.Time = time.Date(2024, 5, 1, 12, 0, 0, 123456789, time.UTC)
	rich.Extensions = map[string]string{"reason": "50 % mehr, größer", "actorid": "u1"}
	rich.Data = []byte(`{"text":"<&>"}`)
	for _, step := range []struct {
		fence Fence
		units [][]Message
	}{
		{one, [][]Message{{rich}}},
		{two, [][]Message{unit("t2", "a", 40)}},
		{one, [][]Message{unit("t1", "b", 3), unit("t1", "c", 1)}},
	} {
		if _, err := log.Append(t.Context(), step.fence, step.units...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := log.js.Publish(t.Context(), "evt.toy.t1.thing.foreign", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	return log, raws(t, log)
}

// raws returns all messages of a log.
func raws(t *testing.T, log *Stream) []Raw {
	t.Helper()
	head, err := log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []Raw
	err = log.ReadRaw(t.Context(), 0, head, func(r Raw) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func begin(t *testing.T, nc *nats.Conn, incarnation string) *Restoration {
	t.Helper()
	r, err := BeginRestore(t.Context(), nc, Options{}, incarnation)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARestoredLogHasEveryMessageAtItsPosition(t *testing.T) {
	t.Parallel()
	log, want := original(t)
	nc := testenv.JetStream(t)
	r := begin(t, nc, log.Incarnation())
	for from := 0; from < len(want); from += 7 {
		if err := r.Append(t.Context(), want[from:min(from+7, len(want))]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(t.Context(), nc, Options{}); err == nil {
		t.Error("a log that is not complete yet was opened")
	}
	if err := r.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	restored := open(t, nc)
	if diff := cmp.Diff(want, raws(t, restored)); diff != "" {
		t.Errorf("the messages (-original +restored):\n%s", diff)
	}
	if restored.Incarnation() == log.Incarnation() || restored.Incarnation() == "" {
		t.Errorf("the incarnation is %q, that of the original %q", restored.Incarnation(), log.Incarnation())
	}
	take(t, restored, "t1") // it goes on
	if _, err := BeginRestore(t.Context(), nc, Options{}, log.Incarnation()); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a second restore: %v, want ErrNotEmpty", err)
	}
}

func TestAnInterruptedRestoreGoesOn(t *testing.T) {
	t.Parallel()
	log, want := original(t)
	nc := testenv.JetStream(t)
	if _, err := Open(t.Context(), nc, Options{}); err != nil { // an empty log may have been made before
		t.Fatal(err)
	}
	first := begin(t, nc, log.Incarnation())
	if _, err := first.Last(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("the last message of an empty log: %v", err)
	}
	if err := first.Append(t.Context(), want[:5]); err != nil {
		t.Fatal(err)
	}
	if _, err := BeginRestore(t.Context(), nc, Options{}, "another"); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a restore of another log: %v, want ErrNotEmpty", err)
	}
	second := begin(t, nc, log.Incarnation())
	last, err := second.Last(t.Context())
	if diff := cmp.Diff(want[4], last); diff != "" || err != nil || second.Head() != 5 {
		t.Errorf("it goes on after %d, %v (-want +got):\n%s", second.Head(), err, diff)
	}
	if err := second.Append(t.Context(), want[5:]); err != nil {
		t.Fatal(err)
	}
	if err := first.Append(t.Context(), want[5:6]); err == nil {
		t.Error("two restores at a time filled one log")
	}
	if err := second.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, raws(t, open(t, nc))); diff != "" {
		t.Errorf("the messages (-original +restored):\n%s", diff)
	}
}

func TestARestoreRefusesWhatIsNotNext(t *testing.T) {
	t.Parallel()
	_, all := original(t)
	r := begin(t, testenv.JetStream(t), "x")
	for name, batch := range map[string][]Raw{"a gap before": all[1:3], "a gap between": {all[0], all[2]}} {
		if err := r.Append(t.Context(), batch); !errors.Is(err, ErrGap) || r.Head() != 0 {
			t.Errorf("%s: %v, want ErrGap", name, err)
		}
	}
	if err := r.Append(t.Context(), make([]Raw, MaxUnit+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many at once: %v", err)
	}
	if err := r.Append(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestReadRawTellsOfAGap(t *testing.T) {
	t.Parallel()
	nc := testenv.JetStream(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	config := streamConfig(Options{Name: "GATELOG", Replicas: 1})
	config.DenyDelete = false
	stream, err := js.CreateStream(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := js.Publish(t.Context(), "evt.toy.t1.thing.a", nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.DeleteMsg(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	log := &Stream{nc: nc, js: js, stream: stream, name: "GATELOG"}
	seen := 0
	err = log.ReadRaw(t.Context(), 0, 5, func(Raw) error { seen++; return nil })
	if !errors.Is(err, ErrGap) || seen != 2 {
		t.Errorf("%v after %d messages, want ErrGap after 2", err, seen)
	}
}

func TestReadRawEndsWithItsReader(t *testing.T) {
	t.Parallel()
	log, _ := original(t)
	boom := errors.New("boom")
	if err := log.ReadRaw(t.Context(), 0, 3, func(Raw) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("%v, want the reader's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := log.ReadRaw(ctx, 0, 3, func(Raw) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := log.ReadRaw(t.Context(), 0, 9999, func(Raw) error { return nil }); !errors.Is(err, ErrNotFound) {
		t.Errorf("beyond the end: %v", err)
	}
	if err := log.ReadRaw(t.Context(), 3, 3, func(Raw) error { return boom }); err != nil {
		t.Errorf("nothing to read: %v", err)
	}
}

func TestEventsAndRawMessagesAreTheSame(t *testing.T) {
	t.Parallel()
	_, all := original(t)
	foreign := all[len(all)-1]
	if _, err := foreign.Recorded(); !errors.As(err, new(*Malformed)) {
		t.Errorf("a message that is no event: %v", err)
	}
	for _, want := range all[:len(all)-1] {
		r, err := want.Recorded()
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Raw()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("there and back, %v (-want +got):\n%s", err, diff)
		}
	}
	for name, bad := range map[string]Message{
		"subject":   {Subject: "other.toy.t1.thing.a", ID: "a", Type: "b", Schema: 1},
		"wildcard":  {Subject: "evt.toy.*.thing.a", ID: "a", Type: "b", Schema: 1},
		"id":        {Subject: "evt.toy.t1.thing.a", Type: "b", Schema: 1},
		"writer id": {Subject: "evt.toy.t1.writer", Type: "b", Schema: 1},
		"two lines": {Subject: "evt.toy.t1.writer", ID: "a\nNats-Rollup: all", Type: "b", Schema: 1},
		"schema":    {Subject: "evt.toy.t1.thing.a", ID: "a", Type: "b"},
	} {
		if _, err := (Recorded{Message: bad, Position: 1}).Raw(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}
