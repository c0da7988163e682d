package identity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain"
)

// Tests of decisions read: given these events, when this command, then these events, or this refusal.

var (
	past = time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	now  = time.Date(2024, 5, 1, 12, 30, 0, 0, time.UTC)
)

const (
	shop   = "00000000000000000000000000005409" // a project
	rootAK = "ROOT0000000000000000"
	aliceA = "ALICE000000000000001"
	aliceB = "ALICE000000000000002"
)

func moment() *domain.Moment { return domain.NewMoment(now, "test") }

// id returns the nth id that a command gives.
func id(n int) string {
	m, last := moment(), ""
	for range n {
		last = m.NewID()
	}
	return last
}

// --- Given ------------------------------------------------------------------------------------

type history []domain.Event

func given(parts ...history) history {
	var all history
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// account is a bootstrapped account: the project shop, and root, who administers it with a key.
func account() history {
	return given(
		history{AccountCreated{AccountInfo{ID: "acc", Name: "acme", CreatedAt: past}}},
		history{ProjectCreated{projectNamed(shop, "shop")}},
		anAdministrator("root"), aKey("root", rootAK),
	)
}

func projectNamed(id, name string) Project {
	return Project{ID: id, Name: name, CreatedAt: past, UpdatedAt: past}
}

func userNamed(name string) User {
	return User{ID: name, Name: name, Enabled: true, Policies: []Statement{}, CreatedAt: past, UpdatedAt: past}
}

// with returns a user that was changed now.
func with(u User, change func(*User)) User {
	u.UpdatedAt = now
	change(&u)
	return u
}

func aUser(name string) history { return history{UserCreated{userNamed(name)}} }

func anAdministrator(name string) history {
	u := userNamed(name)
	u.Policies = Everything()
	return history{UserCreated{u}}
}

func aKey(userID, accessKey string) history {
	return history{AccessKeyCreated{AccessKey{ID: accessKey, UserID: userID, Secret: "sealed " + Sealed(accessKey), CreatedAt: past}}}
}

func aPassword(u User) history {
	u.Password, u.Generation = "sealed hash", 1
	return history{UserPasswordChanged{u}}
}

func (h history) state() *State {
	s := NewState()
	for _, ev := range h {
		s.Apply(domain.Recorded{Event: ev})
	}
	return s
}

// --- When -------------------------------------------------------------------------------------

type decision func(s *State, m *domain.Moment) (any, []domain.Event, error)

func do[C, R any](decide func(*State, *domain.Moment, C) (R, []domain.Event, error), command C) decision {
	return func(s *State, m *domain.Moment) (any, []domain.Event, error) { return decide(s, m, command) }
}

// --- Then -------------------------------------------------------------------------------------

type scenario struct {
	name    string
	given   history
	when    decision
	then    []domain.Event
	refused string // code
	param   string // that the refusal is about
	answer  any    // where the events do not say it
}

func run(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			s := sc.given.state()
			answer, events, err := sc.when(s, moment())
			if got := domain.CodeOf(err); got != sc.refused || (err != nil && got == "") {
				t.Fatalf("refused with %q (%v), want %q", got, err, sc.refused)
			}
			if got := paramOf(err); sc.param != "" && got != sc.param {
				t.Errorf("the refusal is about %q, want %q", got, sc.param)
			}
			if diff := cmp.Diff(sc.then, events, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(sc.answer, answer, cmpopts.EquateEmpty()); sc.answer != nil && diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(sc.given.state(), s, cmp.AllowUnexported(State{})); diff != "" {
				t.Errorf("the decision changed the state:\n%s", diff)
			}
		})
	}
}

func paramOf(err error) string {
	if refusal, ok := err.(*domain.Error); ok {
		return refusal.Param
	}
	return ""
}
