package apig

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// Documents writes what an instance has as OpenAPI documents, and reads documents as commands (APIG V2
// §3.16, §3.30).
type Documents struct {
	Queries *Queries
	// Domain is what follows the group id in the address of a group; Now is the clock.
	Domain string
	Now    func() time.Time
}

// Exported is a document. Name is without an ending, Type is json, yaml or yml.
type Exported struct {
	Name, Type string
	Text       []byte
}

// Export writes APIs of a group. Errors: APIG.2011; APIG.3030, 3001, 3003.
func (d Documents) Export(ctx context.Context, in In, o apig.ExportOrder) (Exported, error) {
	e, err := d.Queries.Env(ctx, in, o.EnvID)
	if err != nil {
		return Exported{}, err
	}
	g, err := d.Queries.Group(ctx, in, o.GroupID)
	if err != nil {
		return Exported{}, err
	}
	names, err := d.Queries.Names(ctx, in, g.ID)
	if err != nil {
		return Exported{}, err
	}
	input := oas.ExportInput{
		Group: g.Name, Description: g.Remark, Environment: e.Name, Version: o.Version, Time: d.Now().UTC(), Domain: g.ID + "." + d.Domain,
		Define: o.Define, OASVersion: o.OASVersion, Type: o.Type,
		Channels: names.Channels, Authorizers: names.Authorizers, Responses: names.Responses,
	}
	if input.APIs, err = d.exported(ctx, in, o.ExportBody, &input); err != nil {
		return Exported{}, err
	}
	text, err := oas.Export(input)
	kind := o.Type
	if kind == "" {
		kind = "json"
	}
	return Exported{Name: input.FileName(), Type: kind, Text: text}, err
}

// exported returns what is to be exported: what runs in the environment as its owner wrote it, with
// #variables#, or the drafts; and for define=all the policies of the input.
func (d Documents) exported(ctx context.Context, in In, b apig.ExportBody, input *oas.ExportInput) ([]oas.ExportedAPI, error) {
	var all []oas.ExportedAPI
	if b.Define == oas.DefineDev {
		drafts, err := d.Queries.Drafts(ctx, in, b.GroupID, b.APIs)
		for _, a := range drafts {
			all = append(all, oas.ExportedAPI{Definition: a.Definition})
		}
		return all, err
	}
	running, err := d.Queries.Running(ctx, in, b.GroupID, b.EnvID, b.APIs)
	if err != nil || b.Define != oas.DefineAll {
		for _, v := range running {
			all = append(all, oas.ExportedAPI{Definition: v.Written})
		}
		return all, err
	}
	p, err := d.Queries.policiesOf(ctx, in, b.EnvID, running)
	if err != nil {
		return nil, err
	}
	input.RateLimits, input.AccessControls, input.CustomAuthorizers = p.limits, p.access, p.authorizers
	for _, v := range running {
		id := v.Published.APIID
		all = append(all, oas.ExportedAPI{Definition: v.Written, RateLimit: p.limitOf[id], AccessControl: p.accessOf[id]})
	}
	return all, nil
}

// exportedPolicies are the policies that a document of define=all has, by name, and their names by API.
type exportedPolicies struct {
	limits            map[string]oas.RateLimit
	access            map[string]oas.AccessControl
	authorizers       map[string]oas.Authorizer
	limitOf, accessOf map[string]string
}

// policiesOf returns what is bound to APIs in an environment, and their frontend authorizers.
func (q *Queries) policiesOf(ctx context.Context, in In, envID string, running []Version) (exportedPolicies, error) {
	p := exportedPolicies{
		limits: map[string]oas.RateLimit{}, access: map[string]oas.AccessControl{}, authorizers: map[string]oas.Authorizer{},
		limitOf: map[string]string{}, accessOf: map[string]string{},
	}
	var apis, authorizers []string
	for _, v := range running {
		apis, authorizers = append(apis, v.Published.APIID), append(authorizers, v.Written.AuthorizerID)
	}
	if err := q.exportThrottles(ctx, in, envID, apis, &p); err != nil {
		return p, err
	}
	if err := q.exportACLs(ctx, in, envID, apis, &p); err != nil {
		return p, err
	}
	return p, q.exportAuthorizers(ctx, in, authorizers, &p)
}

// boundTo finds the policies of a table that are bound to APIs in an environment.
const boundTo = ` FROM apig.policy_bindings b JOIN %s p ON p.id = b.policy_id
	WHERE b.instance_id = $1 AND b.tenant = $2 AND b.env_id = $3 AND b.api_id = ANY($4)`

func (q *Queries) exportThrottles(ctx context.Context, in In, envID string, apis []string, p *exportedPolicies) error {
	var bound []struct {
		ThrottleRow
		APIID string `json:"api_id"`
	}
	err := q.rows.Select(ctx, &bound, "SELECT p.*, b.api_id"+fmt.Sprintf(boundTo, "apig.throttles"), in.Instance, in.Tenant, envID, pq.Array(apis))
	if err != nil {
		return err
	}
	var ids []string
	name := map[string]string{}
	for _, t := range bound {
		ids, name[t.ID], p.limitOf[t.APIID] = append(ids, t.ID), t.Name, t.Name
		p.limits[t.Name] = oas.RateLimit{
			APILimit: t.APICallLimits, AppLimit: t.AppCallLimits, UserLimit: t.UserCallLimits, IPLimit: t.IPCallLimits,
			Interval: t.TimeInterval, Unit: t.TimeUnit, Shared: t.Type == apig.ThrottleShared,
		}
	}
	var specials []SpecialThrottleRow
	err = q.rows.Select(ctx, &specials, "SELECT * FROM apig.throttle_specials WHERE throttle_id = ANY($1) ORDER BY apply_time, id", pq.Array(ids))
	for _, sp := range specials {
		limit := p.limits[name[sp.ThrottleID]]
		limit.Special = append(limit.Special, oas.SpecialRateLimit{Type: sp.ObjectType, Limit: sp.CallLimits, Instance: sp.ObjectID})
		p.limits[name[sp.ThrottleID]] = limit
	}
	return err
}

func (q *Queries) exportACLs(ctx context.Context, in In, envID string, apis []string, p *exportedPolicies) error {
	var bound []struct {
		ACLRow
		APIID string `json:"api_id"`
	}
	err := q.rows.Select(ctx, &bound, "SELECT p.*, b.api_id"+fmt.Sprintf(boundTo, "apig.acls"), in.Instance, in.Tenant, envID, pq.Array(apis))
	for _, a := range bound {
		p.accessOf[a.APIID] = a.Name
		p.access[a.Name] = oas.AccessControl{Type: a.Type, EntityType: a.EntityType, Value: a.Value}
	}
	return err
}

// exportAuthorizers leaves user_data out: it can be a secret of the function.
func (q *Queries) exportAuthorizers(ctx context.Context, in In, ids []string, p *exportedPolicies) error {
	var views []json.RawMessage
	err := q.rows.Select(ctx, &views, "SELECT view FROM apig.authorizers WHERE instance_id = $1 AND tenant = $2 AND id = ANY($3)",
		in.Instance, in.Tenant, pq.Array(ids))
	for _, text := range views {
		var a AuthorizerView
		if err := json.Unmarshal(text, &a); err != nil {
			return err
		}
		one := oas.Authorizer{
			Type: a.Type, AuthorizerType: a.AuthorizerType, URI: a.URI, AliasURI: a.AliasURI, Version: a.Version, NetworkType: a.NetworkType,
			NeedBody: a.NeedBody, TTL: a.TTL,
		}
		for _, i := range a.Identities {
			identity := oas.AuthorizerIdentity{Name: i.Name, Location: i.Location}
			if i.Validation != nil {
				identity.Validation = *i.Validation
			}
			one.Identities = append(one.Identities, identity)
		}
		p.authorizers[a.Name] = one
	}
	return err
}
