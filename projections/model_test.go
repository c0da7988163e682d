package projections

import (
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// model is what the tables must hold: the same rules again, in the plainest words, event by event.
type model struct {
	things map[string]thingRow
	tags   map[string]tagRow
}

func foldModel(t rapid.TB, log eventstore.Log, upTo domain.Position) model {
	t.Helper()
	m := model{things: map[string]thingRow{}, tags: map[string]tagRow{}}
	p := newToy(all)
	err := log.Read(context.Background(), 0, eventstore.Position(upTo), func(r eventstore.Recorded) error {
		rec, ok, err := envelope.Open(p.Codec, r)
		if ok {
			m.apply(rec)
		}
		return err
	}, p.Filter())
	if err != nil {
		t.Fatalf("fold the model: %v", err)
	}
	return m
}

func (m model) apply(rec domain.Recorded) {
	untag := func(id string) {
		for key, tag := range m.tags {
			if tag.ThingID == id {
				delete(m.tags, key)
			}
		}
	}
	switch e := rec.Event.(type) {
	case put:
		m.things[e.ID] = rowOf(e, rec)
		untag(e.ID)
		for _, tag := range e.Tags {
			m.tags[e.ID+"/"+tag] = tagRow{ThingID: e.ID, Tag: tag, Owner: e.Owner}
		}
	case removed:
		delete(m.things, e.ID)
		untag(e.ID)
	case ownerLeft:
		for id, thing := range m.things {
			if thing.Owner == e.Owner {
				delete(m.things, id)
			}
		}
		for key, tag := range m.tags {
			if tag.Owner == e.Owner {
				delete(m.tags, key)
			}
		}
		if e.Heir != "" {
			m.things[e.Owner] = rowOf(put{ID: e.Owner, Owner: e.Heir}, rec)
		}
	case later:
		delete(m.things, e.ID)
	}
}

// dump is what tables hold, in a form that compares.
type dump struct{ Things, Tags []string }

func (m model) dump(t rapid.TB) dump {
	t.Helper()
	var d dump
	for _, row := range m.things {
		row.Made = row.Made.Round(time.Microsecond)
		if row.Seen != nil {
			seen := row.Seen.Round(time.Microsecond)
			row.Seen = &seen
		}
		d.Things = append(d.Things, same(t, row))
	}
	for _, row := range m.tags {
		d.Tags = append(d.Tags, same(t, row))
	}
	slices.Sort(d.Things)
	slices.Sort(d.Tags)
	return d
}

func same(t rapid.TB, row any) string {
	t.Helper()
	text, err := plain(row)
	if err == nil {
		text, err = canonical(text)
	}
	if err != nil {
		t.Fatalf("row %+v: %v", row, err)
	}
	return text
}

// tables dumps the live tables.
func (w *world) tables(t rapid.TB) dump {
	t.Helper()
	var rows []thingRow
	var tagged []tagRow
	err := w.db.SelectContext(context.Background(), &rows, "SELECT * FROM toy.things")
	if err == nil {
		err = w.db.SelectContext(context.Background(), &tagged, "SELECT * FROM toy.tags")
	}
	if err != nil {
		t.Fatalf("read the tables: %v", err)
	}
	var d dump
	for _, row := range rows {
		d.Things = append(d.Things, same(t, row))
	}
	for _, row := range tagged {
		d.Tags = append(d.Tags, same(t, row))
	}
	slices.Sort(d.Things)
	slices.Sort(d.Tags)
	return d
}
