package gatelog

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// restores registers the restoration of groups and APIs.
func (s *surface) restores(api huma.API) {
	const doc = "As a new change: nothing in the log is rewritten, and what is gone comes again under its old id. " +
		"With dry_run the answer is the plan, and nothing changes. What rules forbid is refused as a whole, with all reasons (409 " + apig.CodeRestoreRefused + ")."
	register(s, api, operation{
		id: "restore-group", method: http.MethodPost, path: instancePath + "/groups/{group_id}/restore", action: ActionRestoreGroup,
		summary: "Bring a group with everything in it back to what it was", doc: doc,
	}, s.restoreGroup)
	register(s, api, operation{
		id: "restore-api", method: http.MethodPost, path: apiPath + "/restore", action: ActionRestoreAPI,
		summary: "Bring an API back to what it was", doc: doc,
	}, s.restoreAPI)
	register(s, api, operation{
		id: "restore-resource", method: http.MethodPost, path: instancePath + "/resources/{kind}/{resource_id}/restore", action: ActionRestoreThing,
		summary: "Bring a policy, channel, app or another thing of an instance back to what it was", doc: doc +
			" Kinds: env, feature, orchestration, channel, authorizer, app, appquota, throttle, acl, signature, plugin, variable, response. What went with " +
			"it, such as bindings and AppCodes, does not come again.",
	}, s.restoreResource)
}

// RestoreBody says to which moment, and whether to do it.
type RestoreBody struct {
	Body struct {
		AsOf   string `json:"as_of" minLength:"1" maxLength:"40" doc:"The moment: a position of the log (1742) or a time (2026-01-02T15:04:05Z)."`
		DryRun bool   `json:"dry_run,omitempty" doc:"Only say what would change."`
	}
}

// asks notes that a plan is only asked for, whatever comes of it.
func (b RestoreBody) asks(call commands.Call) {
	if b.Body.DryRun {
		call.Meta().Trace.OnlyAsks()
	}
}

// RestoreView is what a restoration changed, or would change.
type RestoreView struct {
	AsOf   domain.Position `json:"as_of" doc:"Position of the moment."`
	DryRun bool            `json:"dry_run" doc:"Nothing was changed."`
	apig.RestorePlan
}

type restoreGroupIn struct {
	InInstance
	RestoreBody
	GroupID string `path:"group_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Group. It may be gone by now."`
}

func (s *surface) restoreGroup(ctx context.Context, call commands.Call, in *restoreGroupIn) (*changed[RestoreView], error) {
	in.asks(call)
	at, err := s.position(ctx, "as_of", in.Body.AsOf)
	if err != nil {
		return nil, err
	}
	then, err := s.Queries.GroupThen(ctx, in.in(), in.GroupID, at)
	if err != nil {
		return nil, notThen(err, at)
	}
	command := apig.RestoreGroup{InstanceID: in.InstanceID, Then: then, DryRun: in.Body.DryRun}
	plan, changedAt, err := s.Commands.RestoreGroup.Do(ctx, s.Bus, call, command)
	return restored(plan, changedAt, at, in.Body.DryRun, err)
}

type restoreAPIIn struct {
	InAPI
	RestoreBody
}

func (s *surface) restoreAPI(ctx context.Context, call commands.Call, in *restoreAPIIn) (*changed[RestoreView], error) {
	in.asks(call)
	at, err := s.position(ctx, "as_of", in.Body.AsOf)
	if err != nil {
		return nil, err
	}
	then, err := s.Queries.APIThen(ctx, in.in(), in.APIID, at)
	if err != nil {
		return nil, notThen(err, at)
	}
	command := apig.RestoreAPI{InstanceID: in.InstanceID, Then: then, DryRun: in.Body.DryRun}
	plan, changedAt, err := s.Commands.RestoreAPI.Do(ctx, s.Bus, call, command)
	return restored(plan, changedAt, at, in.Body.DryRun, err)
}

type restoreResourceIn struct {
	InInstance
	RestoreBody
	Kind       string `path:"kind" pattern:"^[a-z]{1,32}$" doc:"Kind of the thing, as the log calls it."`
	ResourceID string `path:"resource_id" pattern:"^[A-Za-z0-9_-]{1,128}$" doc:"Its id; of a feature its name. It may be gone by now."`
}

// ThingRestoredView is what restoring one thing changed, or would change.
type ThingRestoredView struct {
	AsOf domain.Position `json:"as_of" doc:"Position of the moment."`
	PlanView
}

func (s *surface) restoreResource(ctx context.Context, call commands.Call, in *restoreResourceIn) (*changed[ThingRestoredView], error) {
	in.asks(call)
	at, err := s.position(ctx, "as_of", in.Body.AsOf)
	if err != nil {
		return nil, err
	}
	then, err := replayed(ctx, s, func() (apig.Recalled, error) {
		return s.Commands.Recall(ctx, s.Log, call, in.InstanceID, in.Kind, in.ResourceID, at)
	})
	if err != nil {
		return nil, notThen(err, at)
	}
	command := apig.RestoreResource{InstanceID: in.InstanceID, Then: then, DryRun: in.Body.DryRun}
	plan, changedAt, err := s.Commands.RestoreResource.Do(ctx, s.Bus, call, command)
	if err != nil {
		return nil, halfway{err, changedAt}
	}
	return &changed[ThingRestoredView]{Position: place(changedAt), Body: ThingRestoredView{at, PlanView{in.Body.DryRun, plan}}}, nil
}

func restored(plan apig.RestorePlan, changedAt, asOf domain.Position, dryRun bool, err error) (*changed[RestoreView], error) {
	if err != nil {
		return nil, halfway{err, changedAt}
	}
	return &changed[RestoreView]{Position: place(changedAt), Body: RestoreView{asOf, dryRun, plan}}, nil
}

// notThen adds to a 404 the moment at which there was no such thing.
func notThen(err error, at domain.Position) error {
	if code := domain.CodeOf(err); statusOf(code) == http.StatusNotFound {
		return domain.Errorf(code, "%s, as of position %d: there is nothing to restore", messageOf(err), at)
	}
	return err
}
