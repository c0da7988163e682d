package gatelog

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// declarations registers what is said of, and done with, the declared form of an instance.
func (s *surface) declarations(api huma.API) {
	register(s, api, operation{
		id: "declare", method: http.MethodGet, path: instancePath + "/declaration", action: ActionDeclare,
		summary: "Show an instance, or a group of it, in the form that people keep in files",
		doc: "Things have no ids, no times and no secrets there, and refer to each other by name: what two instances have in common looks the same. " +
			"At most 5,000 APIs.",
	}, s.declare)
	register(s, api, operation{
		id: "apply-declaration", method: http.MethodPost, path: instancePath + "/declaration", action: ActionApply, named: true,
		summary: "Make an instance, or groups of it, what is declared",
		doc: "As one change: everything or nothing. What is as it is declared causes no event. A list that is not there is not spoken of; one that is there " +
			"has all that there shall be. With dry_run the answer is the plan, and nothing changes. What rules forbid is refused as a whole, with all " +
			"reasons (409 " + apig.CodePlanRefused + ").",
	}, s.apply)
}

type declareIn struct {
	InInstance
	Group string `query:"group" maxLength:"255" doc:"Name of a group; default: the whole instance."`
}

func (s *surface) declare(ctx context.Context, call commands.Call, in *declareIn) (*found[apig.Declaration], error) {
	command := apig.Declare{InstanceID: in.InstanceID, Group: in.Group}
	at, past := projections.MomentOf(ctx)
	if !past && s.Bus.Writes(s.Commands.Surface, in.tenant()) {
		d, _, err := s.Commands.Declare(ctx, s.Bus, call, command, s.Queries.WrittenAt)
		return &found[apig.Declaration]{d}, err
	}
	if !past {
		head, err := s.Log.Head(ctx)
		if err != nil {
			return nil, err
		}
		at = domain.Position(head)
	}
	d, err := replayed(ctx, s, func() (apig.Declaration, error) {
		return s.Commands.DeclareAt(ctx, s.Log, call, command, at, s.Queries.WrittenAt)
	})
	return &found[apig.Declaration]{d}, err
}

// replayed does what replays a whole project, when it is its turn.
func replayed[R any](ctx context.Context, s *surface, do func() (R, error)) (R, error) {
	select {
	case s.replaying <- struct{}{}:
		defer func() { <-s.replaying }()
	case <-ctx.Done():
		var none R
		return none, domain.Errorf(domain.CodeUnavailable, "other moments are being replayed: try again")
	}
	return do()
}

// ApplyBody is what shall be, and whether to do it.
type ApplyBody struct {
	Body Applied
}

// Applied is the body that asks to apply a declaration.
type Applied struct {
	Declaration apig.Declaration `json:"declaration"`
	Keep        bool             `json:"keep,omitempty" doc:"Delete nothing, and take nothing offline, for not being declared."`
	DryRun      bool             `json:"dry_run,omitempty" doc:"Only say what would change."`
}

// MostJSONValues is how many values the body can have: an API of a real document has some 130.
func (Applied) MostJSONValues() int { return 400_000 }

// PlanView is what applying a declaration changed, or would change.
type PlanView struct {
	DryRun bool `json:"dry_run" doc:"Nothing was changed."`
	apig.ChangePlan
}

type applyIn struct {
	InInstance
	ApplyBody
}

func (s *surface) apply(ctx context.Context, call commands.Call, in *applyIn) (*changed[PlanView], error) {
	if in.Body.DryRun {
		call.Meta().Trace.OnlyAsks()
	}
	command := apig.ApplyDeclaration{InstanceID: in.InstanceID, Declaration: in.Body.Declaration, Keep: in.Body.Keep, DryRun: in.Body.DryRun}
	plan, at, err := s.Commands.ApplyDeclaration(ctx, s.Bus, call, command, s.Queries.WrittenAt)
	if err != nil {
		return nil, halfway{err, at}
	}
	return &changed[PlanView]{Position: place(at), Body: PlanView{in.Body.DryRun, plan}}, nil
}
