// Package apig serves the management API of the dedicated API gateway, version 2 ('APIG V2'): it
// reads requests, asks commands and queries, and spells answers and errors. It decides nothing.
package apig

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/access"
	"github.com/gatelog/gatelog/http/web"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/calls"
)

// Deps is what the surface stands on.
type Deps struct {
	Bus      *commands.Bus
	Commands *commandsapig.Commands
	Queries  *projectionsapig.Queries
	Debugger *commandsapig.Debugger
	Calls    *calls.Store
	// Documents reads and writes OpenAPI documents, TaskFiles keeps the files of asynchronous tasks.
	Documents projectionsapig.Documents
	TaskFiles projectionsapig.TaskFiles
	// GatewayDomain is what follows the group id in the subdomain of a group (APIG V2 §3.1.1).
	GatewayDomain string
	// Zones are the ids of the availability zones (APIG V2 §3.23.13), and Specs the specifications of
	// instances that are offered; none for all that there are.
	Zones, Specs []string
	Logger       *slog.Logger
}

// Surface is the set of handlers.
type Surface struct{ Deps }

// sectionSDK stands for the section of an operation that the public SDK has and the reference has not.
const sectionSDK = "SDK"

const (
	rootPath     = "/v2/{project_id}/apigw"
	instancePath = rootPath + "/instances/{instance_id}"
)

// operation describes an operation of the reference.
type operation struct {
	id      string // name in the public SDK
	section string // of the reference, or sectionSDK
	method  string
	path    string
	status  int // of success
	summary string
	// actions of the policies that allow it; any of them will do (APIG V2 §4), or that of the request where
	// it is precise.
	actions []string
	tag     string
	// needs is a query parameter that must be given. The handler sees to it, with the documented code.
	needs string
	// answers are the media types of success; nil for the JSON of the handler's answer.
	answers map[string]*huma.MediaType
	// audited is what the audit trail has of it, where its method is not GET.
	audited web.Audited
}

// Project is what every request names.
type Project struct {
	ProjectID string `path:"project_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Project."`
}

func (p Project) tenant() string { return p.ProjectID }

// InInstance is what every request beneath an instance names.
type InInstance struct {
	Project
	InstanceID string `path:"instance_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Instance."`
}

func (i InInstance) in() projectionsapig.In {
	return projectionsapig.In{Tenant: i.ProjectID, Instance: i.InstanceID}
}

// tenanted is a request that names its tenant.
type tenanted interface{ tenant() string }

// precise is a request whose action depends on what it says.
type precise interface{ action() string }

// Paging is how lists are asked for (APIG V2 §3). Values out of range are corrected, not refused.
type Paging struct {
	Offset int `query:"offset" default:"0" doc:"Entries to pass over. Below 0 is taken as 0."`
	Limit  int `query:"limit" default:"20" doc:"Entries to return: 1 to 500. 0 or less is taken as 20, more as 500."`
}

func (p Paging) page() projectionsapig.Page {
	limit := p.Limit
	switch {
	case limit <= 0:
		limit = 20
	case limit > 500:
		limit = 500
	}
	return projectionsapig.Page{Offset: max(p.Offset, 0), Limit: limit}
}

// precisely reports whether a list asked for an exact match of a parameter.
func precisely(preciseSearch, parameter string) bool {
	for name := range strings.SplitSeq(preciseSearch, ",") {
		if strings.TrimSpace(name) == parameter {
			return true
		}
	}
	return false
}

// answer is a body; done is an answer without one. Both name the place of a change in the log.
type answer[B any] struct {
	Position string `header:"Gatelog-Position" doc:"Position of the change in the log."`
	Body     B
}

type done struct {
	Position string `header:"Gatelog-Position" doc:"Position of the change in the log."`
}

// changed is the answer to a mutation.
func changed[B any](body B, at domain.Position) *answer[B] {
	return &answer[B]{Position: place(at), Body: body}
}

func place(at domain.Position) string { return strconv.FormatUint(uint64(at), 10) }

// useCase is a command as it is carried out, with what it leaves behind.
type useCase[C, R any] func(ctx context.Context, b *commands.Bus, call commands.Call, command C) (R, domain.Position, error)

// answerTo carries a command out and answers with what it left, as view shows it.
func answerTo[C, R, V any](ctx context.Context, b *commands.Bus, call commands.Call, do useCase[C, R], command C, view func(R) V) (*answer[V], error) {
	result, position, err := do(ctx, b, call, command)
	return changed(view(result), position), at(position, err)
}

// doneWith carries a command out that leaves nothing to show.
func doneWith[C, R any](ctx context.Context, b *commands.Bus, call commands.Call, do useCase[C, R], command C) (*done, error) {
	_, position, err := do(ctx, b, call, command)
	return &done{place(position)}, at(position, err)
}

// read is the answer to a query.
func read[B any](body B) *answer[B] { return &answer[B]{Body: body} }

// positioned is an error with the position of a change that happened all the same.
type positioned struct {
	error
	at domain.Position
}

func (p positioned) Unwrap() error { return p.error }

// at adds the position of a change to an error; both may be absent.
func at(position domain.Position, err error) error {
	if err == nil || position == 0 {
		return err
	}
	return positioned{err, position}
}

// register adds an operation. Its handler gets a call that is authorised for the request's project.
func register[I any, O any](s *Surface, api huma.API, op operation, handle func(ctx context.Context, call commands.Call, in *I) (*O, error)) {
	f := familyOf(op.path)
	huma.Register(api, web.Prepared(op.describe(api, f)), func(ctx context.Context, in *I) (*O, error) {
		call, err := s.authorize(ctx, op, in)
		if err != nil {
			return nil, f.spell(s.Logger, op.id, err)
		}
		out, err := handle(ctx, call, in)
		if err != nil {
			return nil, s.refuse(f, op.id, err)
		}
		return out, nil
	})
}

// refuse spells an error, with the position of a change that happened all the same.
func (s *Surface) refuse(f family, operation string, err error) error {
	spelled := f.spell(s.Logger, operation, err)
	if p := (positioned{}); errors.As(err, &p) {
		return huma.ErrorWithHeaders(spelled, http.Header{"Gatelog-Position": {place(p.at)}})
	}
	return spelled
}

func (s *Surface) authorize(ctx context.Context, op operation, in any) (commands.Call, error) {
	caller := access.CallerFrom(ctx)
	if caller == nil {
		return commands.Call{}, domain.Errorf(domain.CodeUnauthenticated, "the request is neither signed nor has it a token")
	}
	actions := op.actions
	if p, ok := in.(precise); ok {
		actions = []string{p.action()}
	}
	return commands.Authorize(caller, in.(tenanted).tenant(), web.MetaFrom(ctx), actions...)
}

// parameters are those that the types of requests do not describe.
func (op operation) parameters() []*huma.Param {
	text := func(most int) *huma.Schema { return &huma.Schema{Type: huma.TypeString, MaxLength: &most} }
	var all []*huma.Param
	if op.needs != "" {
		all = append(all, &huma.Param{Name: op.needs, In: "query", Required: true, Schema: text(65)})
	}
	if op.method != http.MethodGet {
		all = append(all,
			&huma.Param{Name: "Idempotency-Key", In: "header", Schema: text(255), Description: "A repeated request with the same key returns the first answer, for 24 hours."},
			&huma.Param{Name: "Gatelog-Reason", In: "header", Schema: text(1024), Description: "Why the change is made, for its history."},
		)
	}
	return all
}

// refusals refers to the description of what all operations answer when they refuse.
func refusals(api huma.API) *huma.Response {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Error](), true, "")
	return &huma.Response{
		Description: "Refused (APIG V2 §5.4)", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
	}
}

// describedSDK is the description of operations of sectionSDK.
const describedSDK = "Not in APIG V2: an operation of the public SDK (Go, v0.1.207)."

// sectionROMA stands for the section of an operation of ROMA Connect, describedROMA for its description.
const (
	sectionROMA   = "ROMA"
	describedROMA = "Not in APIG V2: an operation of ROMA Connect."
)

// source says where an operation is described.
func (op operation) source() string {
	if op.section == sectionROMA {
		return describedROMA
	}
	if op.section == sectionSDK {
		return describedSDK
	}
	return "APIG V2 §" + op.section + "."
}

func (op operation) describe(api huma.API, f family) huma.Operation {
	responses := map[string]*huma.Response{"default": refusals(api)}
	if op.answers != nil {
		responses[strconv.Itoa(op.status)] = &huma.Response{Content: op.answers}
	}
	return huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary,
		Description:   op.source(),
		Tags:          []string{op.tag},
		DefaultStatus: op.status,
		Parameters:    op.parameters(),
		Responses:     responses,
		// The domain checks bodies, with the documented codes; the schema is for the reader.
		SkipValidateBody: true,
		Metadata:         map[string]any{web.SpellKey: web.Spell(f.refuse), web.AuditedKey: op.audited},
		Extensions:       map[string]any{"x-policy-actions": op.actions},
	}
}
