package resources

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/projections"
)

// book is a log that tests write.
type book struct {
	*Queries
	t   *testing.T
	log *eventstore.Memory
	n   int
}

func newBook(t *testing.T) *book {
	t.Helper()
	log := eventstore.NewMemory()
	return &book{Queries: New(log, map[string]Surface{identity.Surface: {Codec: identity.Codec()}}), t: t, log: log}
}

func (b *book) append(surface string, m eventstore.Message) domain.Position {
	b.t.Helper()
	fence, err := b.log.Take(b.t.Context(), surface, "t1", "test")
	if err != nil {
		b.t.Fatal(err)
	}
	positions, err := b.log.Append(b.t.Context(), fence, []eventstore.Message{m})
	if err != nil {
		b.t.Fatal(err)
	}
	return domain.Position(positions[0])
}

// has appends an event of identity.
func (b *book) has(ev domain.Event) domain.Position {
	b.t.Helper()
	b.n++
	m, err := envelope.Close(identity.Codec(), identity.Surface, domain.Recorded{ID: "e" + strconv.Itoa(b.n), Tenant: "t1", Time: time.Unix(int64(b.n), 0), Event: ev})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.append(identity.Surface, m)
}

// wrote appends an event of a surface that has no codec here.
func (b *book) wrote(verb, data string) domain.Position {
	b.t.Helper()
	b.n++
	return b.append("app", eventstore.Message{
		Subject: "evt.app.t1.lamp.l1", ID: "e" + strconv.Itoa(b.n), Type: "app.lamp." + verb, Schema: 1, Time: time.Unix(int64(b.n), 0), Data: []byte(data),
	})
}

var lamp = Resource{Surface: "app", Tenant: "t1", Kind: "lamp", ID: "l1"}

// short tells happenings in short: the type, the part, whether it was and is there, and what changed.
func short(all []Happening) []string {
	lines := []string{}
	for _, h := range all {
		line := fmt.Sprintf("%s %s %s>%s", h.Event.EventType(), h.Part, h.Before, h.After)
		if h.Part == "" {
			line = fmt.Sprintf("%s says %s", h.Event.EventType(), h.Data)
		}
		lines = append(lines, line)
	}
	return lines
}

func (b *book) history(of Resource) []string {
	b.t.Helper()
	all, total, err := b.Happenings(b.t.Context(), of, false, 0, 100)
	if err != nil || total != len(all) {
		b.t.Fatalf("%d of %d: %v", len(all), total, err)
	}
	return short(all)
}

func TestEventsOfASurfaceThatNobodyKnowsAreToldAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.wrote("built", `{"lamp":{"id":"l1","on":false}}`)
	b.wrote("switched", `{"lamp":{"id":"l1","on":true},"changed":["on"]}`)
	b.wrote("bulb_added", `{"bulb":{"id":"b1"},"lamp_name":"x"}`)
	b.wrote("seen", `{"by":"ada"}`)
	b.wrote("heard", `["a","list"]`)
	b.wrote("blinked", `no JSON`)
	b.wrote("bulb_deleted", `{"bulb_id":"b1"}`)
	b.wrote("deleted", `{"lamp_id":"l1"}`)
	want := []string{
		`app.lamp.built lamp null>{"id":"l1","on":false}`,
		`app.lamp.switched lamp {"id":"l1","on":false}>{"id":"l1","on":true}`,
		`app.lamp.bulb_added bulb null>{"id":"b1"}`,
		`app.lamp.seen says {"by":"ada"}`, `app.lamp.heard says ["a","list"]`, `app.lamp.blinked says "no JSON"`,
		`app.lamp.bulb_deleted bulb {"id":"b1"}>null`,
		`app.lamp.deleted lamp {"id":"l1","on":true}>null`,
	}
	if diff := cmp.Diff(want, b.history(lamp)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What began as bound ends as unbound; what was created does not end when something is unbound from it.
func TestWhatBeganAsBoundEndsAsUnbound(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]string{
		"bound":   `app.lamp.unbound lamp {"id":"l1"}>null`,
		"created": `app.lamp.unbound says {"lamp_id":"l1","room_id":"r"}`,
	} {
		b := newBook(t)
		b.wrote(first, `{"lamp":{"id":"l1"}}`)
		b.wrote("unbound", `{"lamp_id":"l1","room_id":"r"}`)
		if got := b.history(lamp)[1]; got != want {
			t.Errorf("after %s: %s, want %s", first, got, want)
		}
	}
}

func TestASurfaceCanSayWhichPartAnEventIsAbout(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.surfaces["app"] = Surface{Part: func(ev domain.Event) (string, string) {
		if ev.EventType() == "app.lamp.lent" {
			return "loan", "r1"
		}
		return "", ""
	}}
	b.wrote("built", `{"lamp":{"id":"l1"}}`)
	b.wrote("lent", `{"to":"ada","terms":{"days":3}}`)
	if got, want := b.history(lamp)[1], `app.lamp.lent loan null>{"to":"ada","terms":{"days":3}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	at, err := b.At(t.Context(), lamp, 0)
	if err != nil || string(at) != `{"id":"l1"}` {
		t.Errorf("a loan is not the lamp: %s, %v", at, err)
	}
}

func TestHistoryOfAUserWithItsSealedPassword(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	user := identity.User{ID: "u1", Name: "ada", Enabled: true, Password: identity.Sealed("v1.0123456789abcdef." + strings.Repeat("A", 60))}
	other := user
	other.Password, other.Generation = identity.Sealed("v1.0123456789abcdef."+strings.Repeat("B", 60)), 1
	born := b.has(identity.UserCreated{User: user})
	changed := b.has(identity.UserPasswordChanged{User: other})
	of := Resource{Surface: identity.Surface, Tenant: "t1", Kind: "user", ID: "u1"}

	at := func(p domain.Position) json.RawMessage {
		t.Helper()
		document, err := b.At(t.Context(), of, p)
		if err != nil {
			t.Fatal(err)
		}
		return document
	}
	d, err := DiffOf(at(born), at(changed))
	if err != nil {
		t.Fatal(err)
	}
	want := []Change{
		{Path: "generation", Kind: Replaced, Before: json.RawMessage("0"), After: json.RawMessage("1")},
		{Path: "password", Kind: Replaced, Before: json.RawMessage(`"******"`), After: json.RawMessage(`"******"`)},
	}
	if diff := cmp.Diff(want, d.Changes); diff != "" {
		t.Errorf("a new password shows, masked (-want +got):\n%s", diff)
	}
	blame, err := b.Blame(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range blame.Fields {
		if newer := f.Pointer == "/generation" || f.Pointer == "/password"; newer != (f.Event.Position == changed) {
			t.Errorf("%s is blamed on %d", f.Pointer, f.Event.Position)
		}
	}
	b.has(identity.UserDeleted{UserID: "u1", Name: "ada"})
	if blame, err = b.Blame(t.Context(), of); err != nil || !blame.Deleted {
		t.Errorf("a user that is gone: %v, %v", blame.Deleted, err)
	}
}

func TestPagesAndMoments(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	var at []domain.Position
	for i := range 5 {
		at = append(at, b.wrote("switched", fmt.Sprintf(`{"lamp":{"n":%d}}`, i)))
	}
	for _, c := range []struct {
		newest        bool
		offset, limit int
		want          []domain.Position
	}{
		{true, 0, 2, []domain.Position{at[4], at[3]}},
		{false, 1, 2, []domain.Position{at[1], at[2]}},
		{true, 4, 10, []domain.Position{at[0]}},
		{false, 9, 10, []domain.Position{}},
	} {
		page, total, err := b.Happenings(t.Context(), lamp, c.newest, c.offset, c.limit)
		got := []domain.Position{}
		for _, h := range page {
			got = append(got, h.Position)
		}
		if diff := cmp.Diff(c.want, got); err != nil || total != 5 || diff != "" {
			t.Errorf("%+v: %d, %v (-want +got):\n%s", c, total, err, diff)
		}
	}
	then := projections.AsOf(t.Context(), at[1])
	if _, total, err := b.Happenings(then, lamp, true, 0, 10); err != nil || total != 2 {
		t.Errorf("as of %d: %d, %v", at[1], total, err)
	}
	if before, err := b.At(then, lamp, at[4]); err != nil || string(before) != `{"n":1}` {
		t.Errorf("a moment hides what comes after it: %s, %v", before, err)
	}
	for _, of := range []Resource{
		{Surface: "app", Tenant: "t2", Kind: "lamp", ID: "l1"}, {Surface: "apig", Tenant: "t1", Kind: "lamp", ID: "l1"}, {Surface: "app", Tenant: "t1", Kind: "lamp", ID: "*"},
	} {
		if _, _, err := b.Happenings(t.Context(), of, true, 0, 1); domain.CodeOf(err) != domain.CodeNotFound {
			t.Errorf("%+v: %v", of, err)
		}
	}
}
