package subscriptions

import "github.com/gatelog/gatelog/domain"

// Codec returns a codec that knows every event of this surface.
func Codec() *domain.Codec {
	c := domain.NewCodec()
	for _, sample := range []domain.Event{Created{}, Updated{}, SecretRotated{}, Paused{}, Resumed{}, Rewound{}, Deleted{}} {
		c.Register(sample)
	}
	return c
}

// Created: a subscription came into being.
type Created struct {
	Subscription Subscription `json:"subscription"`
}

// Updated: what a subscription sends, where or how, changed.
type Updated struct {
	Subscription Subscription `json:"subscription"`
}

// SecretRotated: what is sent is signed with another secret.
type SecretRotated struct {
	Subscription Subscription `json:"subscription"`
}

// Paused: nothing is sent until it is resumed.
type Paused struct {
	Subscription Subscription `json:"subscription"`
}

// Resumed: sending goes on where it was.
type Resumed struct {
	Subscription Subscription `json:"subscription"`
}

// Rewound: sending begins again after another position.
type Rewound struct {
	Subscription Subscription `json:"subscription"`
}

// Deleted: a subscription is gone.
type Deleted struct {
	SubscriptionID string `json:"subscription_id"`
	Name           string `json:"name"`
}

// EventType implements domain.Event.
func (Created) EventType() string { return "subscriptions.subscription.created" }

// EventType implements domain.Event.
func (Updated) EventType() string { return "subscriptions.subscription.updated" }

// EventType implements domain.Event.
func (SecretRotated) EventType() string { return "subscriptions.subscription.secret_rotated" }

// EventType implements domain.Event.
func (Paused) EventType() string { return "subscriptions.subscription.paused" }

// EventType implements domain.Event.
func (Resumed) EventType() string { return "subscriptions.subscription.resumed" }

// EventType implements domain.Event.
func (Rewound) EventType() string { return "subscriptions.subscription.rewound" }

// EventType implements domain.Event.
func (Deleted) EventType() string { return "subscriptions.subscription.deleted" }

// Of implements domain.Event.
func (ev Created) Of() domain.Aggregate { return aggregate(ev.Subscription.ID) }

// Of implements domain.Event.
func (ev Updated) Of() domain.Aggregate { return aggregate(ev.Subscription.ID) }

// Of implements domain.Event.
func (ev SecretRotated) Of() domain.Aggregate { return aggregate(ev.Subscription.ID) }

// Of implements domain.Event.
func (ev Paused) Of() domain.Aggregate { return aggregate(ev.Subscription.ID) }

// Of implements domain.Event.
func (ev Resumed) Of() domain.Aggregate { return aggregate(ev.Subscription.ID) }

// Of implements domain.Event.
func (ev Rewound) Of() domain.Aggregate { return aggregate(ev.Subscription.ID) }

// Of implements domain.Event.
func (ev Deleted) Of() domain.Aggregate { return aggregate(ev.SubscriptionID) }

func aggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "subscription", ID: id} }
