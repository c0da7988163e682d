package apig

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// AppAuthItem is an authorization with what is told of its app, API and environment (APIG V2 §3.10.3).
type AppAuthItem struct {
	ID        string          `json:"id"`
	APIID     string          `json:"api_id"`
	APIName   string          `json:"api_name"`
	APIType   int             `json:"api_type"`
	APIRemark string          `json:"api_remark"`
	Tags      json.RawMessage `json:"tags"`
	GroupID   string          `json:"group_id"`
	GroupName string          `json:"group_name"`
	EnvID     string          `json:"env_id"`
	EnvName   string          `json:"env_name"`
	AppID     string          `json:"app_id"`
	AppName   string          `json:"app_name"`
	AppRemark string          `json:"app_remark"`
	PublishID string          `json:"publish_id"` // of what is in effect there; empty while nothing is
	AuthTime  time.Time       `json:"auth_time"`
}

// AppAuthFilter narrows lists of authorizations (APIG V2 §3.10.3, §3.10.5). Names match in part.
type AppAuthFilter struct {
	AppID, AppName, APIID, APIName, GroupID, GroupName, EnvID string

	Tags []string
}

// Parts of the SQL about APIs that apps are, or could be, authorized for. a is the API.
const (
	taggedSQL     = "EXISTS (SELECT FROM apig.api_tags t WHERE t.instance_id = a.instance_id AND t.api_id = a.id AND t.tag = ANY($%d))"
	apiRemarkSQL  = "coalesce(a.brief ->> 'remark', '')"
	apiTagsSQL    = "coalesce(a.brief -> 'tags', '[]'::json)"
	appAuthFields = `h.id, h.api_id, a.name AS api_name, a.type AS api_type, ` + apiRemarkSQL + ` AS api_remark, ` + apiTagsSQL + ` AS tags,
		a.group_id, g.name AS group_name, h.env_id, e.name AS env_name, h.app_id, o.name AS app_name, o.remark AS app_remark,
		coalesce(p.publish_id, '') AS publish_id, h.auth_time`
	appAuthTables = `apig.app_auths h JOIN apig.apps o ON o.instance_id = h.instance_id AND o.id = h.app_id
		JOIN apig.apis a ON a.instance_id = h.instance_id AND a.id = h.api_id JOIN apig.groups g ON g.instance_id = h.instance_id AND g.id = a.group_id
		JOIN apig.envs e ON e.instance_id = h.instance_id AND e.id = h.env_id
		LEFT JOIN apig.publications p ON p.instance_id = h.instance_id AND p.api_id = h.api_id AND p.env_id = h.env_id`
)

// APIsOfApp returns a page of the authorizations of the app of the filter, newest first, and their number
// in all (APIG V2 §3.10.3). Errors: APIG.3030, APIG.3004.
func (q *Queries) APIsOfApp(ctx context.Context, in In, f AppAuthFilter, p Page) ([]AppAuthItem, int, error) {
	rows, total, err := q.appAuths(ctx, in, f, p)
	if err == nil && total == 0 {
		_, err = q.Credential(ctx, in, f.AppID)
	}
	return rows, total, err
}

// AppsOfAPI returns a page of the authorizations for the API of the filter, or for all when it names none,
// newest first, and their number in all (APIG V2 §3.10.5). Errors: APIG.3030, APIG.3002.
func (q *Queries) AppsOfAPI(ctx context.Context, in In, f AppAuthFilter, p Page) ([]AppAuthItem, int, error) {
	rows, total, err := q.appAuths(ctx, in, f, p)
	switch {
	case err != nil || total > 0:
	case f.APIID == "":
		err = q.Exists(ctx, in)
	default:
		_, err = q.owner(ctx, in, f.APIID)
	}
	return rows, total, err
}

func (q *Queries) appAuths(ctx context.Context, in In, f AppAuthFilter, p Page) ([]AppAuthItem, int, error) {
	w := in.where("h")
	w.is("h.app_id", f.AppID)
	w.is("h.api_id", f.APIID)
	w.is("h.env_id", f.EnvID)
	w.is("a.group_id", f.GroupID)
	w.like("o.name", f.AppName, false)
	w.like("a.name", f.APIName, false)
	w.like("g.name", f.GroupName, false)
	w.oneOf(taggedSQL, f.Tags)
	return page[AppAuthItem](ctx, q, appAuthFields, appAuthTables, w, "h.auth_time DESC, h.id", p)
}

// AuthorizableAPI is an API that an app is not authorized for in an environment (APIG V2 §3.10.4).
// RunEnvID, RunEnvName and PublishID are empty while it is not published there.
type AuthorizableAPI struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Remark     string          `json:"remark"`
	AuthType   string          `json:"auth_type"`
	ReqURI     string          `json:"req_uri"`
	GroupID    string          `json:"group_id"`
	GroupName  string          `json:"group_name"`
	RunEnvID   string          `json:"run_env_id"`
	RunEnvName string          `json:"run_env_name"`
	PublishID  string          `json:"publish_id"`
	Tags       json.RawMessage `json:"tags"`
}

// AuthorizableAPIs returns a page of the APIs that the app of the filter is not authorized for in the
// environment of the filter, newest first, published there or not. Errors: APIG.3030, APIG.3004,
// APIG.3003.
func (q *Queries) AuthorizableAPIs(ctx context.Context, in In, f AppAuthFilter, p Page) ([]AuthorizableAPI, int, error) {
	if _, err := q.Credential(ctx, in, f.AppID); err != nil {
		return nil, 0, err
	}
	env, err := q.Env(ctx, in, f.EnvID)
	if err != nil {
		return nil, 0, err
	}
	w := in.where("a")
	w.is("a.id", f.APIID)
	w.is("a.group_id", f.GroupID)
	w.like("a.name", f.APIName, false)
	w.oneOf(taggedSQL, f.Tags)
	w.args = append(w.args, env.ID, f.AppID)
	envArg, appArg := len(w.args)-1, len(w.args)
	w.conditions = append(w.conditions, fmt.Sprintf(
		"NOT EXISTS (SELECT FROM apig.app_auths h WHERE h.instance_id = a.instance_id AND h.app_id = $%d AND h.env_id = $%d AND h.api_id = a.id)", appArg, envArg))
	from := fmt.Sprintf(`apig.apis a JOIN apig.groups g ON g.instance_id = a.instance_id AND g.id = a.group_id
		LEFT JOIN apig.publications p ON p.instance_id = a.instance_id AND p.api_id = a.id AND p.env_id = $%d
		LEFT JOIN apig.envs e ON e.instance_id = a.instance_id AND e.id = p.env_id`, envArg)
	return page[AuthorizableAPI](ctx, q, `a.id, a.name, `+apiRemarkSQL+` AS remark, a.auth_type, a.req_uri, a.group_id, g.name AS group_name,
		coalesce(p.env_id, '') AS run_env_id, coalesce(e.name, '') AS run_env_name, coalesce(p.publish_id, '') AS publish_id,
		`+apiTagsSQL+` AS tags`, from, w, "a.register_time DESC, a.id", p)
}
