package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/eventstore"
)

// logFilter is which events are asked for, as the flags say it.
type logFilter struct {
	surface, project, kind, id string
	eventType, actor           string
	since, until               string
	all                        bool
}

func (f *logFilter) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.surface, "surface", "", "only events of this API, e.g. apig or identity")
	flags.StringVar(&f.project, "project", "", "only events of the project with this id")
	flags.StringVar(&f.kind, "kind", "", "only events about this kind of thing, e.g. api, group, env, variable, instance")
	flags.StringVar(&f.id, "id", "", "only events about the thing with this id")
	flags.StringVar(&f.eventType, "type", "", "only events of this type; * and ? stand for any text and any character")
	flags.StringVar(&f.actor, "actor", "", "only events that this user (name or id) or access key caused")
	flags.StringVar(&f.since, "since", "", "only events from this position or time on")
	flags.StringVar(&f.until, "until", "", "only events up to this position or time")
	flags.BoolVar(&f.all, "all", false, "also the log's own records: who writes for a project, answers kept for an Idempotency-Key")
}

var subjectPart = regexp.MustCompile(`^[A-Za-z0-9_-]{0,128}$`)

func (f *logFilter) check() error {
	for name, value := range map[string]string{"surface": f.surface, "project": f.project, "kind": f.kind, "id": f.id} {
		if !subjectPart.MatchString(value) {
			return fmt.Errorf("--%s is %q: letters, digits, - and _ only", name, value)
		}
	}
	if _, err := path.Match(f.eventType, ""); err != nil {
		return fmt.Errorf("--type is %q: %w", f.eventType, err)
	}
	return nil
}

// filters returns the subjects that the log is asked for.
func (f *logFilter) filters() []string {
	part := func(value string) string {
		if value == "" {
			return "*"
		}
		return value
	}
	switch {
	case f.kind != "" || f.id != "":
		return []string{strings.Join([]string{"evt", part(f.surface), part(f.project), part(f.kind), part(f.id)}, ".")}
	case f.surface != "" || f.project != "":
		return []string{strings.Join([]string{"evt", part(f.surface), part(f.project), ">"}, ".")}
	}
	return nil
}

// logQuery is which events are asked for, as the log says it: those after a position, up to another.
type logQuery struct {
	filters      []string
	after, upTo  eventstore.Position
	since, until time.Time // zero: any
	eventType    string
	actor        string
	all          bool
}

// query holds the filter against the log: now is what times are counted back from.
func (f *logFilter) query(ctx context.Context, log eventstore.Log, now time.Time) (*logQuery, error) {
	head, err := log.Head(ctx)
	if err != nil {
		return nil, err
	}
	q := &logQuery{filters: f.filters(), upTo: head, eventType: f.eventType, actor: f.actor, all: f.all}
	if f.since != "" {
		from, err := momentOf(f.since, now)
		if err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
		if q.since = from.time; from.position == 0 {
			from.position, err = eventstore.FirstSince(ctx, log, head, from.time.Add(-clockSkew))
		}
		if err != nil {
			return nil, err
		}
		q.after = from.position - 1
	}
	if f.until != "" {
		to, err := momentOf(f.until, now)
		if err != nil {
			return nil, fmt.Errorf("--until: %w", err)
		}
		if q.until = to.time; to.position == 0 {
			to.position, err = eventstore.FirstSince(ctx, log, head, to.time.Add(clockSkew))
		}
		if err != nil {
			return nil, err
		}
		q.upTo = min(to.position, head)
	}
	return q, nil
}

// moment is a place in the log: a position, or a time where that is zero.
type moment struct {
	position eventstore.Position
	time     time.Time
}

var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

func momentOf(text string, now time.Time) (moment, error) {
	if position, err := strconv.ParseUint(text, 10, 64); err == nil {
		if position == 0 {
			return moment{}, errors.New("positions begin with 1")
		}
		return moment{position: eventstore.Position(position)}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return moment{time: now.Add(-ago.Abs())}, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return moment{time: t}, nil
		}
	}
	return moment{}, fmt.Errorf("%q is neither a position (1742) nor a time (2006-01-02T15:04:05, UTC) nor how long ago (90m)", text)
}

// clockSkew is how far apart the clocks of nodes may be: the times of events grow with their positions
// but for that.
const clockSkew = 10 * time.Minute

// Names of the extension attributes that events are filtered and shown by.
const (
	attrActorID   = "actorid"
	attrActorName = "actorname"
	attrKey       = "accesskey"
	attrCommand   = "command"
)

// kernelTypes is the beginning of the types of the log's own records.
const kernelTypes = "gatelog."

// matches reports whether the query asks for an event of its filters.
func (q *logQuery) matches(r eventstore.Recorded) bool {
	if strings.HasPrefix(r.Type, kernelTypes) && !q.all && !strings.HasPrefix(q.eventType, kernelTypes) {
		return false
	}
	if !q.since.IsZero() && r.Time.Before(q.since) || !q.until.IsZero() && r.Time.After(q.until) {
		return false
	}
	x := r.Extensions
	if q.actor != "" && q.actor != x[attrActorID] && q.actor != x[attrActorName] && q.actor != x[attrKey] {
		return false
	}
	if q.eventType == "" {
		return true
	}
	ok, err := path.Match(q.eventType, r.Type)
	return ok && err == nil
}

// read calls each with all events of the query, oldest first.
func (q *logQuery) read(ctx context.Context, log eventstore.Log, each func(eventstore.Recorded) error) error {
	return log.Read(ctx, q.after, q.upTo, func(r eventstore.Recorded) error {
		if !q.matches(r) {
			return nil
		}
		return each(r)
	}, q.filters...)
}

// Parts of the log in which newest looks at a time.
const (
	firstPart   = 512
	largestPart = 1 << 20
)

// newest returns the newest n events of the query, oldest of them first. It looks through the log from its
// end, in ever larger parts, since what is asked for mostly stands there.
func (q *logQuery) newest(ctx context.Context, log eventstore.Log, n int) ([]eventstore.Recorded, error) {
	var found []eventstore.Recorded
	size := eventstore.Position(firstPart)
	for upTo := q.upTo; upTo > q.after && len(found) < n; {
		part := *q
		part.upTo, part.after = upTo, max(q.after, upTo-min(size, upTo))
		var batch []eventstore.Recorded
		err := part.read(ctx, log, func(r eventstore.Recorded) error {
			if batch = append(batch, r); len(batch) >= 2*n {
				batch = slices.Clone(batch[len(batch)-n:])
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		found = append(batch, found...)
		upTo, size = part.after, min(4*size, largestPart)
	}
	return found[max(len(found)-n, 0):], nil
}
