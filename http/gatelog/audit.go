package gatelog

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/projections"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// AuditListView is a page of the audit trail.
type AuditListView struct {
	Records []projectionsaudit.Record `json:"records" doc:"Newest first, unless order says otherwise."`
	Next    string                    `json:"next" doc:"Give it as after to get what follows; empty when nothing does."`
	// Complete is part of the answer because an auditor must not take a part for the whole.
	Complete bool `json:"complete" doc:"The trail has all that was recorded when the request came. false: it is behind, and the newest records may be missing."`
}

// auditTrail registers the audit trail: of a project, and of everything for operators.
func (s *surface) auditTrail(api huma.API) {
	const all, wide = "One record for each request that changes something, or that was to: accepted, unchanged, refused or failed; and one for each thing that Gatelog did by itself.", " Of all projects, of the account, and of strangers. Granted account-wide only."
	register(s, api, operation{
		id: "list-audit", method: http.MethodGet, path: projectPath + "/audit", action: ActionListAudit,
		summary: "List the audit trail of a project", doc: all,
	}, listAudit[ProjectAuditIn](s))
	register(s, api, operation{
		id: "show-audit-record", method: http.MethodGet, path: projectPath + "/audit/{record_id}", action: ActionAudit,
		summary: "Show a record of a project's audit trail", doc: "With everything before and after, and the difference as JSON Patch. Secrets are ******.",
	}, showAudit[projectRecordIn](s))
	register(s, api, operation{
		id: "export-audit", method: http.MethodGet, path: projectPath + "/audit/export", action: ActionExportAudit,
		summary: "Export the audit trail of a project", doc: all + exportDoc,
	}, exportAudit[projectExportIn](s))
	register(s, api, operation{
		id: "list-all-audit", method: http.MethodGet, path: "/gatelog/v1/audit", action: ActionListAudit,
		summary: "List the audit trail of everything", doc: all + wide,
	}, listAudit[accountAuditIn](s))
	register(s, api, operation{
		id: "show-any-audit-record", method: http.MethodGet, path: "/gatelog/v1/audit/{record_id}", action: ActionAudit,
		summary: "Show a record of the audit trail", doc: "Granted account-wide only.",
	}, showAudit[accountRecordIn](s))
	register(s, api, operation{
		id: "export-all-audit", method: http.MethodGet, path: "/gatelog/v1/audit/export", action: ActionExportAudit,
		summary: "Export the audit trail of everything", doc: all + wide + exportDoc,
	}, exportAudit[accountExportIn](s))
}

// AuditFilter says which records are asked for. All that is given must match.
type AuditFilter struct {
	User       string `query:"user" maxLength:"256" doc:"Name or id of a user."`
	Key        string `query:"key" maxLength:"256" doc:"Access key."`
	Address    string `query:"address" maxLength:"256" doc:"Address that requests came from."`
	Surface    string `query:"surface" maxLength:"64" doc:"apig, identity or gatelog."`
	Operation  string `query:"operation" maxLength:"256" doc:"Id of an operation, or a command such as apig.CreateGroup."`
	RequestID  string `query:"request_id" maxLength:"256" doc:"As in X-Request-Id."`
	Kind       string `query:"kind" maxLength:"128" doc:"Kind of what was changed: api, group, user …"`
	ResourceID string `query:"resource_id" maxLength:"128" doc:"Id of what was changed; where nothing was, of what the path of the request ends in."`
	InstanceID string `query:"instance_id" maxLength:"128" doc:"Instance."`
	Outcome    string `query:"outcome" enum:"accepted,unchanged,refused,failed" doc:"What the client was told."`
	Code       string `query:"code" maxLength:"128" doc:"Error code of the answer."`
	From       string `query:"from" maxLength:"64" doc:"Not before this time: 2026-01-02T15:04:05Z."`
	To         string `query:"to" maxLength:"64" doc:"Before this time."`
	Text       string `query:"q" maxLength:"256" doc:"Words that must be in the record, each at least as the beginning of one: in names, reason, message, path, and in what was changed. The first eight count."`
}

func (f AuditFilter) filter(tenant string) (projectionsaudit.Filter, error) {
	of := projectionsaudit.Filter{
		Tenant: tenant, User: f.User, Key: f.Key, Address: f.Address, Surface: f.Surface, Operation: f.Operation, Request: f.RequestID,
		Kind: f.Kind, Resource: f.ResourceID, Instance: f.InstanceID, Outcome: audit.Outcome(f.Outcome), Code: f.Code, Text: f.Text,
	}
	var err error
	if of.From, err = moment("from", f.From); err == nil {
		of.To, err = moment("to", f.To)
	}
	return of, err
}

// moment reads a time; the empty text is none.
func moment(param, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		refusal := domain.Errorf(domain.CodeInvalid, "%s is %q: a time like 2026-01-02T15:04:05Z", param, text)
		refusal.Param = param
		return time.Time{}, refusal
	}
	return t.UTC(), nil
}

// AuditOrder is the order of records, and where a list goes on.
type AuditOrder struct {
	Order string `query:"order" default:"desc" enum:"desc,asc" doc:"desc: newest first."`
	After string `query:"after" maxLength:"512" doc:"What an earlier answer called next. Records that come meanwhile move nothing."`
}

func (o AuditOrder) page(limit int) projectionsaudit.Page {
	return projectionsaudit.Page{After: o.After, Limit: limit, Ascending: o.Order == "asc"}
}

// AuditPage is a part of a list.
type AuditPage struct {
	AuditFilter
	AuditOrder
	Limit int `query:"limit" default:"20" minimum:"1" maximum:"500" doc:"Records to return."`
}

// asked is a request for a list of the audit trail, of one tenant or of all.
type asked interface {
	tenanted
	filtered() (projectionsaudit.Filter, error)
	paged() projectionsaudit.Page
}

// ProjectAuditIn asks for a list of a project's records.
type ProjectAuditIn struct {
	InProject
	AuditPage
}

func (in ProjectAuditIn) filtered() (projectionsaudit.Filter, error) { return in.filter(in.ProjectID) }
func (in ProjectAuditIn) paged() projectionsaudit.Page               { return in.page(in.Limit) }

// AnyProject narrows what concerns all projects.
type AnyProject struct {
	AccountWide
	ProjectID string `query:"project_id" maxLength:"128" doc:"Only records of this project, or of 'account'."`
}

type accountAuditIn struct {
	AnyProject
	AuditPage
}

func (in accountAuditIn) filtered() (projectionsaudit.Filter, error) { return in.filter(in.ProjectID) }
func (in accountAuditIn) paged() projectionsaudit.Page               { return in.page(in.Limit) }

// present refuses to answer for the past: the trail has times of its own.
func present(ctx context.Context) error {
	if _, past := projections.MomentOf(ctx); past {
		return domain.Errorf(domain.CodeInvalid, "the audit trail is not asked as of a moment: give from and to")
	}
	return nil
}

func listAudit[I asked](s *surface) func(context.Context, commands.Call, *I) (*found[AuditListView], error) {
	return func(ctx context.Context, _ commands.Call, in *I) (*found[AuditListView], error) {
		if err := present(ctx); err != nil {
			return nil, err
		}
		f, err := (*in).filtered()
		if err != nil {
			return nil, err
		}
		view := AuditListView{Complete: s.Audit.Complete(ctx)}
		view.Records, view.Next, err = s.Audit.List(ctx, f, (*in).paged())
		if view.Records == nil {
			view.Records = []projectionsaudit.Record{}
		}
		return &found[AuditListView]{view}, err
	}
}

// RecordID names a record.
type RecordID struct {
	RecordID string `path:"record_id" maxLength:"256" doc:"Record."`
}

func (r RecordID) id() string { return r.RecordID }

type projectRecordIn struct {
	InProject
	RecordID
}

func (in projectRecordIn) of() string { return in.ProjectID }

type accountRecordIn struct {
	AccountWide
	RecordID
}

func (in accountRecordIn) of() string { return "" }

func showAudit[I interface {
	of() string
	id() string
}](s *surface) func(context.Context, commands.Call, *I) (*found[projectionsaudit.Detail], error) {
	return func(ctx context.Context, _ commands.Call, in *I) (*found[projectionsaudit.Detail], error) {
		if err := present(ctx); err != nil {
			return nil, err
		}
		s.Audit.Complete(ctx)
		d, err := s.Audit.Show(ctx, (*in).of(), (*in).id())
		return &found[projectionsaudit.Detail]{d}, err
	}
}
