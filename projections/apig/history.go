package apig

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/projections"
	"github.com/gatelog/gatelog/projections/resources"
)

// History is a part of what ever happened to an API. It is read from the log, so that it is there as long
// as the log is, whether or not the API or its instance still are.
type History struct {
	// Deleted says that the API, or its instance, is gone.
	Deleted bool
	// Total is how many events there are in all.
	Total  int
	Events []HistoryEvent
}

// HistoryEvent is one event of an API.
type HistoryEvent struct {
	domain.Recorded
	// Diff is what the event changed: in the draft, or for a publication in what the environment runs.
	// It is nil when it was not asked for.
	Diff *resources.Diff
}

// HistoryFilter says how a history is told.
type HistoryFilter struct {
	NewestFirst bool
	// Diff asks for the difference that each event made, which costs some look-ups for each.
	Diff bool
}

// History returns a page of the events of an API. Errors: APIG.3002 when it never existed in the
// instance, APIG.3030 when the instance does not exist either.
func (q *Queries) History(ctx context.Context, in In, apiID string, f HistoryFilter, p Page) (History, error) {
	s, err := q.story(ctx, in, apiID)
	if err != nil {
		return History{}, err
	}
	h := History{Deleted: s.deleted, Total: len(s.moments)}
	page := cut(s.moments, f.NewestFirst, p)
	if h.Events, err = q.tell(ctx, s, page); err != nil {
		return History{}, fmt.Errorf("history of API %s: %w", apiID, err)
	}
	if f.Diff {
		texts := texts{queries: q, tenant: in.Tenant, known: map[text]*apig.Definition{}}
		for i, m := range page {
			if h.Events[i].Diff, err = texts.diff(ctx, m); err != nil {
				return History{}, fmt.Errorf("history of API %s: position %d: %w", apiID, m.at, err)
			}
		}
	}
	if f.NewestFirst {
		slices.Reverse(h.Events)
	}
	return h, nil
}

// cut returns a page of a list that is oldest first, itself oldest first. newestFirst counts from the
// end.
func cut[T any](all []T, newestFirst bool, p Page) []T {
	n := len(all)
	from := min(p.Offset, n)
	to := min(from+p.Limit, n)
	if newestFirst {
		from, to = n-to, n-from
	}
	return all[from:to]
}

// tell reads the events of a page again, which the story did not keep.
func (q *Queries) tell(ctx context.Context, s *story, page []moment) ([]HistoryEvent, error) {
	events := make([]HistoryEvent, 0, len(page))
	if len(page) == 0 {
		return events, nil
	}
	first, last := page[0].at, page[len(page)-1].at
	err := q.log.Read(ctx, eventstore.Position(first-1), eventstore.Position(last), func(r eventstore.Recorded) error {
		rec, _, err := envelope.Open(q.codec, r)
		events = append(events, HistoryEvent{Recorded: rec})
		return err
	}, s.subject)
	if err == nil && len(events) != len(page) {
		err = fmt.Errorf("%d events from position %d to %d, expected %d", len(events), first, last, len(page))
	}
	return events, err
}

// story is what happened to an API, as far as it is needed to find any of it again: where each event is
// and which definitions it stands between.
type story struct {
	subject  string
	instance string
	deleted  bool
	moments  []moment
	draft    text
	versions map[string]domain.Position // version id -> position of its publication
	live     map[string]text            // environment id -> version in effect
}

// moment is one event of an API.
type moment struct {
	at            domain.Position
	env           string // of the version that the event made; empty when it made none
	before, after text
}

// text is where a definition stands in the log. The zero text is none.
type text struct {
	at domain.Position
	// version says that the event at the position is a publication, which made a version; else it holds
	// the definition itself.
	version bool
}

// story reads the history of an API. Errors: those of History.
func (q *Queries) story(ctx context.Context, in In, apiID string) (*story, error) {
	subject, err := subjectOf(in.Tenant, apig.APIDeleted{APIID: apiID}.Of())
	if err != nil {
		return nil, q.neverWas(ctx, in, apiID)
	}
	end, _ := projections.MomentOf(ctx) // 0: the end of the log
	newest, err := q.log.Newest(ctx, subject, eventstore.Position(end))
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil, q.neverWas(ctx, in, apiID)
	}
	if err != nil {
		return nil, err
	}
	s := &story{subject: subject, versions: map[string]domain.Position{}, live: map[string]text{}}
	err = q.log.Read(ctx, 0, newest.Position, func(r eventstore.Recorded) error {
		rec, ok, err := envelope.Open(q.codec, r)
		if ok {
			s.fold(rec)
		}
		return err
	}, subject)
	if err != nil {
		return nil, fmt.Errorf("history of API %s: %w", apiID, err)
	}
	if s.instance != in.Instance {
		return nil, q.neverWas(ctx, in, apiID)
	}
	return s, q.withInstance(ctx, in, s)
}

func subjectOf(tenant string, of domain.Aggregate) (string, error) {
	return eventstore.Subject("apig", tenant, of.Kind, of.ID)
}

// neverWas is the error for an API that the instance never had.
func (q *Queries) neverWas(ctx context.Context, in In, apiID string) error {
	if err := q.Exists(ctx, in); err != nil {
		return err
	}
	return apig.ErrAPINotFound(apiID)
}

// withInstance notes that an API is gone because its instance is.
func (q *Queries) withInstance(ctx context.Context, in In, s *story) error {
	ev, err := q.newest(ctx, in.Tenant, apig.InstanceDeleted{InstanceID: in.Instance}.Of(), 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil
	}
	if _, gone := ev.(apig.InstanceDeleted); gone {
		s.deleted = true
	}
	return err
}

// fold adds an event. The definitions that it stands between are those of the draft, or of what its
// environment runs.
func (s *story) fold(rec domain.Recorded) {
	m := moment{at: rec.Position}
	switch ev := rec.Event.(type) {
	case apig.APICreated:
		s.instance, s.deleted = ev.API.InstanceID, false // a restored API comes again under its id
		m = s.redraft(m)
		m.before = text{}
	case apig.APIUpdated:
		m = s.redraft(m)
	case apig.APIDeleted:
		m.before, s.deleted = s.draft, true
	case apig.APIPublished:
		s.versions[ev.VersionID] = rec.Position
		m.env = ev.EnvID
		m = s.run(m, ev.EnvID, text{rec.Position, true})
	case apig.APIVersionSwitched:
		m = s.run(m, ev.EnvID, text{s.versions[ev.VersionID], true})
	case apig.APITakenOffline:
		m = s.run(m, ev.EnvID, text{})
	}
	s.moments = append(s.moments, m)
}

func (s *story) redraft(m moment) moment {
	m.before, m.after = s.draft, text{at: m.at}
	s.draft = m.after
	return m
}

func (s *story) run(m moment, envID string, now text) moment {
	m.before, m.after = s.live[envID], now
	s.live[envID] = now
	return m
}

// texts reads definitions, each once.
type texts struct {
	queries *Queries
	tenant  string
	known   map[text]*apig.Definition
}

func (t texts) diff(ctx context.Context, m moment) (*resources.Diff, error) {
	before, err := t.read(ctx, m.before)
	if err != nil {
		return nil, err
	}
	after, err := t.read(ctx, m.after)
	if err != nil {
		return nil, err
	}
	d, err := DiffOf(before, after)
	return &d, err
}

// read returns the definition of a draft as it was written, that of a version as it ran; nil for none.
func (t texts) read(ctx context.Context, at text) (*apig.Definition, error) {
	if at.at == 0 {
		return nil, nil
	}
	if known, ok := t.known[at]; ok {
		return known, nil
	}
	var d apig.Definition
	if at.version {
		v, err := t.queries.VersionAt(ctx, t.tenant, at.at)
		if err != nil {
			return nil, err
		}
		d = v.Definition
	} else {
		a, err := t.queries.writtenAt(ctx, at.at)
		if err != nil {
			return nil, err
		}
		d = a.Definition
	}
	t.known[at] = &d
	return &d, nil
}
