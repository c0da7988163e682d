package identityhttp

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/access"
	"github.com/gatelog/gatelog/http/web"
)

// operation describes an operation of /gatelog/v1.
type operation struct {
	id, method, path string
	status           int
	action           string // of the policies that allow it, account-wide
	summary, doc     string
}

// asker is who asks for an operation, authorised for it.
type asker struct {
	caller *access.Caller
	meta   commands.Meta
	call   commands.Call
}

// headerPosition tells the place of a change in the log.
const headerPosition = "Gatelog-Position"

// found is the answer to a query.
type found[B any] struct{ Body B }

// changed is the answer to a change, done one without a body.
type changed[B any] struct {
	Position string `header:"Gatelog-Position" doc:"Position of the change in the log."`
	Body     B
}

type done struct {
	Position string `header:"Gatelog-Position" doc:"Position of the change in the log."`
}

func place(at domain.Position) string { return strconv.FormatUint(uint64(at), 10) }

// halfway is an error after a change that happened all the same, or in part.
type halfway struct {
	error
	at domain.Position
}

func (h halfway) Unwrap() error { return h.error }

// answer is the answer to a change, or its error with the position of what did happen.
func answer[B any](body B, at domain.Position, err error) (*changed[B], error) {
	if err != nil {
		return nil, halfway{err, at}
	}
	return &changed[B]{Position: place(at), Body: body}, nil
}

func nothing(at domain.Position, err error) (*done, error) {
	if err != nil {
		return nil, halfway{err, at}
	}
	return &done{Position: place(at)}, nil
}

// register adds an operation. Its handler gets an asker whose policies allow the operation's action.
func register[I, O any](s *surface, api huma.API, op operation, handle func(ctx context.Context, by asker, in *I) (*O, error)) {
	huma.Register(api, web.Prepared(op.describe(api)), func(ctx context.Context, in *I) (*O, error) {
		by, err := authorize(ctx, op.action)
		if err != nil {
			return nil, s.refuse(ctx, op, err)
		}
		out, err := handle(ctx, by, in)
		if err != nil {
			return nil, s.refuse(ctx, op, err)
		}
		return out, nil
	})
}

func authorize(ctx context.Context, action string) (asker, error) {
	caller := access.CallerFrom(ctx)
	if caller == nil {
		return asker{}, domain.Errorf(domain.CodeUnauthenticated, "the request is neither signed nor has it a token")
	}
	meta := web.MetaFrom(ctx)
	call, err := commands.Authorize(caller, identity.Account, meta, action)
	return asker{caller, meta, call}, err
}

// refuse spells an error, and logs the ones that are ours.
func (s *surface) refuse(ctx context.Context, op operation, err error) error {
	e := spelling.Spell(web.RequestID(ctx), err)
	if e.GetStatus() >= http.StatusInternalServerError {
		s.Logger.Warn("operation failed", "operation", op.id, "request_id", e.RequestID, "error", err)
	}
	if h, ok := err.(halfway); ok && h.at > 0 {
		return huma.ErrorWithHeaders(e, http.Header{headerPosition: {place(h.at)}})
	}
	return e
}

func (op operation) describe(api huma.API) huma.Operation {
	refused := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[web.Error](), true, "")
	return huma.Operation{
		OperationID: op.id, Method: op.method, Path: "/gatelog/v1" + op.path, DefaultStatus: op.status,
		Summary: op.summary, Description: strings.TrimSpace(op.doc + " Needs the policy action " + op.action + ", account-wide."),
		Tags:        []string{"identity"},
		Middlewares: huma.Middlewares{spelling.Middleware},
		Responses: map[string]*huma.Response{"default": {
			Description: "Refused", Content: map[string]*huma.MediaType{"application/json": {Schema: refused}},
		}},
	}
}
