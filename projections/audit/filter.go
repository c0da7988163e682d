package audit

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
)

// Filter says which records are asked for. What is empty does not count; all that is given must match.
type Filter struct {
	// Tenant is whose records. Empty: those of all, and of nobody; who may ask for that is not decided here.
	Tenant string
	// User is the name or the id of a user, Key an access key, Address that of the client.
	User, Key, Address string
	// Surface is that of the HTTP API, or of the event where no request caused it. Operation is an operation of
	// it, or a command.
	Surface, Operation string
	Request            string
	// Kind, Resource and Instance are what was changed, or what the path of an attempt names.
	Kind, Resource, Instance string
	Outcome                  audit.Outcome
	Code                     string // of a refusal
	// From and To bound the time: From itself is in, To is not.
	From, To time.Time
	// Text is words that must be in the record, each at least as the beginning of one.
	Text string
}

// Page says which part of a list is asked for.
type Page struct {
	After     string // the cursor that the page before ended with; empty for the first
	Limit     int
	Ascending bool // oldest first
}

// place is where a page ends: records are in the order of their times, then of their ids. New ones do not move
// those that are there.
type place struct {
	time time.Time
	id   string
}

// cursor is the text of a place.
func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(p.time.UnixMicro(), 10) + "." + p.id))
}

// placeOf reads a cursor. Error: domain.CodeInvalid.
func placeOf(cursor string) (place, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	micros, id, ok := strings.Cut(string(raw), ".")
	at, numberErr := strconv.ParseInt(micros, 10, 54) // to the year 2255
	if err != nil || !ok || numberErr != nil || id != text(id) {
		refusal := domain.Errorf(domain.CodeInvalid, "after is no cursor: give the 'next' of an earlier answer")
		refusal.Param = "after"
		return place{}, refusal
	}
	return place{time.UnixMicro(at).UTC(), id}, nil
}

// where collects conditions and their arguments.
type where struct {
	conditions []string
	args       []any
}

// add adds a condition, whose %s are the next arguments.
func (w *where) add(condition string, args ...any) {
	names := make([]any, len(args))
	for i, arg := range args {
		names[i] = w.arg(arg)
	}
	w.conditions = append(w.conditions, fmt.Sprintf(condition, names...))
}

func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	return "$" + strconv.Itoa(len(w.args))
}

// equal adds a condition for each column with a value.
func (w *where) equal(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			w.add(pairs[i]+" = %s", pairs[i+1])
		}
	}
}

func (w *where) sql() string {
	if len(w.conditions) == 0 {
		return "true"
	}
	return strings.Join(w.conditions, " AND ")
}

// common adds the conditions that both kinds of records have, and begins new ones.
func (w *where) common(f Filter, after *place, ascending bool) {
	w.conditions = nil
	w.equal("r.tenant", f.Tenant, "r.key", f.Key, "r.address", f.Address, "r.surface", f.Surface, "r.request", f.Request)
	if f.User != "" {
		w.add("(r.user_id = %s OR r.user_name = %s)", f.User, f.User)
	}
	if !f.From.IsZero() {
		w.add("r.time >= %s", f.From)
	}
	if !f.To.IsZero() {
		w.add("r.time < %s", f.To)
	}
	if after != nil {
		than := "<"
		if ascending {
			than = ">"
		}
		w.add("(r.time, r.id) "+than+" (%s, %s)", after.time, after.id)
	}
}

// made adds the conditions on requests that changed something, as their clients were told. words are those of
// the filter's text.
func (w *where) made(f Filter, words []word) {
	w.conditions = append(w.conditions, notAttempted)
	w.operation(f)
	if changed := w.changed(f); changed != "" {
		w.conditions = append(w.conditions, changed)
	}
	w.text(words)
}

// attempted adds the conditions on what is among the attempts. Kind, resource and instance are those of the path,
// or of what was changed all the same.
func (w *where) attempted(f Filter, words []word) {
	w.equal("r.outcome", string(f.Outcome), "r.code", f.Code)
	w.operation(f)
	if changed := w.changed(f); changed != "" {
		outer := w.conditions
		w.conditions = nil
		w.equal("r.kind", f.Kind, "r.resource", f.Resource, "r.instance", f.Instance)
		w.conditions = append(outer, "("+w.sql()+" OR "+changed+")")
	}
	w.text(words)
}

// operation adds the condition on an operation, or on a command, which has a dot in its name.
func (w *where) operation(f Filter) {
	if strings.Contains(f.Operation, ".") {
		w.add("r.id IN (SELECT c.record FROM audit.changes c WHERE c.command = %s)", f.Operation)
		return
	}
	w.equal("r.operation", f.Operation)
}

// changed returns the condition on what was changed; it is empty for none.
func (w *where) changed(f Filter) string {
	if f.Kind == "" && f.Resource == "" && f.Instance == "" {
		return ""
	}
	outer := w.conditions
	w.conditions = nil
	defer func() { w.conditions = outer }()
	w.equal("c.kind", f.Kind, "c.resource", f.Resource, "c.instance", f.Instance, "c.tenant", f.Tenant)
	return "r.id IN (SELECT c.record FROM audit.changes c WHERE " + w.sql() + ")"
}

// text adds the conditions on words: each is in the record, or in what was changed.
func (w *where) text(words []word) {
	for _, one := range words {
		if one.common {
			w.add("(r.words @@ %s::tsquery OR EXISTS (SELECT 1 FROM audit.changes c WHERE c.record = r.id AND c.words @@ %s::tsquery))", one.query, one.query)
			continue
		}
		w.add("(r.words @@ %s::tsquery OR r.id = ANY(%s))", one.query, pq.Array(one.records))
	}
}

// word is a word that is searched for, and the records whose changes have it, unless it is common.
type word struct {
	query   string // a tsquery
	common  bool
	records []string
}
