package eventstore

import (
	"context"
	"errors"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

// A message that somebody wrote by hand is no event. Readers stop right before it, and say which.
func TestReadersStopAtAMessageThatIsNoEvent(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	fence := take(t, log, "t1")
	if _, err := log.Append(t.Context(), fence, unit("t1", "a", 3)); err != nil {
		t.Fatal(err)
	}
	ack, err := log.js.Publish(t.Context(), "evt.toy.t1.thing.forged", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	at := Position(ack.Sequence)
	if _, err := log.Append(t.Context(), fence, unit("t1", "b", 1)); err != nil {
		t.Fatal(err)
	}
	check := func(how string, err error, got []string) {
		t.Helper()
		broken := (*Malformed)(nil)
		if !errors.As(err, &broken) || broken.Position != at || broken.Subject != "evt.toy.t1.thing.forged" {
			t.Errorf("%s: %v, want Malformed at %d", how, err, at)
		}
		if diff := cmp.Diff([]string{"a0", "a1", "a2"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
	}
	var got []string
	err = log.Read(t.Context(), fence.Position(), at+1, func(r Recorded) error {
		got = append(got, r.ID)
		return nil
	})
	check("read", err, got)
	got = nil
	err = log.Follow(t.Context(), fence.Position(), 100, func(batch []Recorded) error {
		for _, r := range batch {
			got = append(got, r.ID)
		}
		return nil
	})
	check("follow", err, got)
	err = log.Read(t.Context(), 0, at-1, func(Recorded) error { return nil })
	if err != nil {
		t.Errorf("read up to right before it: %v", err)
	}
	if _, err := log.At(t.Context(), at); !errors.As(err, new(*Malformed)) {
		t.Errorf("at: %v, want Malformed", err)
	}
}

// Read and Follow must leave no goroutine of their own behind, and no consumer on the broker.
func TestReadersLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	fence := take(t, log, "t1")
	if _, err := log.Append(t.Context(), fence, unit("t1", "a", 100)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go pprof.Do(t.Context(), pprof.Labels("readers", "left-behind"), func(ctx context.Context) {
		defer close(done)
		boom := errors.New("enough")
		for range 10 {
			if err := log.Read(ctx, 0, 100, func(Recorded) error { return nil }); err != nil {
				t.Error(err)
			}
			if err := log.Follow(ctx, 0, 7, func([]Recorded) error { return boom }); !errors.Is(err, boom) {
				t.Error(err)
			}
		}
		for _, routine := range strings.Split(goroutines(t), "\n\n") {
			if strings.Contains(routine, "left-behind") && strings.Contains(routine, "eventstore.(*reader[") {
				t.Errorf("a reader is still at work when Follow has returned:\n%s", routine)
			}
		}
	})
	<-done
	// The client's own goroutines, and the broker, end theirs a moment later.
	within(t, "goroutines end", func() bool { return !strings.Contains(goroutines(t), "left-behind") })
	within(t, "consumers are deleted", func() bool {
		info, err := log.stream.Info(t.Context())
		return err == nil && info.State.Consumers == 0
	})
}

// goroutines lists all goroutines of the process with their labels.
func goroutines(t testing.TB) string {
	t.Helper()
	var text strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// within asks again and again until the answer is yes, and ends the test when that takes too long.
func within(t testing.TB, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for !yes() {
		if wait(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// delivered is a message as a consumer hands it over.
type delivered struct {
	jetstream.Msg
	meta jetstream.MsgMetadata
}

func (d delivered) Metadata() (*jetstream.MsgMetadata, error) { return &d.meta, nil }

func (d delivered) Subject() string { return "evt.toy.t1.thing.a" }

func (d delivered) Headers() nats.Header { return header(message("t1", "a")) }

func (d delivered) Data() []byte { return nil }

// The client drops what comes faster than it is taken. A reader notices, and nothing after the gap gets
// through.
func TestAReaderNoticesAGap(t *testing.T) {
	t.Parallel()
	r := &reader[Recorded]{open: parse, arrived: make(chan Recorded, 10), closing: make(chan struct{}), lost: make(chan struct{})}
	for _, n := range []uint64{1, 2, 4, 5} {
		d := delivered{}
		d.meta.Sequence.Consumer, d.meta.Sequence.Stream = n, 10+n
		r.receive(d)
	}
	var got []Position
	for {
		m, err := r.next(t.Context())
		if err != nil {
			if !errors.Is(err, errGap) {
				t.Errorf("%v, want errGap", err)
			}
			break
		}
		got = append(got, m.Position)
	}
	if diff := cmp.Diff([]Position{11, 12}, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}
