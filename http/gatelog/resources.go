package gatelog

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/domain/subscriptions"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// ActionIdentityHistory allows asking what happened to users, access keys, projects and the account. It is granted
// account-wide only, and no other action stands in for it.
const ActionIdentityHistory = "gatelog:identity:history"

// knownSurfaces are the surfaces whose events may have been written in older shapes.
func knownSurfaces() map[string]resources.Surface {
	return map[string]resources.Surface{
		surfaceAPIG:           projectionsapig.Surface(),
		identity.Surface:      {Codec: identity.Codec()},
		subscriptions.Surface: {Codec: subscriptions.Codec()},
	}
}

const surfaceAPIG = "apig"

// Named is the name of a resource within its surface and tenant.
type Named struct {
	Kind string `query:"kind" required:"true" pattern:"^[a-z]{1,32}$" doc:"Kind of the resource, as the log calls it. Of apig: instance, group, env, variable, api, response, channel, authorizer, app, appauth, appquota, throttle, acl, signature, plugin, domain, certificate, port, endpoint, orchestration, feature, quota, task. Of subscriptions: subscription. Of identity: user, accesskey, project, account."`
	ID   string `query:"id" required:"true" pattern:"^[A-Za-z0-9_-]{1,128}$" doc:"Its id; of a feature or quota its name. It may be gone by now."`
}

func (n Named) named() Named { return n }

// OfResource is what every request about a resource of a project names.
type OfResource struct {
	InProject
	Named
	Surface    string `query:"surface" default:"apig" pattern:"^[a-z]{1,32}$" doc:"API of Gatelog that the resource belongs to: apig or subscriptions. For identity ask without a project."`
	InstanceID string `query:"instance_id" pattern:"^[A-Za-z0-9_-]{0,65}$" doc:"Its instance; needed for what is named alike in every instance: an env, a feature, a quota of an instance."`
}

func (r OfResource) resource() resources.Resource {
	of := resources.Resource{Surface: r.Surface, Tenant: r.ProjectID, Kind: r.Kind, ID: r.ID}
	if r.Surface == surfaceAPIG {
		of.ID = projectionsapig.InLog(r.InstanceID, r.Kind, r.ID)
	}
	return of
}

func (r OfResource) action(usual string) string { return actionFor(r.Surface, usual) }

// OfAccount is what every request about a resource of the account names.
type OfAccount struct {
	AccountWide
	Named
	Surface string `query:"surface" default:"identity" pattern:"^[a-z]{1,32}$" doc:"API of Gatelog that the resource belongs to: identity, or subscriptions for those that see all projects."`
}

func (r OfAccount) resource() resources.Resource {
	return resources.Resource{Surface: r.Surface, Tenant: identity.Account, Kind: r.Kind, ID: r.ID}
}

func (r OfAccount) action(usual string) string { return actionFor(r.Surface, usual) }

// actionFor is the action that asking about resources of a surface needs.
func actionFor(surface, usual string) string {
	if surface == identity.Surface {
		return ActionIdentityHistory
	}
	return usual
}

// located is a request about one resource.
type located interface {
	tenanted
	named() Named
	resource() resources.Resource
}

// resources registers what can be asked of a resource of any kind.
func (s *surface) resources(api huma.API) {
	const (
		history = "Every event of the resource, as the log has it, with what it changed: also of a resource that is gone. Secrets are masked."
		blame   = "Of a resource that is gone, the values that it had last. Secrets are masked."
		diff    = "A resource that was not there at a moment is null. Secrets are compared, and masked."
		account = " Of surface identity, " + ActionIdentityHistory + " is needed instead. All of it is granted account-wide only."
		root    = "/gatelog/v1"
	)
	register(s, api, operation{
		id: "show-history", method: http.MethodGet, path: projectPath + "/history", action: ActionHistory,
		summary: "Show what happened to a resource of any kind", doc: history,
	}, showHappenings[happeningsIn](s))
	register(s, api, operation{
		id: "blame", method: http.MethodGet, path: projectPath + "/blame", action: ActionHistory,
		summary: "Show which event gave each field of a resource its present value", doc: blame,
	}, showBlame[OfResource](s))
	register(s, api, operation{
		id: "diff", method: http.MethodGet, path: projectPath + "/diff", action: ActionVersion,
		summary: "Compare a resource of any kind at two moments", doc: diff,
	}, diffResource[diffResourceIn](s))
	register(s, api, operation{
		id: "show-account-history", method: http.MethodGet, path: root + "/history", action: ActionHistory,
		summary: "Show what happened to a user, an access key, a project, or what else is the account's", doc: history + account,
	}, showHappenings[accountHappeningsIn](s))
	register(s, api, operation{
		id: "account-blame", method: http.MethodGet, path: root + "/blame", action: ActionHistory,
		summary: "Show which event gave each field of what is the account's its present value", doc: blame + account,
	}, showBlame[OfAccount](s))
	register(s, api, operation{
		id: "account-diff", method: http.MethodGet, path: root + "/diff", action: ActionVersion,
		summary: "Compare what is the account's at two moments", doc: diff + account,
	}, diffResource[diffAccountIn](s))
	register(s, api, operation{
		id: "diff-instance", method: http.MethodGet, path: instancePath + "/diff", action: ActionVersion,
		summary: "Compare a whole group, or a whole instance, at two moments",
		doc: "With group_id the group, its APIs with their drafts and what runs of them, variables and responses; without, all groups of the " +
			"instance and what else is configured in it. Each thing is found under its id. At most 2,000 APIs; secrets are compared, and masked.",
	}, s.diffWhole)
}

// HappeningListView is a page of what happened to a resource.
type HappeningListView struct {
	Surface string          `json:"surface"`
	Kind    string          `json:"kind"`
	ID      string          `json:"id"`
	Total   int             `json:"total" doc:"Events in all."`
	Size    int             `json:"size" doc:"Events in this answer."`
	Events  []HappeningView `json:"events"`
}

// CauseView says which event it was, who caused it, and why.
type CauseView struct {
	Position  domain.Position `json:"position" doc:"Place in the log."`
	ID        string          `json:"id" doc:"Unique over all events."`
	Time      time.Time       `json:"time"`
	Type      string          `json:"type" example:"apig.group.updated"`
	Actor     domain.Actor    `json:"actor"`
	Command   string          `json:"command" doc:"The use case that caused it." example:"apig.UpdateGroup"`
	Reason    string          `json:"reason,omitempty" doc:"Why, in the caller's words (header Gatelog-Reason)."`
	RequestID string          `json:"request_id,omitempty"`
}

func causeOf(r domain.Recorded) CauseView {
	return CauseView{r.Position, r.ID, r.Time, r.Event.EventType(), r.Actor, r.Command, r.Reason, r.Request}
}

// HappeningView is one event of a resource with what it changed.
type HappeningView struct {
	CauseView
	Part   string          `json:"part,omitempty" doc:"Part of the resource that the event is about: the resource itself, a binding, a publication …"`
	Before json.RawMessage `json:"before,omitempty" doc:"The part as it was; null where there was none."`
	After  json.RawMessage `json:"after,omitempty" doc:"The part as it is since; null where there is none any more."`
	Data   json.RawMessage `json:"data,omitempty" doc:"What an event says that is about several parts at once."`
	Diff   *resources.Diff `json:"diff,omitempty" doc:"What differs between before and after."`
}

func viewHappening(h resources.Happening) HappeningView {
	return HappeningView{causeOf(h.Recorded), h.Part, h.Before, h.After, h.Data, h.Diff}
}

// HappeningPage is how a history is asked for.
type HappeningPage struct {
	Offset int    `query:"offset" default:"0" minimum:"0" doc:"Entries to pass over."`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"Entries to return."`
	Order  string `query:"order" default:"desc" enum:"asc,desc" doc:"desc: newest first; asc: oldest first."`
}

func (p HappeningPage) history() HappeningPage { return p }

type happeningsIn struct {
	OfResource
	HappeningPage
}

type accountHappeningsIn struct {
	OfAccount
	HappeningPage
}

func showHappenings[I interface {
	located
	history() HappeningPage
}](s *surface) func(context.Context, commands.Call, *I) (*found[HappeningListView], error) {
	return func(ctx context.Context, _ commands.Call, in *I) (*found[HappeningListView], error) {
		of, name, page := (*in).resource(), (*in).named(), (*in).history()
		all, total, err := s.told.Happenings(ctx, of, page.Order == "desc", page.Offset, page.Limit)
		if err != nil {
			return nil, err
		}
		return &found[HappeningListView]{HappeningListView{of.Surface, name.Kind, name.ID, total, len(all), each(all, viewHappening)}}, nil
	}
}

// BlameView says of each field of a resource which event gave it its value.
type BlameView struct {
	Surface string      `json:"surface"`
	Kind    string      `json:"kind"`
	ID      string      `json:"id"`
	Deleted bool        `json:"deleted" doc:"The resource is gone: these are the values that it had last."`
	Fields  []FieldView `json:"fields" doc:"In the order of their pointers."`
}

// FieldView is a field with the event that gave it its value.
type FieldView struct {
	Pointer string          `json:"pointer" doc:"JSON Pointer (RFC 6901)." example:"/definition/backend_api/timeout"`
	Value   json.RawMessage `json:"value"`
	Event   CauseView       `json:"event"`
}

func showBlame[I located](s *surface) func(context.Context, commands.Call, *I) (*found[BlameView], error) {
	return func(ctx context.Context, _ commands.Call, in *I) (*found[BlameView], error) {
		of, name := (*in).resource(), (*in).named()
		b, err := s.told.Blame(ctx, of)
		if err != nil {
			return nil, err
		}
		view := BlameView{Surface: of.Surface, Kind: name.Kind, ID: name.ID, Deleted: b.Deleted, Fields: each(b.Fields, viewField)}
		return &found[BlameView]{view}, nil
	}
}

func viewField(f resources.BlamedField) FieldView {
	return FieldView{f.Pointer, f.Value, causeOf(f.Event)}
}
