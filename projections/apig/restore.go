package apig

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// mostRestored is how many APIs of a group are read out of the past at once.
const mostRestored = 2000

// allOf is a page that holds all there can be of what a quota bounds.
var allOf = Page{Limit: 1_000_000}

// GroupThen reads a group with everything in it as it was when the log ended at a position. Await the
// position of the projection's Past before. Errors: APIG.3030, 3001 when it was not there;
// gatelog.command_too_large when it had more than 2,000 APIs.
func (q *Queries) GroupThen(ctx context.Context, in In, groupID string, at domain.Position) (apig.GroupThen, error) {
	known, err := q.idsIn(ctx, in, groupID)
	if err != nil {
		return apig.GroupThen{}, err
	}
	return q.groupThen(projections.AsOf(ctx, at), in, groupID, known)
}

// groupThen is GroupThen for a group that has the known APIs now.
func (q *Queries) groupThen(past context.Context, in In, groupID string, known []string) (apig.GroupThen, error) {
	row, err := q.Group(past, in, groupID)
	if err != nil {
		return apig.GroupThen{}, err
	}
	then := apig.GroupThen{Group: groupOf(row), Known: known}
	drafts, err := q.draftsThen(past, in, groupID, known)
	if err != nil {
		return then, err
	}
	if then.APIs, err = q.apisThen(past, in, drafts); err != nil {
		return then, err
	}
	rows, _, err := q.Variables(past, in, VariableFilter{GroupID: groupID}, allOf)
	if err != nil {
		return then, err
	}
	for _, v := range rows {
		then.Variables = append(then.Variables, apig.Variable{ID: v.ID, InstanceID: v.InstanceID, GroupID: v.GroupID, EnvID: v.EnvID, Name: v.Name, Value: v.Value})
	}
	if then.Responses, err = q.responsesThen(past, in, groupID); err != nil {
		return then, err
	}
	then.DomainNames, err = q.DomainNames(past, in, groupID)
	return then, err
}

// APIThen reads an API as it was when the log ended at a position. Errors: APIG.3030, 3002 when it was not
// there.
func (q *Queries) APIThen(ctx context.Context, in In, apiID string, at domain.Position) (apig.APIThen, error) {
	past := projections.AsOf(ctx, at)
	var d draftThen
	err := q.get(past, &d, "SELECT id, position FROM apig.apis WHERE id = $1 AND instance_id = $2 AND tenant = $3", apiID, in.Instance, in.Tenant)
	if err != nil {
		return apig.APIThen{}, q.missing(past, in, err, apig.ErrAPINotFound(apiID))
	}
	all, err := q.apisThen(past, in, []draftThen{d})
	if err != nil {
		return apig.APIThen{}, err
	}
	return all[0], nil
}

func groupOf(row GroupRow) apig.Group {
	return apig.Group{
		ID: row.ID, InstanceID: row.InstanceID, Name: row.Name, Remark: row.Remark, SLDomainAccessEnabled: row.SLDomainAccessEnabled,
		RegisterTime: row.RegisterTime, UpdateTime: row.UpdateTime,
	}
}

// idsIn returns the ids of the APIs in a group.
func (q *Queries) idsIn(ctx context.Context, in In, groupID string) ([]string, error) {
	w := in.where("a")
	w.must("a.group_id", groupID)
	ids := []string{}
	return ids, q.rows.Select(ctx, &ids, "SELECT a.id FROM apig.apis a"+w.String()+" ORDER BY a.id", w.args...)
}

// draftThen is where the draft of an API stood in the log.
type draftThen struct {
	ID       string          `json:"id"`
	Position domain.Position `json:"position"`
}

// draftsThen returns the drafts of a group, and those of the other APIs.
func (q *Queries) draftsThen(past context.Context, in In, groupID string, others []string) ([]draftThen, error) {
	w := in.where("a")
	w.must("a.group_id", groupID)
	var drafts []draftThen
	err := q.rows.Select(past, &drafts, fmt.Sprintf("SELECT a.id, a.position FROM apig.apis a%s ORDER BY a.id LIMIT %d", w, mostRestored+1), w.args...)
	if err != nil {
		return nil, err
	}
	if len(drafts) > mostRestored || len(others) > mostRestored {
		return nil, domain.Errorf(domain.CodeTooLarge, "the group has, or had, more than %d APIs: restore them one by one", mostRestored)
	}
	elsewhere := slices.DeleteFunc(slices.Clone(others), func(id string) bool {
		return slices.ContainsFunc(drafts, func(d draftThen) bool { return d.ID == id })
	})
	if len(elsewhere) == 0 {
		return drafts, nil
	}
	w = in.where("a")
	w.oneOf("a.id = ANY($%d)", elsewhere)
	var more []draftThen
	err = q.rows.Select(past, &more, "SELECT a.id, a.position FROM apig.apis a"+w.String()+" ORDER BY a.id", w.args...)
	return append(drafts, more...), err
}

// apisThen reads APIs, with what was in effect of them and what was bound to them.
func (q *Queries) apisThen(past context.Context, in In, drafts []draftThen) ([]apig.APIThen, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	all, ids := make([]apig.APIThen, len(drafts)), make([]string, len(drafts))
	byID := map[string]*apig.APIThen{}
	for i, d := range drafts {
		written, err := q.writtenAt(past, d.Position)
		if err != nil {
			return nil, fmt.Errorf("draft of API %s: %w", d.ID, err)
		}
		all[i].API, ids[i] = written, d.ID
		byID[d.ID] = &all[i]
	}
	if err := q.publicationsThen(past, in, ids, drafts, byID); err != nil {
		return nil, err
	}
	if err := q.bindingsThen(past, in, ids, byID); err != nil {
		return nil, err
	}
	w := in.where("u")
	w.oneOf("u.api_id = ANY($%d)", ids)
	var auths []AppAuthRow
	if err := q.rows.Select(past, &auths, "SELECT u.* FROM apig.app_auths u"+w.String()+" ORDER BY u.id", w.args...); err != nil {
		return nil, err
	}
	for _, u := range auths {
		of := byID[u.APIID]
		of.Auths = append(of.Auths, apig.AppAuth{ID: u.ID, InstanceID: u.InstanceID, AppID: u.AppID, APIID: u.APIID, EnvID: u.EnvID, AuthTime: u.AuthTime})
	}
	return all, nil
}

// publicationsThen reads what was in effect of APIs.
func (q *Queries) publicationsThen(past context.Context, in In, ids []string, drafts []draftThen, byID map[string]*apig.APIThen) error {
	w := in.where("p")
	w.oneOf("p.api_id = ANY($%d)", ids)
	var positions []domain.Position
	err := q.rows.Select(past, &positions, "SELECT v.position FROM apig.publications p JOIN apig.versions v ON v.id = p.version_id"+
		w.String()+" ORDER BY p.api_id, p.env_id", w.args...)
	if err != nil {
		return err
	}
	at := map[string]domain.Position{}
	for _, d := range drafts {
		at[d.ID] = d.Position
	}
	for _, position := range positions {
		published, err := q.publishedAt(past, position)
		if err != nil {
			return err
		}
		then := apig.PublicationThen{Publication: published.Publication, Values: map[string]string{}}
		for name, id := range published.Variables {
			if then.Values[name], err = q.variableAt(past, in.Tenant, id, position); err != nil {
				return err
			}
		}
		if published.DefinitionPosition != at[published.APIID] {
			written, err := q.writtenAt(past, published.DefinitionPosition)
			if err != nil {
				return err
			}
			then.Definition = &written.Definition
		}
		of := byID[published.APIID]
		of.Publications = append(of.Publications, then)
	}
	return nil
}

// bindingsThen reads what was bound to APIs.
func (q *Queries) bindingsThen(past context.Context, in In, ids []string, byID map[string]*apig.APIThen) error {
	w := in.where("b")
	w.oneOf("b.api_id = ANY($%d)", ids)
	var policies []BindingRow
	if err := q.rows.Select(past, &policies, "SELECT b.* FROM apig.policy_bindings b"+w.String()+" ORDER BY b.place, b.slot", w.args...); err != nil {
		return err
	}
	for _, b := range policies {
		name, kind, _ := strings.Cut(b.Slot, "/")
		of := byID[b.APIID]
		of.Bindings = append(of.Bindings, apig.BindingThen{Family: name, Binding: apig.Binding{
			ID: b.ID, InstanceID: b.InstanceID, PolicyID: b.PolicyID, Kind: kind, APIID: b.APIID, EnvID: b.EnvID, BindTime: b.BindTime,
		}})
	}
	var plugged []PluginBindingRow
	if err := q.rows.Select(past, &plugged, "SELECT b.* FROM apig.plugin_bindings b"+w.String()+" ORDER BY b.place, b.type", w.args...); err != nil {
		return err
	}
	for _, b := range plugged {
		of := byID[b.APIID]
		of.Bindings = append(of.Bindings, apig.BindingThen{Family: apig.FamilyPlugin, Binding: apig.Binding{
			ID: b.ID, InstanceID: b.InstanceID, PolicyID: b.PluginID, Kind: b.Type, APIID: b.APIID, EnvID: b.EnvID, BindTime: b.BindTime,
		}})
	}
	return nil
}

// responsesThen reads the responses of a group out of their views, which say all of them.
func (q *Queries) responsesThen(past context.Context, in In, groupID string) ([]apig.Response, error) {
	views, _, err := q.Responses(past, in, groupID, allOf)
	if err != nil {
		return nil, err
	}
	all := make([]apig.Response, len(views))
	for i, text := range views {
		var view ResponseView
		if err := json.Unmarshal(text, &view); err != nil {
			return nil, fmt.Errorf("responses of group %s: %w", groupID, err)
		}
		all[i] = apig.Response{
			ID: view.ID, InstanceID: in.Instance, GroupID: groupID, Name: view.Name, Default: view.Default,
			CreateTime: view.CreateTime, UpdateTime: view.UpdateTime,
		}
		for name, info := range view.Responses {
			if info.Default {
				continue
			}
			if all[i].Responses == nil {
				all[i].Responses = map[string]apig.ResponseInfo{}
			}
			all[i].Responses[name] = apig.ResponseInfo{Status: info.Status, Body: info.Body, Headers: info.Headers}
		}
	}
	return all, nil
}
