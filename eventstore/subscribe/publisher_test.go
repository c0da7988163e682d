package subscribe

import (
	"slices"
	"strconv"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/gatelog/gatelog/eventstore"
)

func TestPublishedMessagesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, err := NewPublisher(b.log, "shop")
	if err != nil {
		t.Fatal(err)
	}
	rival, err := NewPublisher(b.log, "shop") // takes the tenant over and over
	if err != nil {
		t.Fatal(err)
	}
	payloads := []string{`{"a":1}`, `{ "spaced": 1 }`, "no JSON", "", "\xff\x00", `"<html>"`, "null", " 1"}
	for i, payload := range payloads {
		m := message.NewMessage("id "+strconv.Itoa(i), []byte(payload))
		m.Metadata.Set("Any Name", "Zoë")
		m.Metadata.Set(MetadataKey, "k"+strconv.Itoa(i%2))
		if err := []*Publisher{p, rival}[i%2].Publish("orders", m); err != nil {
			t.Fatal(err)
		}
	}
	sub := b.subscriber(t, func(o *Options) { o.Topic = p.Topic })
	ch, err := sub.Subscribe(t.Context(), "orders")
	if err != nil {
		t.Fatal(err)
	}
	for i, payload := range payloads {
		m := next(t, ch)
		if m.UUID != "id "+strconv.Itoa(i) || string(m.Payload) != payload || m.Metadata.Get("Any Name") != "Zoë" {
			t.Errorf("%d: %s %q %v, want %q", i, m.UUID, m.Payload, m.Metadata, payload)
		}
		if want := "evt.app.shop.orders.k" + strconv.Itoa(i%2); m.Metadata.Get(MetadataSubject) != want {
			t.Errorf("it came on %s, want %s", m.Metadata.Get(MetadataSubject), want)
		}
		m.Ack()
	}
}

func TestWhatCannotBePublished(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := NewPublisher(b.log, "a.b"); err == nil {
		t.Error("a tenant of two parts was taken")
	}
	p, err := NewPublisher(b.log, "shop")
	if err != nil {
		t.Fatal(err)
	}
	m := func() *message.Message { return message.NewMessage("1", nil) }
	odd := m()
	odd.Metadata.Set(MetadataKey, "*")
	for name, c := range map[string]struct {
		topic string
		all   []*message.Message
	}{
		"a topic of two parts": {"a.b", []*message.Message{m()}},
		"a wildcard":           {"*", []*message.Message{m()}},
		"a wildcard as key":    {"orders", []*message.Message{m(), odd}},
		"too many at once":     {"orders", slices.Repeat([]*message.Message{m()}, eventstore.MaxUnit+1)},
	} {
		if err := p.Publish(c.topic, c.all...); err == nil {
			t.Errorf("%s was published", name)
		}
	}
	if err := p.Publish("orders"); err != nil {
		t.Errorf("nothing: %v", err)
	}
	_ = p.Close()
	if err := p.Publish("orders", m()); err == nil {
		t.Error("a closed publisher publishes")
	}
}
