package apig

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/projections"
)

// Queries answers what can be asked of the apig surface: from the read models, and for versions from
// the log. Each query names the tenant; of another tenant's things it says that they do not exist.
type Queries struct {
	rows  *projections.Statements
	log   eventstore.Log
	codec *domain.Codec
	apis  *projections.Gather[apiKey, Answer]
}

// NewQueries returns the queries over a pool and a log.
func NewQueries(rows *projections.Statements, log eventstore.Log) *Queries {
	q := &Queries{rows: rows, log: log, codec: apig.Codec()}
	q.apis = projections.NewGather(q.fetchAPIs)
	return q
}

// Page is a part of a list: how many entries to pass over (at least 0) and how many to return at most
// (at least 1).
type Page struct{ Offset, Limit int }

// In is where a query looks: an instance of a tenant.
type In struct{ Tenant, Instance string }

// where collects conditions with their arguments.
type where struct {
	conditions []string
	args       []any
}

// in returns the conditions that every query beneath an instance begins with.
func (i In) where(table string) *where {
	w := &where{}
	w.must(table+".instance_id", i.Instance)
	w.must(table+".tenant", i.Tenant)
	return w
}

// must adds 'column = value', also when the value is empty.
func (w *where) must(column, value string) { w.text(column+" = $%d", value, value) }

// is adds 'column = value'; an empty value adds nothing.
func (w *where) is(column, value string) {
	if value != "" {
		w.must(column, value)
	}
}

// like adds 'column contains value', or 'column = value' when exact; an empty value adds nothing.
func (w *where) like(column, value string, exact bool) {
	switch {
	case value == "":
	case exact:
		w.must(column, value)
	default:
		w.text(column+` LIKE $%d`, value, "%"+escapeLike.Replace(value)+"%")
	}
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// text adds a condition about a text that a client gave. One that no row can hold, and that Postgres
// would not even take, is found nowhere.
func (w *where) text(condition, given, arg string) {
	if !keepable(given) {
		w.none()
		return
	}
	w.add(condition, arg)
}

func keepable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// none lets no row through.
func (w *where) none() { w.conditions = append(w.conditions, "false") }

// oneOf adds 'column is one of the values'; no values add nothing.
func (w *where) oneOf(condition string, values []string) {
	if len(values) > 0 {
		unkeepable := func(v string) bool { return !keepable(v) }
		w.add(condition, pq.Array(slices.DeleteFunc(slices.Clone(values), unkeepable)))
	}
}

// add adds a condition with one argument, whose place '%d' marks.
func (w *where) add(condition string, arg any) {
	w.args = append(w.args, arg)
	w.conditions = append(w.conditions, fmt.Sprintf(condition, len(w.args)))
}

func (w *where) String() string { return " WHERE " + strings.Join(w.conditions, " AND ") }

// page completes a SELECT with the conditions, an order and the bounds of a page.
func (w *where) page(selected, order string, p Page) (query string, args []any) {
	args = append(slices.Clip(w.args), p.Limit, p.Offset)
	return fmt.Sprintf("%s%s ORDER BY %s LIMIT $%d OFFSET $%d", selected, w, order, len(args)-1, len(args)), args
}

// get scans the one row of a query into dest, or returns sql.ErrNoRows.
func (q *Queries) get(ctx context.Context, dest any, query string, args ...any) error {
	if !askable(args) {
		return sql.ErrNoRows
	}
	return q.rows.Get(ctx, dest, query, args...)
}

// askable reports whether a row could have all of the texts.
func askable(args []any) bool {
	for _, arg := range args {
		if text, ok := arg.(string); ok && !keepable(text) {
			return false
		}
	}
	return true
}

// page scans a page of rows and returns how many there are in all.
func page[R any](ctx context.Context, q *Queries, columns, from string, w *where, order string, p Page) ([]R, int, error) {
	rows := []R{}
	query, args := w.page("SELECT "+columns+" FROM "+from, order, p)
	if err := q.rows.Select(ctx, &rows, query, args...); err != nil {
		return nil, 0, err
	}
	total, err := q.total(ctx, len(rows), from, w, p)
	return rows, total, err
}

// pageIn is page for things beneath an instance. Only when there are none at all does it ask whether
// there is such an instance: APIG.3030.
func pageIn[R any](ctx context.Context, q *Queries, in In, columns, from string, w *where, order string, p Page) ([]R, int, error) {
	rows, total, err := page[R](ctx, q, columns, from, w, order, p)
	if err == nil && total == 0 {
		err = q.Exists(ctx, in)
	}
	return rows, total, err
}

// total returns how many rows there are in all, of which a page shows some. They are counted only when
// the page does not tell.
func (q *Queries) total(ctx context.Context, shown int, from string, w *where, p Page) (int, error) {
	if shown < p.Limit && (shown > 0 || p.Offset == 0) {
		return p.Offset + shown, nil
	}
	var total int
	err := q.rows.Get(ctx, &total, "SELECT count(*) FROM "+from+w.String(), w.args...)
	return total, err
}

// Exists returns ErrInstanceNotFound (APIG.3030) unless the instance is there.
func (q *Queries) Exists(ctx context.Context, in In) error {
	var found bool
	err := q.get(ctx, &found, "SELECT true FROM apig.instances WHERE id = $1 AND tenant = $2", in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) {
		return apig.ErrInstanceNotFound(in.Instance)
	}
	return err
}

// missing tells which of two things is not there: the instance, or what was looked for in it.
func (q *Queries) missing(ctx context.Context, in In, err error, what *domain.Error) error {
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := q.Exists(ctx, in); err != nil {
		return err
	}
	return what
}

// Instance returns an instance (APIG V2 §3.23.2), or APIC.7302.
func (q *Queries) Instance(ctx context.Context, in In) (apig.Instance, error) {
	var document []byte
	err := q.get(ctx, &document, "SELECT document FROM apig.instances WHERE id = $1 AND tenant = $2", in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) {
		return apig.Instance{}, apig.ErrInstanceUnknown()
	}
	if err != nil {
		return apig.Instance{}, err
	}
	var i apig.Instance
	return i, json.Unmarshal(document, &i)
}

// InstanceFilter narrows the list of instances (APIG V2 §3.23.14).
type InstanceFilter struct{ ID, Name, Status string }

// Instances returns a page of the tenant's instances, newest first, and their number in all.
func (q *Queries) Instances(ctx context.Context, tenant string, f InstanceFilter, p Page) ([]apig.Instance, int, error) {
	w := &where{}
	w.must("i.tenant", tenant)
	w.is("i.id", f.ID)
	w.like("i.name", f.Name, false)
	w.is("i.status", f.Status)
	return q.instances(ctx, w, p)
}

func (q *Queries) instances(ctx context.Context, w *where, p Page) ([]apig.Instance, int, error) {
	rows, total, err := page[InstanceRow](ctx, q, "i.*", "apig.instances i", w, "i.create_time DESC, i.id", p)
	if err != nil {
		return nil, 0, err
	}
	all := make([]apig.Instance, len(rows))
	for n, row := range rows {
		if err := json.Unmarshal(row.Document, &all[n]); err != nil {
			return nil, 0, fmt.Errorf("instance %s: %w", row.ID, err)
		}
	}
	return all, total, nil
}

// Group returns a group (APIG V2 §3.1.4), or APIG.3030, APIG.3001.
func (q *Queries) Group(ctx context.Context, in In, id string) (GroupRow, error) {
	var g GroupRow
	err := q.get(ctx, &g, "SELECT * FROM apig.groups WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return g, q.missing(ctx, in, err, apig.ErrGroupNotFound(id))
}

// GroupFilter narrows the list of groups (APIG V2 §3.1.5).
type GroupFilter struct {
	ID, Name  string
	ExactName bool
}

// Groups returns a page of the instance's groups, newest first, and their number in all.
func (q *Queries) Groups(ctx context.Context, in In, f GroupFilter, p Page) ([]GroupRow, int, error) {
	w := in.where("g")
	w.is("g.id", f.ID)
	w.like("g.name", f.Name, f.ExactName)
	return pageIn[GroupRow](ctx, q, in, "g.*", "apig.groups g", w, "g.register_time DESC, g.id", p)
}

// Env returns an environment, or APIG.3030, APIG.3003.
func (q *Queries) Env(ctx context.Context, in In, id string) (EnvRow, error) {
	var e EnvRow
	err := q.get(ctx, &e, "SELECT * FROM apig.envs WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return e, q.missing(ctx, in, err, apig.ErrEnvNotFound(id))
}

// EnvNamed returns an environment by its name, or APIG.3030, APIG.3003.
func (q *Queries) EnvNamed(ctx context.Context, in In, name string) (EnvRow, error) {
	var e EnvRow
	err := q.get(ctx, &e, "SELECT * FROM apig.envs WHERE name = $1 AND instance_id = $2 AND tenant = $3", name, in.Instance, in.Tenant)
	return e, q.missing(ctx, in, err, apig.ErrEnvNotFound(name))
}

// Envs returns a page of the instance's environments, newest first (APIG V2 §3.2.4).
func (q *Queries) Envs(ctx context.Context, in In, name string, p Page) ([]EnvRow, int, error) {
	w := in.where("e")
	w.like("e.name", name, false)
	return pageIn[EnvRow](ctx, q, in, "e.*", "apig.envs e", w, "e.create_time DESC, e.id", p)
}

// Variable returns a variable (APIG V2 §3.3.3), or APIG.3030, APIG.3011.
func (q *Queries) Variable(ctx context.Context, in In, id string) (VariableRow, error) {
	var v VariableRow
	err := q.get(ctx, &v, "SELECT * FROM apig.variables WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return v, q.missing(ctx, in, err, apig.ErrVariableNotFound(id))
}

// VariableFilter narrows the list of variables (APIG V2 §3.3.4).
type VariableFilter struct {
	GroupID, EnvID, Name string
	ExactName            bool
}

// Variables returns a page of the instance's variables by name (APIG V2 §3.3.4).
func (q *Queries) Variables(ctx context.Context, in In, f VariableFilter, p Page) ([]VariableRow, int, error) {
	w := in.where("v")
	w.is("v.group_id", f.GroupID)
	w.is("v.env_id", f.EnvID)
	w.like("v.name", f.Name, f.ExactName)
	return pageIn[VariableRow](ctx, q, in, "v.*", "apig.variables v", w, "v.name, v.id", p)
}

// Features returns a page of the features that were set, by name (APIG V2 §3.21.2).
func (q *Queries) Features(ctx context.Context, in In, p Page) ([]FeatureRow, int, error) {
	return pageIn[FeatureRow](ctx, q, in, "f.*", "apig.features f", in.where("f"), "f.name", p)
}

// Tags returns a page of the tags of the instance's APIs, by name (APIG V2 §3.20.1).
func (q *Queries) Tags(ctx context.Context, in In, p Page) ([]string, int, error) {
	from := "(SELECT DISTINCT tag, instance_id, tenant FROM apig.api_tags) t"
	return pageIn[string](ctx, q, in, "t.tag", from, in.where("t"), "t.tag", p)
}
