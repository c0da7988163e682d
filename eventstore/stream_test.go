package eventstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

func open(t testing.TB, nc *nats.Conn) *Stream {
	t.Helper()
	log, err := Open(t.Context(), nc, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func take(t testing.TB, log Log, tenant string) Fence {
	t.Helper()
	fence, err := log.Take(t.Context(), "toy", tenant, "node")
	if err != nil {
		t.Fatal(err)
	}
	return fence
}

func message(tenant, id string) Message {
	return Message{
		Subject: "evt.toy." + tenant + ".thing." + id, ID: id, Type: "toy.thing.changed", Schema: 1,
		Data: []byte(`{}`),
	}
}

func unit(tenant, id string, n int) []Message {
	all := make([]Message, n)
	for i := range all {
		all[i] = message(tenant, fmt.Sprintf("%s%d", id, i))
	}
	return all
}

func ids(t testing.TB, log Log) []string {
	t.Helper()
	head, err := log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	err = log.Read(t.Context(), 0, head, func(r Recorded) error {
		if r.Type != TypeWriterTaken {
			all = append(all, r.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A writer sends an append, loses the connection before it hears the answer, and takes the tenant
// again to know. What it sent must not arrive after that.
func TestLateMessagesOfAnOldFenceAreRefused(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	old := take(t, log, "t1")
	single, err := prepare(old, [][]Message{unit("t1", "single", 1)}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := prepare(old, [][]Message{unit("t1", "batch", 3)}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range batch[0] {
		m.Header[headerBatchID] = []string{"late"}
		m.Header[headerBatchSequence] = []string{fmt.Sprint(i + 1)}
	}
	for _, m := range batch[0][:2] {
		if err := log.nc.PublishMsg(m); err != nil {
			t.Fatal(err)
		}
	}

	take(t, log, "t1")
	batch[0][2].Header[headerBatchCommit] = []string{"1"}
	for name, m := range map[string]*nats.Msg{"a message": single[0][0], "the commit of a batch": batch[0][2]} {
		if _, err := log.request(t.Context(), m); !errors.Is(err, ErrFenced) {
			t.Errorf("%s of the old fence: %v, want ErrFenced", name, err)
		}
	}
	if got := ids(t, log); got != nil {
		t.Errorf("the log holds %v, want nothing", got)
	}
}

// JetStream has a second code for an expectation that can't be held against what is being written: in
// a cluster, or when an earlier message of the batch writes the subject.
func TestTheSecondCodeOfAFailedExpectationIsAFence(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	fence := take(t, log, "t1")
	wire, err := prepare(fence, [][]Message{unit("t1", "a", 2)}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	first, second := wire[0][0], wire[0][1]
	first.Subject = fence.subject
	for i, m := range wire[0] {
		m.Header[headerBatchID] = []string{"b"}
		m.Header[headerBatchSequence] = []string{fmt.Sprint(i + 1)}
	}
	if err := log.nc.PublishMsg(first); err != nil {
		t.Fatal(err)
	}
	second.Header[headerBatchCommit] = []string{"1"}
	reply, err := log.nc.RequestMsg(second, appendTimeout)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`"err_code":%d`, codeWrongLastSequenceConstant); !strings.Contains(string(reply.Data), want) {
		t.Fatalf("the broker answered %s, want %s", reply.Data, want)
	}
}

func TestTakeRefusesAStreamThatWasMadeAgain(t *testing.T) {
	t.Parallel()
	nc := testenv.JetStream(t)
	log := open(t, nc)
	take(t, log, "t1")
	if err := log.js.DeleteStream(t.Context(), log.name); err != nil {
		t.Fatal(err)
	}
	again := open(t, nc)
	if again.Incarnation() == log.Incarnation() {
		t.Error("the new stream has the incarnation of the old one")
	}
	if _, err := log.Take(t.Context(), "toy", "t1", "node"); err == nil {
		t.Error("a tenant was taken on a stream that is another one")
	}
}

func TestAppendWithoutABrokerIsInDoubtAndSoIsAClosedConnection(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	fence := take(t, log, "t1")
	log.nc.Close()
	for _, n := range []int{1, 20} {
		if _, err := log.Append(t.Context(), fence, unit("t1", "a", n)); !errors.Is(err, ErrInDoubt) {
			t.Errorf("append of %d: %v, want ErrInDoubt", n, err)
		}
	}
}

func TestAppendOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	fence := take(t, log, "t1")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := log.Append(gone, fence, unit("t1", "a", 1), unit("t1", "b", 20)); err != nil {
		t.Errorf("the caller has gone, and the append did not end: %v", err)
	}
}

func TestStreamIsReopenedWithAllItHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := testenv.Broker(t, testenv.InDir(dir))
	log := open(t, testenv.Connect(t, first))
	fence := take(t, log, "t1")
	if _, err := log.Append(t.Context(), fence, unit("t1", "a", 1), unit("t1", "b", 50)); err != nil {
		t.Fatal(err)
	}
	want, incarnation := ids(t, log), log.Incarnation()
	first.Shutdown()

	log = open(t, testenv.Connect(t, testenv.Broker(t, testenv.InDir(dir))))
	if diff := cmp.Diff(want, ids(t, log)); diff != "" || len(want) != 51 {
		t.Errorf("after the restart (-want +got):\n%s", diff)
	}
	if log.Incarnation() != incarnation {
		t.Errorf("incarnation %s, want %s", log.Incarnation(), incarnation)
	}
	if _, err := log.Append(t.Context(), fence, unit("t1", "c", 1)); err != nil {
		t.Errorf("the fence does not hold after the restart: %v", err)
	}
	take(t, log, "t1")
	if _, err := log.Append(t.Context(), fence, unit("t1", "d", 1)); !errors.Is(err, ErrFenced) {
		t.Errorf("append behind a fence from before the restart: %v, want ErrFenced", err)
	}
}

func TestStreamIsMadeAsDocumented(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	c := log.stream.CachedInfo().Config
	if c.Storage != jetstream.FileStorage || !c.DenyDelete || !c.DenyPurge || c.Metadata[incarnationKey] != log.Incarnation() {
		t.Errorf("the stream is %+v", c)
	}
	if err := log.stream.Purge(t.Context()); err == nil {
		t.Error("the log can be purged")
	}
}

// An append that is fenced when a part of it is in the log is in doubt: ErrFenced would say that
// nothing was added.
func TestAnAppendThatIsFencedHalfwayIsInDoubt(t *testing.T) {
	t.Parallel()
	log := open(t, testenv.JetStream(t))
	for name, size := range map[string]int{"singles": 1, "batches": 600} {
		old := take(t, log, "t1")
		current := take(t, log, "t1")
		wire := make([][]*nats.Msg, 2)
		for i, fence := range []Fence{current, old} {
			units, err := prepare(fence, [][]Message{unit("t1", fmt.Sprint(name, i), size)}, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			wire[i] = units[0]
		}
		send := log.appendBatches
		if size == 1 {
			send = log.appendSingles
		}
		positions, err := send(t.Context(), wire)
		if !errors.Is(err, ErrInDoubt) || errors.Is(err, ErrFenced) || len(positions) != size {
			t.Errorf("%s: %d positions, %v; want %d and ErrInDoubt", name, len(positions), err, size)
		}
		if _, err := send(t.Context(), wire[1:]); !errors.Is(err, ErrFenced) {
			t.Errorf("%s: the second part alone: %v, want ErrFenced", name, err)
		}
	}
}
