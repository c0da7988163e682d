// Package gatelog serves what no other management API has, under /gatelog/v1: the history of an API, all
// of its versions, the difference between any two of them, the audit trail, the log itself and how far the
// read models are, live streams of events, and webhooks. It reads requests, asks queries and commands, and
// spells answers and errors. It decides nothing.
package gatelog

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jmoiron/sqlx"

	"github.com/gatelog/gatelog/commands"
	commandsapig "github.com/gatelog/gatelog/commands/apig"
	commandssubscriptions "github.com/gatelog/gatelog/commands/subscriptions"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/access"
	"github.com/gatelog/gatelog/http/web"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
	"github.com/gatelog/gatelog/projections/calls"
	"github.com/gatelog/gatelog/projections/resources"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

// Prefix is the beginning of all paths of this surface. The management of users and projects has the
// same one.
const Prefix = "/gatelog/v1/"

// Actions of the policies that allow the operations. Those of projections and of the log are
// account-wide, the others are granted per project.
const (
	ActionHistory  = "gatelog:history:get"
	ActionVersions = "gatelog:versions:list"
	ActionVersion  = "gatelog:versions:get"
	ActionSetQuota = "gatelog:quotas:set"
	// ActionRestoreGroup and ActionRestoreAPI allow bringing back what was.
	ActionRestoreGroup = "gatelog:groups:restore"
	ActionRestoreAPI   = "gatelog:apis:restore"
	ActionRestoreThing = "gatelog:resources:restore"
	ActionDeclare      = "gatelog:instances:declare"
	ActionApply        = "gatelog:instances:apply"
	// ActionRequestEndpoint allows asking for the connection of a VPC endpoint.
	ActionRequestEndpoint = "gatelog:endpoints:request"
	ActionProjections     = "gatelog:projections:list"
	ActionLog             = "gatelog:log:get"
	ActionListAudit       = "gatelog:audit:list"
	ActionAudit           = "gatelog:audit:get"
	ActionExportAudit     = "gatelog:audit:export"
	ActionSubscribe       = "gatelog:events:subscribe"

	ActionCreateSubscription = "gatelog:subscriptions:create"
	ActionListSubscriptions  = "gatelog:subscriptions:list"
	ActionGetSubscription    = "gatelog:subscriptions:get"
	ActionUpdateSubscription = "gatelog:subscriptions:update"
	ActionDeleteSubscription = "gatelog:subscriptions:delete"
	ActionPause              = "gatelog:subscriptions:pause"
	ActionResume             = "gatelog:subscriptions:resume"
	ActionRewind             = "gatelog:subscriptions:rewind"
	ActionRotate             = "gatelog:subscriptions:rotate-secret"
	ActionListUndelivered    = "gatelog:subscriptions:list-undelivered"
	ActionRedrive            = "gatelog:subscriptions:redrive"
)

// Deps is what the surface stands on.
type Deps struct {
	Bus      *commands.Bus
	Commands *commandsapig.Commands
	Queries  *projectionsapig.Queries
	Log      eventstore.Log
	// DB is a pool of connections to the read models, for the checkpoints and the progress of webhooks.
	DB *sqlx.DB
	// Calls counts what gateway nodes tell of the calls that they serve.
	Calls *calls.Store
	// Projections are those whose checkpoints are in DB.
	Projections []*projections.Projection
	// Audit answers for the audit trail.
	Audit  *projectionsaudit.Queries
	Logger *slog.Logger
	// AsOf returns a context in which queries see the world at a moment: a position of the log, or an RFC 3339
	// time. Errors: gatelog.invalid, gatelog.unavailable.
	AsOf func(ctx context.Context, moment string) (context.Context, error)
	// Subscriptions and Webhooks are the use cases and the queries of webhooks.
	Subscriptions *commandssubscriptions.Commands
	Webhooks      *projectionssubscriptions.Queries
	// Streams bounds the live streams. Default: NewStreams().
	Streams *Streams
	// Caller returns the policies of who sends the request of a context, nil for nobody. Default: those
	// of access.CallerFrom.
	Caller func(ctx context.Context) commands.Policy
}

// surface is the set of handlers.
type surface struct {
	Deps
	told      *resources.Queries
	replaying chan struct{} // has room for the replays of whole projects that may be under way
}

// maxReplays is how many replays of whole projects are under way at most; others wait.
const maxReplays = 2

// Register adds the operations of the surface with their description to api.
func Register(api huma.API, d Deps) {
	if d.Caller == nil {
		d.Caller = authenticated
	}
	if d.Streams == nil {
		d.Streams = NewStreams()
	}
	s := &surface{d, resources.New(d.Log, knownSurfaces()), make(chan struct{}, maxReplays)}
	s.histories(api)
	s.resources(api)
	s.environments(api)
	s.restores(api)
	s.declarations(api)
	s.versions(api)
	s.quotas(api)
	s.endpoints(api)
	s.logs(api)
	s.auditTrail(api)
	s.projections(api)
	s.streams(api)
	s.webhooks(api)
	s.calls(api)
}

func authenticated(ctx context.Context) commands.Policy {
	if caller := access.CallerFrom(ctx); caller != nil {
		return caller
	}
	return nil
}

// operation describes an operation of this surface.
type operation struct {
	id, method, path string
	action           string // of the policies that allow it
	summary, doc     string
	media            string // of the answer, where its type does not say it
	status           int    // of success; 0 for 200
	named            bool   // the body has names where its schema describes ids: the domain checks it
	audited          web.Audited
}

const (
	projectPath  = "/gatelog/v1/projects/{project_id}"
	instancePath = projectPath + "/instances/{instance_id}"
	apiPath      = instancePath + "/apis/{api_id}"
)

// InProject is what every request about a project names. It and the others that are embedded are
// exported because huma passes over what is embedded and is not.
type InProject struct {
	ProjectID string `path:"project_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Project."`
}

func (p InProject) tenant() string { return p.ProjectID }

// InInstance is what every request beneath an instance names.
type InInstance struct {
	InProject
	InstanceID string `path:"instance_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Instance. It may be gone by now."`
}

func (i InInstance) in() projectionsapig.In {
	return projectionsapig.In{Tenant: i.ProjectID, Instance: i.InstanceID}
}

// InAPI is what every request about an API names.
type InAPI struct {
	InInstance
	APIID string `path:"api_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"API. It may be gone by now."`
}

// AccountWide is a request that concerns the whole account.
type AccountWide struct{}

func (AccountWide) tenant() string { return identity.Account }

// tenanted is a request that names its tenant.
type tenanted interface{ tenant() string }

// particular is a request that may need another action than is usual for the operation.
type particular interface{ action(usual string) string }

// Paging is how lists are asked for.
type Paging struct {
	Offset int `query:"offset" default:"0" minimum:"0" doc:"Entries to pass over."`
	Limit  int `query:"limit" default:"20" minimum:"1" maximum:"500" doc:"Entries to return."`
}

func (p Paging) page() projectionsapig.Page {
	return projectionsapig.Page{Offset: p.Offset, Limit: p.Limit}
}

// headerPosition tells the place of a change in the log.
const headerPosition = "Gatelog-Position"

// found is the answer to a query.
type found[B any] struct{ Body B }

// changed is the answer to a change.
type changed[B any] struct {
	Position string `header:"Gatelog-Position" doc:"Position of the change in the log."`
	Body     B
}

func place(at domain.Position) string { return strconv.FormatUint(uint64(at), 10) }

// halfway is an error after a change that happened all the same.
type halfway struct {
	error
	at domain.Position
}

func (h halfway) Unwrap() error { return h.error }

// register adds an operation. Its handler gets a call that is authorised for the request's tenant.
func register[I, O any](s *surface, api huma.API, op operation, handle func(ctx context.Context, call commands.Call, in *I) (*O, error)) {
	huma.Register(api, web.Prepared(op.describe()), func(ctx context.Context, in *I) (*O, error) {
		call, err := s.authorize(ctx, op, in)
		if err != nil {
			return nil, s.refuse(ctx, op, err)
		}
		out, err := handle(ctx, call, in)
		if err != nil {
			return nil, s.refuse(ctx, op, err)
		}
		return out, nil
	})
}

func (s *surface) authorize(ctx context.Context, op operation, in any) (commands.Call, error) {
	caller := s.Caller(ctx)
	if caller == nil {
		return commands.Call{}, domain.Errorf(domain.CodeUnauthenticated, "the request is neither signed nor has it a token")
	}
	action := op.action
	if p, ok := in.(particular); ok {
		action = p.action(action)
	}
	return commands.Authorize(caller, in.(tenanted).tenant(), web.MetaFrom(ctx), action)
}

func (op operation) describe() huma.Operation {
	var responses map[string]*huma.Response
	if op.media != "" {
		responses = map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{op.media: {}}}}
	}
	return huma.Operation{
		Responses: responses, SkipValidateBody: op.named,
		OperationID: op.id, Method: op.method, Path: op.path, DefaultStatus: cmp.Or(op.status, http.StatusOK),
		Summary: op.summary, Description: op.doc + " Needs the policy action " + op.action + ".",
		Tags:        []string{"history"},
		Middlewares: huma.Middlewares{spelling.Middleware},
		Metadata:    map[string]any{web.AuditedKey: op.audited},
	}
}
