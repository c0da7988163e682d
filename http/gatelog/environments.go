package gatelog

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// ActionDiffEnvironments allows comparing what runs in environments.
const ActionDiffEnvironments = "gatelog:environments:diff"

// environments registers the comparison of what runs.
func (s *surface) environments(api huma.API) {
	register(s, api, operation{
		id: "diff-environments", method: http.MethodGet, path: instancePath + "/environments/diff", action: ActionDiffEnvironments,
		summary: "Compare what runs of a group, or of a whole instance, in two environments, or with the drafts",
		doc: "Which APIs run in one and not in the other, what differs in their definitions, which policies are bound (by name), which apps are authorized, which " +
			"variables have other values. from=live:TEST&to=live:RELEASE compares two environments; from=live&to=draft says what publishing all drafts to RELEASE would change. " +
			"All of it is of one moment: that of as_of, or now. At most 2,000 APIs.",
	}, s.diffEnvironments)
}

// EnvironmentsDiffView is what runs otherwise on two sides.
type EnvironmentsDiffView struct {
	Position domain.Position `json:"position" doc:"Position of the moment at which the sides were compared."`
	GroupID  string          `json:"group_id,omitempty" doc:"Absent for a whole instance."`
	From     EnvironmentSide `json:"from"`
	To       EnvironmentSide `json:"to"`
	Form     string          `json:"form" doc:"Which form of the definitions was compared: run or written."`
	projectionsapig.EnvDiff
}

// EnvironmentSide is one side of a comparison.
type EnvironmentSide struct {
	Of      string `json:"of" doc:"live: what runs in the environment; draft: what would run there if all drafts were published."`
	EnvID   string `json:"env_id"`
	EnvName string `json:"env_name"`
}

type diffEnvironmentsIn struct {
	InInstance
	From    string `query:"from" required:"true" minLength:"4" maxLength:"135" doc:"live (in RELEASE), live:<environment id or name>, or draft: what would run in the environment of the other side."`
	To      string `query:"to" required:"true" minLength:"4" maxLength:"135" doc:"As from."`
	GroupID string `query:"group_id" pattern:"^[A-Za-z0-9_-]{0,65}$" doc:"Group; without it all groups of the instance."`
	Form    string `query:"form" default:"run" enum:"run,written" doc:"run: definitions with the variables of their environments filled in. written: as their owners wrote them."`
}

func (s *surface) diffEnvironments(ctx context.Context, _ commands.Call, in *diffEnvironmentsIn) (*found[EnvironmentsDiffView], error) {
	ctx, at, err := s.oneMoment(ctx)
	if err != nil {
		return nil, err
	}
	from, to, err := s.environmentSides(ctx, in)
	if err != nil {
		return nil, err
	}
	d, err := s.Queries.DiffEnvs(ctx, in.in(), projectionsapig.EnvComparison{
		GroupID: in.GroupID, From: from.side(), To: to.side(), Written: in.Form == "written",
	})
	return &found[EnvironmentsDiffView]{EnvironmentsDiffView{at, in.GroupID, from, to, in.Form, d}}, err
}

func (e EnvironmentSide) side() projectionsapig.EnvSide {
	return projectionsapig.EnvSide{EnvID: e.EnvID, Draft: e.Of == projectionsapig.OfDraft}
}

// oneMoment returns a context whose queries all see the same moment: that which was asked for, or the end of the
// log.
func (s *surface) oneMoment(ctx context.Context) (context.Context, domain.Position, error) {
	if at, past := projections.MomentOf(ctx); past {
		return ctx, at, nil
	}
	head, err := s.Log.Head(ctx)
	if err != nil {
		return nil, 0, err
	}
	at := domain.Position(head)
	ctx, err = s.AsOf(ctx, place(at))
	return ctx, at, err
}

// environmentSides reads the names of the sides: a draft runs where the other side does.
func (s *surface) environmentSides(ctx context.Context, in *diffEnvironmentsIn) (from, to EnvironmentSide, err error) {
	if in.From == projectionsapig.OfDraft && in.To == projectionsapig.OfDraft {
		return from, to, badParam("to", "from and to are both draft: a draft is compared with what is live, such as live:RELEASE")
	}
	if from, err = s.environmentSide(ctx, in.in(), "from", in.From); err != nil {
		return from, to, err
	}
	if to, err = s.environmentSide(ctx, in.in(), "to", in.To); err != nil {
		return from, to, err
	}
	switch {
	case from.EnvID == "":
		from.EnvID, from.EnvName = to.EnvID, to.EnvName
	case to.EnvID == "":
		to.EnvID, to.EnvName = from.EnvID, from.EnvName
	}
	return from, to, nil
}

// environmentSide reads the name of a side; a draft has no environment of its own.
func (s *surface) environmentSide(ctx context.Context, in projectionsapig.In, param, name string) (EnvironmentSide, error) {
	of, env, named := strings.Cut(name, ":")
	switch {
	case name == projectionsapig.OfDraft:
		return EnvironmentSide{Of: name}, nil
	case of != projectionsapig.OfLive || named && env == "":
		return EnvironmentSide{}, badParam(param, "it is "+name+": it must be live, live:<environment> or draft")
	case !named:
		env = apig.ReleaseEnvID
	}
	id, err := s.Queries.EnvID(ctx, in, env)
	if err != nil {
		return EnvironmentSide{}, err
	}
	row, err := s.Queries.Env(ctx, in, id)
	return EnvironmentSide{of, row.ID, row.Name}, err
}

// badParam is the refusal of a parameter.
func badParam(param, why string) *domain.Error {
	return &domain.Error{Code: domain.CodeInvalid, Message: param + ": " + why, Param: param}
}
