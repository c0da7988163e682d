package apig

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// PluginView is a plug-in with the name of its integration app, if it has one that is known.
type PluginView struct {
	PluginRow
	RomaAppName *string `json:"roma_app_name"`
}

const (
	pluginColumns = "g.*, ap.name AS roma_app_name"
	pluginTables  = "apig.plugins g LEFT JOIN apig.apps ap ON ap.id = g.roma_app_id AND ap.instance_id = g.instance_id"
)

// Plugin returns a plug-in (APIG V2 §3.27.5), or APIG.3030, APIG.3068.
func (q *Queries) Plugin(ctx context.Context, in In, id string) (PluginView, error) {
	var p PluginView
	err := q.get(ctx, &p, "SELECT "+pluginColumns+" FROM "+pluginTables+" WHERE g.id = $1 AND g.instance_id = $2 AND g.tenant = $3",
		id, in.Instance, in.Tenant)
	return p, q.missing(ctx, in, err, apig.ErrPluginNotFound(id))
}

// PluginFilter narrows lists of plug-ins (APIG V2 §3.27.4, §3.27.13). Names are contained, unless they are
// to be exact.
type PluginFilter struct {
	ID, Name, Type, Scope string
	ExactName             bool
}

func (f PluginFilter) narrow(w *where) {
	w.is("g.id", f.ID)
	w.like("g.name", f.Name, f.ExactName)
	w.is("g.type", f.Type)
	w.is("g.scope", f.Scope)
}

// Plugins returns a page of the instance's plug-ins, newest first, and their number in all (APIG V2
// §3.27.4).
func (q *Queries) Plugins(ctx context.Context, in In, f PluginFilter, p Page) ([]PluginView, int, error) {
	w := in.where("g")
	f.narrow(w)
	return pageIn[PluginView](ctx, q, in, pluginColumns, pluginTables, w, "g.create_time DESC, g.id", p)
}

// PluggedAPI is an API in an environment with the plug-in of a type that is bound to it there. PublishID
// is nil while the API is offline there; the members of the binding are nil where there is none.
type PluggedAPI struct {
	APIID       string          `json:"api_id"`
	APIName     string          `json:"api_name"`
	APIType     int             `json:"api_type"`
	ReqProtocol string          `json:"req_protocol"`
	ReqMethod   string          `json:"req_method"`
	ReqURI      string          `json:"req_uri"`
	AuthType    string          `json:"auth_type"`
	MatchMode   string          `json:"match_mode"`
	Remark      string          `json:"remark"`
	Tags        json.RawMessage `json:"tags"`
	GroupID     string          `json:"group_id"`
	GroupName   string          `json:"group_name"`
	EnvID       string          `json:"env_id"`
	EnvName     string          `json:"env_name"`
	PublishID   *string         `json:"publish_id"`
	BindID      *string         `json:"bind_id"`
	BindTime    *time.Time      `json:"bind_time"`
}

const pluggedColumns = `a.id AS api_id, a.name AS api_name, a.type AS api_type, a.req_protocol, a.req_method, a.req_uri, a.auth_type,
	coalesce(a.brief ->> 'match_mode', 'NORMAL') AS match_mode, coalesce(a.brief ->> 'remark', '') AS remark, coalesce(a.brief -> 'tags', '[]') AS tags,
	r.id AS group_id, r.name AS group_name, e.id AS env_id, e.name AS env_name, p.publish_id, b.id AS bind_id, b.bind_time`

// PluggedAPIFilter narrows lists of APIs that have a plug-in, or could have it (APIG V2 §3.27.10,
// §3.27.12). Names and paths are contained.
type PluggedAPIFilter struct {
	EnvID, APIID, APIName, GroupID, ReqMethod, ReqURI string
	Tags                                              []string
}

func (f PluggedAPIFilter) narrow(w *where) {
	w.is("e.id", f.EnvID)
	w.is("a.id", f.APIID)
	w.like("a.name", f.APIName, false)
	w.is("a.group_id", f.GroupID)
	w.is("a.req_method", f.ReqMethod)
	w.like("a.req_uri", f.ReqURI, false)
	w.withTags("a", "a.id", f.Tags)
}

// PluggedAPIs returns a page of the APIs that a plug-in is bound to, newest binding first; they may be
// offline (APIG V2 §3.27.10). Errors: APIG.3030, APIG.3068.
func (q *Queries) PluggedAPIs(ctx context.Context, in In, id string, f PluggedAPIFilter, p Page) ([]PluggedAPI, int, error) {
	if _, err := q.Plugin(ctx, in, id); err != nil {
		return nil, 0, err
	}
	w := in.where("b")
	w.must("b.plugin_id", id)
	f.narrow(w)
	from := `apig.plugin_bindings b JOIN apig.apis a ON a.instance_id = b.instance_id AND a.id = b.api_id
		JOIN apig.groups r ON r.instance_id = b.instance_id AND r.id = a.group_id
		JOIN apig.envs e ON e.instance_id = b.instance_id AND e.id = b.env_id
		LEFT JOIN apig.publications p ON p.instance_id = b.instance_id AND p.api_id = b.api_id AND p.env_id = b.env_id`
	return page[PluggedAPI](ctx, q, pluggedColumns, from, w, "b.bind_time DESC, b.id", p)
}

// PluggableAPIs returns a page of the APIs that are published in the filter's environment and that a
// plug-in is not bound to there, newest API first, with the binding that would give way (APIG V2
// §3.27.12). Errors: APIG.3030, APIG.3068; APIG.3003.
func (q *Queries) PluggableAPIs(ctx context.Context, in In, id string, f PluggedAPIFilter, p Page) ([]PluggedAPI, int, error) {
	plugin, err := q.Plugin(ctx, in, id)
	if err != nil {
		return nil, 0, err
	}
	if _, err := q.Env(ctx, in, f.EnvID); err != nil {
		return nil, 0, err
	}
	w := in.where("p")
	w.add("b.plugin_id IS DISTINCT FROM $%d", id)
	f.narrow(w)
	w.args = append(w.args, plugin.Type)
	from := fmt.Sprintf(`apig.publications p JOIN apig.apis a ON a.instance_id = p.instance_id AND a.id = p.api_id
		JOIN apig.groups r ON r.instance_id = p.instance_id AND r.id = a.group_id
		JOIN apig.envs e ON e.instance_id = p.instance_id AND e.id = p.env_id
		LEFT JOIN apig.plugin_bindings b ON b.instance_id = p.instance_id AND b.place = p.api_id || '/' || p.env_id AND b.type = $%d`, len(w.args))
	return page[PluggedAPI](ctx, q, pluggedColumns, from, w, "a.register_time DESC, a.id, e.id", p)
}

// BoundPlugin is a plug-in with the environment in which it is bound to an API.
type BoundPlugin struct {
	PluginView
	EnvID    string    `json:"env_id"`
	EnvName  string    `json:"env_name"`
	BindID   string    `json:"bind_id"`
	BindTime time.Time `json:"bind_time"`
}

// BoundPluginFilter narrows the list of an API's plug-ins (APIG V2 §3.27.11).
type BoundPluginFilter struct {
	PluginFilter
	EnvID, EnvName string
}

// PluginsOf returns a page of the plug-ins that are bound to an API, newest binding first (APIG V2
// §3.27.11), or APIG.3030, APIG.3002.
func (q *Queries) PluginsOf(ctx context.Context, in In, apiID string, f BoundPluginFilter, p Page) ([]BoundPlugin, int, error) {
	if _, err := q.owner(ctx, in, apiID); err != nil {
		return nil, 0, err
	}
	w := in.where("b")
	w.must("b.api_id", apiID)
	w.is("b.env_id", f.EnvID)
	w.like("e.name", f.EnvName, false)
	f.narrow(w)
	from := pluginTables + ` JOIN apig.plugin_bindings b ON b.instance_id = g.instance_id AND b.plugin_id = g.id
		JOIN apig.envs e ON e.instance_id = b.instance_id AND e.id = b.env_id`
	columns := pluginColumns + ", e.id AS env_id, e.name AS env_name, b.id AS bind_id, b.bind_time"
	return page[BoundPlugin](ctx, q, columns, from, w, "b.bind_time DESC, b.id", p)
}

// PluginsFor returns a page of the plug-ins that are not bound to an API in an environment, or without one
// in none, newest first (APIG V2 §3.27.13). Errors: APIG.3030, APIG.3002; APIG.3003.
func (q *Queries) PluginsFor(ctx context.Context, in In, apiID, envID string, f PluginFilter, p Page) ([]PluginView, int, error) {
	if _, err := q.owner(ctx, in, apiID); err != nil {
		return nil, 0, err
	}
	w := in.where("g")
	f.narrow(w)
	const bound = "NOT EXISTS (SELECT FROM apig.plugin_bindings b WHERE b.instance_id = g.instance_id AND b.plugin_id = g.id AND "
	if envID == "" {
		w.add(bound+"b.api_id = $%d)", apiID)
		return page[PluginView](ctx, q, pluginColumns, pluginTables, w, "g.create_time DESC, g.id", p)
	}
	if _, err := q.Env(ctx, in, envID); err != nil {
		return nil, 0, err
	}
	w.add(bound+"b.place = $%d)", placeOf(apiID, envID))
	return page[PluginView](ctx, q, pluginColumns, pluginTables, w, "g.create_time DESC, g.id", p)
}
