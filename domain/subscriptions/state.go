package subscriptions

import "github.com/gatelog/gatelog/domain"

// State is the subscriptions of one tenant, folded from their events. Decisions read it and never change
// it. It is for one goroutine at a time.
type State struct {
	tenant string
	all    map[string]Subscription
	names  map[string]string // name to id
}

// NewState returns the state of a tenant that has none.
func NewState(tenant string) *State {
	return &State{tenant: tenant, all: map[string]Subscription{}, names: map[string]string{}}
}

// Apply implements domain.State. An event of another surface changes nothing.
func (s *State) Apply(rec domain.Recorded) {
	switch ev := rec.Event.(type) {
	case Created:
		s.put(ev.Subscription)
	case Updated:
		s.put(ev.Subscription)
	case SecretRotated:
		s.put(ev.Subscription)
	case Paused:
		s.put(ev.Subscription)
	case Resumed:
		s.put(ev.Subscription)
	case Rewound:
		s.put(ev.Subscription)
	case Deleted:
		delete(s.names, s.all[ev.SubscriptionID].Name)
		delete(s.all, ev.SubscriptionID)
	}
}

// Placed implements domain.State: no decision about subscriptions depends on the position of an event.
func (*State) Placed(domain.Recorded) {}

func (s *State) put(n Subscription) {
	delete(s.names, s.all[n.ID].Name)
	s.all[n.ID] = n
	s.names[n.Name] = n.ID
}

// Find returns a subscription by its id, or ErrNotFound.
func (s *State) Find(id string) (Subscription, error) {
	n, ok := s.all[id]
	if !ok {
		return n, ErrNotFound()
	}
	return n, nil
}

// free returns CodeNameTaken when another subscription than id has the name.
func (s *State) free(name, id string) error {
	if owner, taken := s.names[name]; taken && owner != id {
		e := domain.Errorf(CodeNameTaken, "there is a subscription named %q already: choose another name", name)
		e.Param = "name"
		return e
	}
	return nil
}
