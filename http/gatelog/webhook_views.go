package gatelog

import (
	"context"
	"errors"
	"time"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/feed"
	"github.com/gatelog/gatelog/internal/webhooks"
	projectionssubscriptions "github.com/gatelog/gatelog/projections/subscriptions"
)

// SubscriptionListView is a page of subscriptions.
type SubscriptionListView struct {
	Total         int                `json:"total" doc:"Subscriptions in all."`
	Size          int                `json:"size" doc:"Subscriptions in this answer."`
	Subscriptions []SubscriptionView `json:"subscriptions"`
}

// SubscriptionView is a subscription and its progress.
type SubscriptionView struct {
	ID string `json:"id"`
	subscriptions.Body
	Paused    bool            `json:"paused"`
	Start     domain.Position `json:"start" doc:"Position after which it began, or began again when it was rewound."`
	Rewinds   int             `json:"rewinds" doc:"How often it was rewound."`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`

	Position    domain.Position  `json:"position" doc:"Every event up to here was delivered, is among the waiting or the dead, or is not wanted."`
	Lag         *domain.Position `json:"lag,omitempty" doc:"Positions from there to the newest event that may be wanted."`
	Delivered   int64            `json:"delivered" doc:"Deliveries since it was made."`
	Failures    int64            `json:"failures" doc:"Tries that failed since it was made."`
	Waiting     int64            `json:"waiting" doc:"Events that were tried in vain and are tried again, or wait behind such."`
	Dead        int64            `json:"dead" doc:"Dead letters: events that were tried as often as may be."`
	LastSuccess *time.Time       `json:"last_success,omitempty"`
	LastFailure *time.Time       `json:"last_failure,omitempty"`
	LastError   string           `json:"last_error,omitempty" doc:"Why the last try that failed did."`
	Owner       string           `json:"owner,omitempty" doc:"Node that sends now; absent for none."`
}

// SecretView is a subscription's secret, which no other answer shows.
type SecretView struct {
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Start  domain.Position `json:"start" doc:"Position after which it begins."`
	Secret string          `json:"secret" doc:"Key of the signatures: HMAC-SHA256 of '<t>.<body>'. It is shown this once."`
}

func viewHook(v projectionssubscriptions.View) SubscriptionView {
	return SubscriptionView{
		ID: v.ID, Body: v.Body, Paused: v.Paused, Start: v.Start, Rewinds: v.Rewinds, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt,
		Position: v.Progress.Position, Delivered: v.Delivered, Failures: v.Failures, Waiting: v.Waiting, Dead: v.Dead,
		LastSuccess: v.LastSuccess, LastFailure: v.LastFailure, LastError: v.LastError, Owner: v.Owner,
	}
}

// lag returns how many positions a subscription is behind the newest event that it may want.
func (s *surface) lag(ctx context.Context, v projectionssubscriptions.View) (*domain.Position, error) {
	tenant := v.Tenant
	if tenant == identity.Account {
		tenant = ""
	}
	newest := v.Progress.Position
	for _, subject := range feed.Subjects(tenant, v.Filter) {
		m, err := s.Log.Newest(ctx, subject, 0)
		if err != nil && !errors.Is(err, eventstore.ErrNotFound) {
			return nil, err
		}
		newest = max(newest, domain.Position(m.Position))
	}
	lag := newest - v.Progress.Position
	return &lag, nil
}

// UndeliveredView is a page of events that were not delivered.
type UndeliveredView struct {
	Total  int                                    `json:"total" doc:"Such events in all."`
	Size   int                                    `json:"size" doc:"Events in this answer."`
	Events []projectionssubscriptions.Undelivered `json:"events"`
}

type undeliveredIn struct {
	InHook
	Paging
	Status string `query:"status" enum:"waiting,dead,redrive" doc:"Only events of this status."`
}

func (s *surface) listUndelivered(ctx context.Context, _ commands.Call, in *undeliveredIn) (*found[UndeliveredView], error) {
	rows, total, err := s.Webhooks.Undelivered(ctx, in.ProjectID, in.ID, in.Status, in.Offset, in.Limit)
	if err != nil {
		return nil, err
	}
	return &found[UndeliveredView]{UndeliveredView{total, len(rows), rows}}, nil
}

type redriveIn struct {
	InHook
	Body struct {
		Positions []domain.Position `json:"positions,omitempty" maxItems:"1000" doc:"Dead letters, by their positions in the log. Default all."`
	}
}

// RedriveView says what was redriven.
type RedriveView struct {
	Redriven int `json:"redriven" doc:"Dead letters that are tried again."`
}

func (s *surface) redriveHook(ctx context.Context, call commands.Call, in *redriveIn) (*found[RedriveView], error) {
	if _, err := s.Webhooks.Show(ctx, in.ProjectID, in.ID); err != nil {
		return nil, err
	}
	n, err := webhooks.Redrive(ctx, s.DB, in.ProjectID, in.ID, in.Body.Positions)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		call.Meta().Trace.ChangedAside()
	}
	s.Logger.Info("dead letters are tried again", "project", in.ProjectID, "subscription", in.ID, "number", n,
		"user", call.Meta().Actor.UserName, "request_id", call.Meta().RequestID)
	return &found[RedriveView]{RedriveView{n}}, nil
}
