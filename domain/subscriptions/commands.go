package subscriptions

import (
	"reflect"

	"github.com/gatelog/gatelog/domain"
)

// Create makes a subscription.
type Create struct {
	Body Body `json:"body"`
	// Start is the position after which it begins.
	Start  domain.Position `json:"start"`
	Secret SealedSecret    `json:"secret"`
}

// Fingerprint returns what tells the command from others: sealing gives another text each time, and the end
// of the log is another one.
func (c Create) Fingerprint() any { return []any{c.Body, c.Secret.Own} }

// SealedSecret is a secret as it travels in a command.
type SealedSecret struct {
	Text string `json:"text"`
	// Own says that the client gave it, and nobody generated it.
	Own bool `json:"own,omitempty"`
}

// Update changes a subscription. What is sent already stays sent; a changed filter counts from the next
// event on.
type Update struct {
	ID   string `json:"id"`
	Body Body   `json:"body"`
}

// RotateSecret gives a subscription another secret.
type RotateSecret struct {
	ID     string       `json:"id"`
	Secret SealedSecret `json:"secret"`
}

// Fingerprint returns what tells the command from others.
func (c RotateSecret) Fingerprint() any { return []any{c.ID, c.Secret.Own} }

// Pause stops the sending, Resume lets it go on.
type (
	Pause struct {
		ID string `json:"id"`
	}
	Resume struct {
		ID string `json:"id"`
	}
)

// Rewind lets the sending begin again after a position, or skip to one.
type Rewind struct {
	ID    string          `json:"id"`
	Start domain.Position `json:"start"`
}

// Delete ends a subscription.
type Delete struct {
	ID string `json:"id"`
}

// None is the answer of what answers nothing.
type None struct{}

// Create decides on the command of that name. Errors: domain.CodeInvalid, CodeNameTaken, CodeLimitReached.
func (s *State) Create(m *domain.Moment, c Create) (Subscription, []domain.Event, error) {
	body, err := c.Body.settled()
	if err == nil {
		err = s.free(body.Name, "")
	}
	if err == nil && len(s.all) >= MaxPerTenant {
		err = domain.Errorf(CodeLimitReached, "there may be at most %d subscriptions: delete one first", MaxPerTenant)
	}
	if err != nil {
		return Subscription{}, nil, err
	}
	n := Subscription{
		ID: m.NewID(), Tenant: s.tenant, Body: body, Secret: c.Secret.Text, Start: c.Start, CreatedAt: m.Now, UpdatedAt: m.Now,
	}
	return n, []domain.Event{Created{n}}, nil
}

// Update decides on the command of that name. An update that changes nothing causes no event. Errors:
// domain.CodeNotFound, domain.CodeInvalid, CodeNameTaken.
func (s *State) Update(m *domain.Moment, c Update) (Subscription, []domain.Event, error) {
	n, err := s.Find(c.ID)
	if err != nil {
		return n, nil, err
	}
	body, err := c.Body.settled()
	if err == nil {
		err = s.free(body.Name, n.ID)
	}
	if err != nil || reflect.DeepEqual(body, n.Body) {
		return n, nil, err
	}
	n.Body, n.UpdatedAt = body, m.Now
	return n, []domain.Event{Updated{n}}, nil
}

// RotateSecret decides on the command of that name. Errors: domain.CodeNotFound.
func (s *State) RotateSecret(m *domain.Moment, c RotateSecret) (Subscription, []domain.Event, error) {
	n, err := s.Find(c.ID)
	if err != nil {
		return n, nil, err
	}
	n.Secret, n.UpdatedAt = c.Secret.Text, m.Now
	return n, []domain.Event{SecretRotated{n}}, nil
}

// Pause decides on the command of that name. One that is paused stays so. Errors: domain.CodeNotFound.
func (s *State) Pause(m *domain.Moment, c Pause) (Subscription, []domain.Event, error) {
	n, err := s.Find(c.ID)
	if err != nil || n.Paused {
		return n, nil, err
	}
	n.Paused, n.UpdatedAt = true, m.Now
	return n, []domain.Event{Paused{n}}, nil
}

// Resume decides on the command of that name. One that is not paused stays so. Errors: domain.CodeNotFound.
func (s *State) Resume(m *domain.Moment, c Resume) (Subscription, []domain.Event, error) {
	n, err := s.Find(c.ID)
	if err != nil || !n.Paused {
		return n, nil, err
	}
	n.Paused, n.UpdatedAt = false, m.Now
	return n, []domain.Event{Resumed{n}}, nil
}

// Rewind decides on the command of that name. Errors: domain.CodeNotFound.
func (s *State) Rewind(m *domain.Moment, c Rewind) (Subscription, []domain.Event, error) {
	n, err := s.Find(c.ID)
	if err != nil {
		return n, nil, err
	}
	n.Start, n.Rewinds, n.UpdatedAt = c.Start, n.Rewinds+1, m.Now
	return n, []domain.Event{Rewound{n}}, nil
}

// Delete decides on the command of that name. Errors: domain.CodeNotFound.
func (s *State) Delete(_ *domain.Moment, c Delete) (None, []domain.Event, error) {
	n, err := s.Find(c.ID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{Deleted{SubscriptionID: n.ID, Name: n.Name}}, nil
}
