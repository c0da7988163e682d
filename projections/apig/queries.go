package apig

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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
}

// NewQueries returns the queries over a pool and a log.
func NewQueries(rows *projections.Statements, log eventstore.Log) *Queries {
	return &Queries{rows: rows, log: log, codec: apig.Codec()}
}

// Page is a part of a list: how many entries to pass over and how many to return at most.
type Page struct{ Offset, Limit int }

// In is where a query looks: an instance of a tenant.
type In struct{ Tenant, Instance string }

// where collects conditions with their arguments.
type where struct {
	conditions []string
	args       []any
}

// is adds 'column = value'; an empty value adds nothing.
func (w *where) is(column, value string) {
	if value != "" {
		w.add(column+" = $%d", value)
	}
}

// like adds 'column contains value', or 'column = value' when exact; an empty value adds nothing.
func (w *where) like(column, value string, exact bool) {
	switch {
	case value == "":
	case exact:
		w.is(column, value)
	default:
		w.add(column+` LIKE $%d`, "%"+escapeLike.Replace(value)+"%")
	}
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// add adds a condition with one argument, whose place '%d' marks.
func (w *where) add(condition string, arg any) {
	w.args = append(w.args, arg)
	w.conditions = append(w.conditions, fmt.Sprintf(condition, len(w.args)))
}

func (w *where) String() string { return " WHERE " + strings.Join(w.conditions, " AND ") }

// in returns the conditions that every query beneath an instance begins with.
func (i In) where(table string) *where {
	w := &where{}
	w.is(table+".instance_id", i.Instance)
	w.is(table+".tenant", i.Tenant)
	return w
}

// list scans a page of rows into dest and returns how many there are in all. The count is asked for
// only when the page does not tell it.
func (q *Queries) list(ctx context.Context, dest any, length func() int, columns, from string, w *where, order string, p Page) (int, error) {
	args := append(w.args[:len(w.args):len(w.args)], p.Limit, p.Offset)
	query := fmt.Sprintf("SELECT %s FROM %s%s ORDER BY %s LIMIT $%d OFFSET $%d", columns, from, w, order, len(args)-1, len(args))
	if err := q.rows.Select(ctx, dest, query, args...); err != nil {
		return 0, err
	}
	if n := length(); n < p.Limit && (n > 0 || p.Offset == 0) {
		return p.Offset + n, nil
	}
	var total int
	err := q.rows.Get(ctx, &total, "SELECT count(*) FROM "+from+w.String(), w.args...)
	return total, err
}

// page is list for a slice of rows.
func page[R any](ctx context.Context, q *Queries, columns, from string, w *where, order string, p Page) ([]R, int, error) {
	rows := []R{}
	total, err := q.list(ctx, &rows, func() int { return len(rows) }, columns, from, w, order, p)
	return rows, total, err
}

// Exists returns ErrInstanceNotFound (APIG.3030) unless the instance is there.
func (q *Queries) Exists(ctx context.Context, in In) error {
	var found bool
	err := q.rows.Get(ctx, &found, "SELECT EXISTS (SELECT FROM apig.instances WHERE id = $1 AND tenant = $2)", in.Instance, in.Tenant)
	if err == nil && !found {
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
	err := q.rows.Get(ctx, &document, "SELECT document FROM apig.instances WHERE id = $1 AND tenant = $2", in.Instance, in.Tenant)
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
	w.is("i.tenant", tenant)
	w.is("i.id", f.ID)
	w.like("i.name", f.Name, false)
	w.is("i.status", f.Status)
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
	err := q.rows.Get(ctx, &g, "SELECT * FROM apig.groups WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return g, q.missing(ctx, in, err, apig.ErrGroupNotFound(id))
}

// GroupFilter narrows the list of groups (APIG V2 §3.1.5).
type GroupFilter struct {
	ID, Name  string
	ExactName bool
}

// Groups returns a page of the instance's groups, newest first, and their number in all.
func (q *Queries) Groups(ctx context.Context, in In, f GroupFilter, p Page) ([]GroupRow, int, error) {
	if err := q.Exists(ctx, in); err != nil {
		return nil, 0, err
	}
	w := in.where("g")
	w.is("g.id", f.ID)
	w.like("g.name", f.Name, f.ExactName)
	return page[GroupRow](ctx, q, "g.*", "apig.groups g", w, "g.register_time DESC, g.id", p)
}

// Env returns an environment, or APIG.3030, APIG.3003.
func (q *Queries) Env(ctx context.Context, in In, id string) (EnvRow, error) {
	var e EnvRow
	err := q.rows.Get(ctx, &e, "SELECT * FROM apig.envs WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return e, q.missing(ctx, in, err, apig.ErrEnvNotFound(id))
}

// EnvNamed returns an environment by its name, or APIG.3030, APIG.3003.
func (q *Queries) EnvNamed(ctx context.Context, in In, name string) (EnvRow, error) {
	var e EnvRow
	err := q.rows.Get(ctx, &e, "SELECT * FROM apig.envs WHERE name = $1 AND instance_id = $2 AND tenant = $3", name, in.Instance, in.Tenant)
	return e, q.missing(ctx, in, err, apig.ErrEnvNotFound(name))
}

// Envs returns a page of the instance's environments, newest first (APIG V2 §3.2.4).
func (q *Queries) Envs(ctx context.Context, in In, name string, p Page) ([]EnvRow, int, error) {
	if err := q.Exists(ctx, in); err != nil {
		return nil, 0, err
	}
	w := in.where("e")
	w.like("e.name", name, false)
	return page[EnvRow](ctx, q, "e.*", "apig.envs e", w, "e.create_time DESC, e.id", p)
}

// Variable returns a variable (APIG V2 §3.3.3), or APIG.3030, APIG.3011.
func (q *Queries) Variable(ctx context.Context, in In, id string) (VariableRow, error) {
	var v VariableRow
	err := q.rows.Get(ctx, &v, "SELECT * FROM apig.variables WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return v, q.missing(ctx, in, err, apig.ErrVariableNotFound(id))
}

// VariableFilter narrows the list of variables (APIG V2 §3.3.4).
type VariableFilter struct {
	GroupID, EnvID, Name string
	ExactName            bool
}

// Variables returns a page of the instance's variables by name (APIG V2 §3.3.4).
func (q *Queries) Variables(ctx context.Context, in In, f VariableFilter, p Page) ([]VariableRow, int, error) {
	if err := q.Exists(ctx, in); err != nil {
		return nil, 0, err
	}
	w := in.where("v")
	w.is("v.group_id", f.GroupID)
	w.is("v.env_id", f.EnvID)
	w.like("v.name", f.Name, f.ExactName)
	return page[VariableRow](ctx, q, "v.*", "apig.variables v", w, "v.name, v.id", p)
}

// Features returns a page of the features that were set, by name (APIG V2 §3.21.2).
func (q *Queries) Features(ctx context.Context, in In, p Page) ([]FeatureRow, int, error) {
	if err := q.Exists(ctx, in); err != nil {
		return nil, 0, err
	}
	return page[FeatureRow](ctx, q, "f.*", "apig.features f", in.where("f"), "f.name", p)
}

// Tags returns a page of the tags of the instance's APIs, by name (APIG V2 §3.20.1).
func (q *Queries) Tags(ctx context.Context, in In, p Page) ([]string, int, error) {
	if err := q.Exists(ctx, in); err != nil {
		return nil, 0, err
	}
	from := "(SELECT DISTINCT tag, instance_id, tenant FROM apig.api_tags WHERE instance_id = $1 AND tenant = $2) t"
	return page[string](ctx, q, "t.tag", from, in.where("t"), "t.tag", p)
}
