package commands

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/envelope"
)

// The toy surface has counters with unique names. Its rules need the whole tenant, as real ones do.

type created struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Pad  string `json:"pad,omitempty"`
}

type added struct {
	ID  string `json:"id"`
	By  int    `json:"by"`
	Sum int    `json:"sum"`
}

type referred struct {
	ID string          `json:"id"`
	To domain.Position `json:"to"`
}

func (created) EventType() string       { return "toy.counter.created" }
func (added) EventType() string         { return "toy.counter.added" }
func (referred) EventType() string      { return "toy.counter.referred" }
func (e created) Of() domain.Aggregate  { return domain.Aggregate{Kind: "counter", ID: e.ID} }
func (e added) Of() domain.Aggregate    { return domain.Aggregate{Kind: "counter", ID: e.ID} }
func (e referred) Of() domain.Aggregate { return domain.Aggregate{Kind: "counter", ID: e.ID} }

// toyState is what the rules need, and what they must never let happen.
type toyState struct {
	byName map[string]string
	sums   map[string]int
	placed map[string]domain.Position // of the counter's newest event; zero: not yet in the log
	broken []string
}

func newToyState(string) domain.State {
	return &toyState{byName: map[string]string{}, sums: map[string]int{}, placed: map[string]domain.Position{}}
}

func (s *toyState) Apply(rec domain.Recorded) {
	switch e := rec.Event.(type) {
	case created:
		if _, twice := s.byName[e.Name]; twice {
			s.broken = append(s.broken, "the name "+e.Name+" is there twice")
		}
		s.byName[e.Name], s.sums[e.ID] = e.ID, 0
	case added:
		if s.sums[e.ID] += e.By; s.sums[e.ID] != e.Sum {
			s.broken = append(s.broken, fmt.Sprintf("the sum of %s is %d, the event says %d", e.ID, s.sums[e.ID], e.Sum))
		}
	}
	s.Placed(rec)
}

func (s *toyState) Placed(rec domain.Recorded) { s.placed[rec.Event.Of().ID] = rec.Position }

type (
	createCommand struct {
		Name string `json:"name"`
		Pad  int    `json:"pad,omitempty"`
	}
	addCommand struct {
		Name string `json:"name"`
		By   int    `json:"by"`
	}
	nameCommand   struct{ Name string }
	bulkCommand   struct{ Names []string }
	createdAnswer struct{ ID, Secret string }
)

// The codes of the toy's refusals.
const (
	codeTaken   = "toy.taken"
	codeUnknown = "toy.unknown"
)

// toy is the surface with its use cases.
type toy struct {
	surface *Surface
	create  UseCase[createCommand, createdAnswer]
	add     UseCase[addCommand, int]
	refer   UseCase[nameCommand, domain.Position]
	bulk    UseCase[bulkCommand, int]
	crash   UseCase[nameCommand, int]
}

func newToy() *toy {
	codec := domain.NewCodec()
	codec.Register(created{})
	codec.Register(added{})
	codec.Register(referred{})
	s := &Surface{Name: eventstoretest.Surface, Codec: codec, NewState: newToyState}
	return &toy{
		surface: s, create: Define(s, "Create", createCounter), add: Define(s, "Add", addToCounter),
		refer: Define(s, "Refer", referToCounter), bulk: Define(s, "Bulk", createCounters),
		crash: Define(s, "Crash", func(*toyState, *domain.Moment, nameCommand) (int, []domain.Event, error) { panic("oh") }),
	}
}

func createCounter(s *toyState, m *domain.Moment, c createCommand) (createdAnswer, []domain.Event, error) {
	if _, taken := s.byName[c.Name]; taken {
		return createdAnswer{}, nil, domain.Errorf(codeTaken, "%s is taken", c.Name)
	}
	id := m.NewID()
	return createdAnswer{ID: id, Secret: "secret of " + id}, []domain.Event{created{ID: id, Name: c.Name, Pad: strings.Repeat("x", c.Pad)}}, nil
}

func addToCounter(s *toyState, _ *domain.Moment, c addCommand) (int, []domain.Event, error) {
	id, known := s.byName[c.Name]
	if !known {
		return 0, nil, domain.Errorf(codeUnknown, "%s is unknown", c.Name)
	}
	if c.By == 0 {
		return s.sums[id], nil, nil
	}
	sum := s.sums[id] + c.By
	return sum, []domain.Event{added{ID: id, By: c.By, Sum: sum}}, nil
}

func referToCounter(s *toyState, _ *domain.Moment, c nameCommand) (domain.Position, []domain.Event, error) {
	id, known := s.byName[c.Name]
	if !known {
		return 0, nil, domain.Errorf(codeUnknown, "%s is unknown", c.Name)
	}
	at := s.placed[id]
	if at == 0 {
		return 0, nil, domain.ErrNotPlaced
	}
	return at, []domain.Event{referred{ID: id, To: at}}, nil
}

func createCounters(s *toyState, m *domain.Moment, c bulkCommand) (int, []domain.Event, error) {
	var events []domain.Event
	for _, name := range c.Names {
		if _, taken := s.byName[name]; taken {
			return 0, nil, domain.Errorf(codeTaken, "%s is taken", name)
		}
		events = append(events, created{ID: m.NewID(), Name: name})
	}
	return len(events), events, nil
}

// seal hides text from a reader of the log, and no more: it stands for the real thing.
type seal struct{}

func (seal) SealText(_ context.Context, tenant, purpose string, plaintext []byte) (string, error) {
	return hex.EncodeToString([]byte(tenant+"|"+purpose+"|")) + "." + hex.EncodeToString(plaintext), nil
}

func (seal) OpenText(_ context.Context, tenant, purpose, sealed string) ([]byte, error) {
	bound, text, _ := strings.Cut(sealed, ".")
	if bound != hex.EncodeToString([]byte(tenant+"|"+purpose+"|")) {
		return nil, errors.New("sealed for something else")
	}
	return hex.DecodeString(text)
}

// readModels is a Waiter that has everything up to a position.
type readModels struct {
	mu    sync.Mutex
	hold  bool
	asked []domain.Position
}

func (r *readModels) Await(ctx context.Context, _ string, at domain.Position) error {
	r.mu.Lock()
	r.asked = append(r.asked, at)
	hold := r.hold
	r.mu.Unlock()
	if hold {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// logged collects what the bus has to say, so that tests can look for secrets in it.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// node is a bus with its surroundings.
type node struct {
	*Bus
	toy    *toy
	models *readModels
	logged *logged
}

// newNode starts a bus that is closed when the test ends.
func newNode(t testing.TB, log eventstore.Log, change ...func(o *Options)) *node {
	t.Helper()
	n := &node{toy: newToy(), models: &readModels{}, logged: &logged{}}
	o := Options{
		Log: log, Waiter: n.models, Sealer: seal{}, Node: "n1",
		Logger: slog.New(slog.NewTextHandler(n.logged, nil)),
	}
	for _, f := range change {
		f(&o)
	}
	n.Bus = New(o)
	t.Cleanup(n.Close)
	return n
}

// call is an authorised call of tenant t1 whose reason is the name by which the test finds its events.
func call(reason string) Call {
	return Call{tenant: "t1", meta: Meta{Actor: domain.Actor{UserID: "u1"}, RequestID: "r-" + reason, Reason: reason}}
}

// with returns the call with an Idempotency-Key.
func (c Call) with(key string) Call {
	c.meta.IdempotencyKey = key
	return c
}

// create creates a counter and ends the test when that fails.
func (n *node) create(t testing.TB, name string) (createdAnswer, domain.Position) {
	t.Helper()
	answer, at, err := n.toy.create.Do(t.Context(), n.Bus, call("create "+name), createCommand{Name: name})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return answer, at
}

// history is what a log says: the fold of it, and the messages that each command caused.
type history struct {
	state *toyState
	by    map[string][]domain.Recorded // reason -> events
	all   []eventstore.Recorded
}

func read(t testing.TB, log eventstore.Log) history {
	t.Helper()
	h := history{state: newToyState("t1").(*toyState), by: map[string][]domain.Recorded{}}
	h.all = eventstoretest.All(t, log, eventstore.Tenant(eventstoretest.Surface, "t1"))
	codec := newToy().surface.Codec
	for _, r := range h.all {
		rec, ok, err := envelope.Open(codec, r)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			h.state.Apply(rec)
			h.by[rec.Reason] = append(h.by[rec.Reason], rec)
		}
	}
	for _, what := range h.state.broken {
		t.Errorf("the log breaks a rule: %s", what)
	}
	return h
}

// times counts the messages of a type.
func (h history) times(kind string) int {
	n := 0
	for _, r := range h.all {
		if r.Type == kind {
			n++
		}
	}
	return n
}

// sameState compares the state that a writer holds with the fold of the log.
func (h history) sameState(t rapid.TB, s *toyState) {
	t.Helper()
	if !maps.Equal(h.state.byName, s.byName) || !maps.Equal(h.state.sums, s.sums) || !maps.Equal(h.state.placed, s.placed) {
		t.Errorf("the writer holds %+v, the log says %+v", s, h.state)
	}
}

// within ends the test when done is not closed in good time.
func within(t testing.TB, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("did not happen: %s", what)
	}
}
