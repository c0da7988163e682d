package gatelog

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
	"github.com/gatelog/gatelog/internal/webhooks"
)

// Subscriptions are those of a project, and see its events. In the place of a project's id, that of the account
// (identity.Account) stands for subscriptions that see the events of all.
const (
	hooksPath = projectPath + "/subscriptions"
	hookPath  = hooksPath + "/{subscription_id}"
)

// webhooks registers the management of subscriptions.
func (s *surface) webhooks(api huma.API) {
	register(s, api, operation{
		id: "create-subscription", method: http.MethodPost, path: hooksPath, action: ActionCreateSubscription, status: http.StatusCreated,
		summary: "Create a webhook subscription",
		doc: "Its events are sent as CloudEvents 1.0 by POST, at least once and in order per resource. The secret that signs them is in this answer and nowhere else. " +
			"In the place of a project, 'account' makes one that gets the events of all projects.",
	}, s.createHook)
	register(s, api, operation{
		id: "list-subscriptions", method: http.MethodGet, path: hooksPath, action: ActionListSubscriptions,
		summary: "List subscriptions with their progress", doc: "By name.",
	}, s.listHooks)
	register(s, api, operation{
		id: "show-subscription", method: http.MethodGet, path: hookPath, action: ActionGetSubscription,
		summary: "Show a subscription with its progress", doc: "Here, and not in the list, it says how far it is behind.",
	}, s.showHook)
	register(s, api, operation{
		id: "update-subscription", method: http.MethodPut, path: hookPath, action: ActionUpdateSubscription,
		summary: "Change a subscription", doc: "All of it: what is not given gets its default. Secret and progress stay.",
	}, s.updateHook)
	register(s, api, operation{
		id: "delete-subscription", method: http.MethodDelete, path: hookPath, action: ActionDeleteSubscription, status: http.StatusNoContent,
		summary: "Delete a subscription", doc: "With its dead letters. Deliveries that are on their way may still arrive.",
	}, s.deleteHook)
	s.webhookActions(api)
}

func (s *surface) webhookActions(api huma.API) {
	register(s, api, operation{
		id: "pause-subscription", method: http.MethodPost, path: hookPath + "/pause", action: ActionPause,
		summary: "Pause a subscription", doc: "What happens until it is resumed is sent then. Deliveries that are on their way may still arrive.",
	}, s.pauseHook)
	register(s, api, operation{
		id: "resume-subscription", method: http.MethodPost, path: hookPath + "/resume", action: ActionResume,
		summary: "Resume a subscription", doc: "It goes on where it was.",
	}, s.resumeHook)
	register(s, api, operation{
		id: "rewind-subscription", method: http.MethodPost, path: hookPath + "/rewind", action: ActionRewind,
		summary: "Rewind a subscription", doc: "It begins again after a position or at a time, or skips to there; without either it skips to the end. " +
			"Events before that were not delivered yet are still tried; dead letters behind it are forgotten, since they are sent again.",
	}, s.rewindHook)
	register(s, api, operation{
		id: "rotate-subscription-secret", method: http.MethodPost, path: hookPath + "/rotate-secret", action: ActionRotate,
		summary: "Give a subscription another secret", doc: "It is in this answer and nowhere else.",
	}, s.rotateHook)
	register(s, api, operation{
		id: "list-undelivered-events", method: http.MethodGet, path: hookPath + "/undelivered", action: ActionListUndelivered,
		summary: "List dead letters, and events that wait for another try", doc: "Oldest first.",
	}, s.listUndelivered)
	register(s, api, operation{
		id: "redrive-subscription", method: http.MethodPost, path: hookPath + "/redrive", action: ActionRedrive,
		summary: "Try dead letters again", doc: "Each as often as a new event. They arrive after later events of their resource that have arrived already.",
	}, s.redriveHook)
}

// InHook is what every request about one subscription names.
type InHook struct {
	InProject
	ID string `path:"subscription_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Subscription."`
}

// StartBody says where in the log a subscription begins.
type StartBody struct {
	After *uint64   `json:"after,omitempty" minimum:"0" doc:"Position of the log after which it begins; 0 for the first event ever. It wins over since."`
	Since time.Time `json:"since,omitempty" required:"false" doc:"Time from which on it begins. A few events of the seconds before may come, too. Default: with what happens next."`
}

func (b StartBody) start() feed.Start {
	return feed.Start{After: (*eventstore.Position)(b.After), Since: b.Since}
}

// SecretBody may give a secret.
type SecretBody struct {
	Secret string `json:"secret,omitempty" minLength:"16" maxLength:"256" doc:"Key of the signatures. Default a generated one."`
}

// NewHook is the body of a creation.
type NewHook struct {
	subscriptions.Body
	StartBody
	SecretBody
}

type createHookIn struct {
	InProject
	Body NewHook
}

func (s *surface) createHook(ctx context.Context, call commands.Call, in *createHookIn) (*changed[SecretView], error) {
	n, secret, at, err := s.Subscriptions.Create(ctx, s.Bus, call, in.Body.Body, in.Body.Secret, in.Body.start())
	return secretOf(n, secret, at, err)
}

type listHooksIn struct {
	InProject
	Paging
}

func (s *surface) listHooks(ctx context.Context, _ commands.Call, in *listHooksIn) (*found[SubscriptionListView], error) {
	rows, total, err := s.Webhooks.List(ctx, in.ProjectID, in.Offset, in.Limit)
	if err != nil {
		return nil, err
	}
	return &found[SubscriptionListView]{SubscriptionListView{total, len(rows), each(rows, viewHook)}}, nil
}

func (s *surface) showHook(ctx context.Context, _ commands.Call, in *InHook) (*found[SubscriptionView], error) {
	row, err := s.Webhooks.Show(ctx, in.ProjectID, in.ID)
	if err != nil {
		return nil, err
	}
	view := viewHook(row)
	view.Lag, err = s.lag(ctx, row)
	return &found[SubscriptionView]{view}, err
}

type updateHookIn struct {
	InHook
	Body subscriptions.Body
}

func (s *surface) updateHook(ctx context.Context, call commands.Call, in *updateHookIn) (*changed[SubscriptionView], error) {
	_, at, err := s.Subscriptions.Update.Do(ctx, s.Bus, call, subscriptions.Update{ID: in.ID, Body: in.Body})
	return s.changedHook(ctx, &in.InHook, at, err)
}

func (s *surface) pauseHook(ctx context.Context, call commands.Call, in *InHook) (*changed[SubscriptionView], error) {
	_, at, err := s.Subscriptions.Pause.Do(ctx, s.Bus, call, subscriptions.Pause{ID: in.ID})
	return s.changedHook(ctx, in, at, err)
}

func (s *surface) resumeHook(ctx context.Context, call commands.Call, in *InHook) (*changed[SubscriptionView], error) {
	_, at, err := s.Subscriptions.Resume.Do(ctx, s.Bus, call, subscriptions.Resume{ID: in.ID})
	return s.changedHook(ctx, in, at, err)
}

type rewindHookIn struct {
	InHook
	Body StartBody
}

func (s *surface) rewindHook(ctx context.Context, call commands.Call, in *rewindHookIn) (*changed[SubscriptionView], error) {
	_, at, err := s.Subscriptions.Rewind(ctx, s.Bus, call, in.ID, in.Body.start())
	return s.changedHook(ctx, &in.InHook, at, err)
}

// changedHook answers a change with the subscription as it is now.
func (s *surface) changedHook(ctx context.Context, in *InHook, at domain.Position, err error) (*changed[SubscriptionView], error) {
	if err != nil {
		return nil, halfway{err, at}
	}
	row, err := s.Webhooks.Show(ctx, in.ProjectID, in.ID)
	if err != nil {
		return nil, halfway{err, at}
	}
	return &changed[SubscriptionView]{Position: place(at), Body: viewHook(row)}, nil
}

type rotateHookIn struct {
	InHook
	Body SecretBody
}

func (s *surface) rotateHook(ctx context.Context, call commands.Call, in *rotateHookIn) (*changed[SecretView], error) {
	n, secret, at, err := s.Subscriptions.RotateSecret(ctx, s.Bus, call, in.ID, in.Body.Secret)
	return secretOf(n, secret, at, err)
}

func secretOf(n subscriptions.Subscription, secret string, at domain.Position, err error) (*changed[SecretView], error) {
	if err != nil {
		return nil, halfway{err, at}
	}
	return &changed[SecretView]{Position: place(at), Body: SecretView{ID: n.ID, Name: n.Name, Start: n.Start, Secret: secret}}, nil
}

// gone is the answer to a deletion.
type gone struct {
	Position string `header:"Gatelog-Position" doc:"Position of the change in the log."`
}

func (s *surface) deleteHook(ctx context.Context, call commands.Call, in *InHook) (*gone, error) {
	_, at, err := s.Subscriptions.Delete.Do(ctx, s.Bus, call, subscriptions.Delete{ID: in.ID})
	if err == nil {
		err = webhooks.Forget(ctx, s.DB, in.ProjectID, in.ID)
	}
	if err != nil {
		return nil, halfway{err, at}
	}
	return &gone{place(at)}, nil
}
