package envelope_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/eventstore/eventstoretest"
	"github.com/gatelog/gatelog/internal/envelope"
)

type made struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (made) EventType() string      { return "toy.thing.made" }
func (m made) Of() domain.Aggregate { return domain.Aggregate{Kind: "thing", ID: m.ID} }

func codec() *domain.Codec {
	c := domain.NewCodec()
	c.Register(made{}, func(old json.RawMessage) (json.RawMessage, error) { return old, nil })
	return c
}

// full is an event with every circumstance given.
func full() domain.Recorded {
	return domain.Recorded{
		ID: "cmd-0", Tenant: "t1", Time: time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC),
		Actor: domain.Actor{
			UserID: "u1", UserName: "Zoë 100%", Key: "AK1", Address: "2001:db8::1", Client: "curl/8 (ü; \"x\")",
		},
		Command: "toy.Make", Request: "req-1", Reason: "two\nlines, and 变更", Operation: "toy/make-thing", Event: made{ID: "a1", Name: "x"},
	}
}

// A field that somebody adds to Recorded or Actor must survive too.
func TestTheExampleGivesEveryCircumstance(t *testing.T) {
	t.Parallel()
	rec := full()
	rec.Position = 1
	for _, v := range []reflect.Value{reflect.ValueOf(rec), reflect.ValueOf(rec.Actor)} {
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s.%s is not given in the example", v.Type(), v.Type().Field(i).Name)
			}
		}
	}
}

func TestEveryCircumstanceSurvivesTheLog(t *testing.T) {
	t.Parallel()
	bare := full()
	bare.Actor, bare.Request, bare.Reason, bare.Command = domain.Actor{}, "", "", ""
	bare.Operation = ""
	for name, want := range map[string]domain.Recorded{"all given": full(), "none given": bare} {
		log := eventstore.NewMemory()
		fence, err := log.Take(t.Context(), "toy", "t1", "node")
		if err != nil {
			t.Fatal(err)
		}
		m, err := envelope.Close(codec(), "toy", want)
		if err != nil {
			t.Fatal(err)
		}
		if m.Subject != "evt.toy.t1.thing.a1" || m.Schema != 2 {
			t.Errorf("%s: subject %s, schema version %d", name, m.Subject, m.Schema)
		}
		positions := eventstoretest.Append(t, log, fence, []eventstore.Message{m})
		stored, err := log.At(t.Context(), positions[0])
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := envelope.Open(codec(), stored)
		if err != nil || !ok {
			t.Fatalf("%s: open: %v, %v", name, ok, err)
		}
		want.Position = domain.Position(positions[0])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOpenPassesOverTheKernelsOwnMessages(t *testing.T) {
	t.Parallel()
	log := eventstore.NewMemory()
	eventstoretest.Take(t, log, "t1")
	for _, r := range eventstoretest.All(t, log) {
		if _, ok, err := envelope.Open(codec(), r); ok || err != nil {
			t.Errorf("writer record: %v, %v; want to pass over it", ok, err)
		}
	}
}

func TestOpenRefusesWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	good, err := envelope.Close(codec(), "toy", full())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(m *eventstore.Message){
		"unknown type":     func(m *eventstore.Message) { m.Type = "toy.thing.unmade" },
		"later version":    func(m *eventstore.Message) { m.Schema = 3 },
		"broken data":      func(m *eventstore.Message) { m.Data = []byte(`{`) },
		"no aggregate":     func(m *eventstore.Message) { m.Subject = "evt.toy.t1.writer" },
		"another location": func(m *eventstore.Message) { m.Subject = "other" },
	} {
		m := good
		change(&m)
		_, ok, err := envelope.Open(codec(), eventstore.Recorded{Message: m, Position: 77})
		if ok || err == nil {
			t.Errorf("%s: %v, %v; want an error", name, ok, err)
		}
	}
}

type stranger struct{ made }

func (stranger) EventType() string { return "toy.stranger" }

func TestCloseRefusesWhatCouldNotBeReadBack(t *testing.T) {
	t.Parallel()
	for name, ev := range map[string]domain.Event{
		"type that is not registered": stranger{}, "id with a dot": made{ID: "a.b"}, "no id": made{},
	} {
		rec := full()
		rec.Event = ev
		if m, err := envelope.Close(codec(), "toy", rec); err == nil {
			t.Errorf("%s: made %+v", name, m)
		}
	}
	rec := full()
	rec.Tenant = "*"
	if _, err := envelope.Close(codec(), "toy", rec); err == nil {
		t.Error("the tenant * was allowed")
	}
}
