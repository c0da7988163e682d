package identity

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// world is an account on which random commands are decided.
type world struct {
	state  *State
	events []domain.Event
	keys   int
}

func (w *world) do(d decision) {
	_, events, err := d(w.state, domain.NewMoment(now, fmt.Sprint(len(w.events))))
	if err != nil {
		return
	}
	for _, ev := range events {
		w.state.Apply(domain.Recorded{Event: ev})
	}
	w.events = append(w.events, events...)
}

func (w *world) user(t *rapid.T) string {
	users := w.state.Users()
	return users[rapid.IntRange(0, len(users)-1).Draw(t, "user")].ID
}

func (w *world) newKey() KeyParts {
	w.keys++
	return KeyParts{fmt.Sprintf("K%019d", w.keys), "sealed"}
}

// actions are all commands, on users that are there.
func (w *world) actions() map[string]func(*rapid.T) {
	names := rapid.SampledFrom([]string{"alice", "bob", "carol", "dave"})
	return map[string]func(*rapid.T){
		"create user":    func(t *rapid.T) { w.do(do((*State).CreateUser, CreateUser{names.Draw(t, "name")})) },
		"delete user":    func(t *rapid.T) { w.do(do((*State).DeleteUser, DeleteUser{w.user(t)})) },
		"disable user":   func(t *rapid.T) { w.do(do((*State).DisableUser, DisableUser{w.user(t)})) },
		"enable user":    func(t *rapid.T) { w.do(do((*State).EnableUser, EnableUser{w.user(t)})) },
		"set password":   func(t *rapid.T) { w.do(do((*State).SetPassword, SetPassword{w.user(t), "sealed"})) },
		"promote":        func(t *rapid.T) { w.do(do((*State).SetPolicies, SetPolicies{w.user(t), Everything()})) },
		"demote":         func(t *rapid.T) { w.do(do((*State).SetPolicies, SetPolicies{w.user(t), []Statement{}})) },
		"create key":     func(t *rapid.T) { w.do(do((*State).CreateAccessKey, CreateAccessKey{w.user(t), w.newKey()})) },
		"delete key":     w.deleteKey,
		"create project": func(t *rapid.T) { w.do(do((*State).CreateProject, CreateProject{names.Draw(t, "name")})) },
		"rename project": w.renameProject,
		"":               w.check,
	}
}

func (w *world) deleteKey(t *rapid.T) {
	user := w.user(t)
	if keys := w.state.KeysOf(user); len(keys) > 0 {
		w.do(do((*State).DeleteAccessKey, DeleteAccessKey{user, keys[0].ID}))
	}
}

func (w *world) renameProject(t *rapid.T) {
	projects := w.state.Projects()
	p := projects[rapid.IntRange(0, len(projects)-1).Draw(t, "project")]
	w.do(do((*State).RenameProject, RenameProject{p.ID, rapid.SampledFrom([]string{"alice", "x", "y"}).Draw(t, "name")}))
}

// check holds the account against what must always be true of it.
func (w *world) check(t *rapid.T) {
	administrators, keys := 0, 0
	names := map[string]bool{}
	for _, u := range w.state.Users() {
		if names[u.Name] {
			t.Fatalf("two users are named %s", u.Name)
		}
		names[u.Name] = true
		if found, ok := w.state.UserNamed(u.Name); !ok || found.ID != u.ID {
			t.Fatalf("%s is not found by its name", u.Name)
		}
		if w.state.administrator(u) {
			administrators++
		}
		if n := len(w.state.KeysOf(u.ID)); n > MaxKeysPerUser {
			t.Fatalf("%s has %d keys", u.Name, n)
		}
		keys += len(w.state.KeysOf(u.ID))
	}
	if administrators == 0 {
		t.Fatal("nobody can administer the account")
	}
	if keys != len(w.state.keys) {
		t.Fatalf("%d keys, but the users have %d", len(w.state.keys), keys)
	}
}

func TestNoSequenceOfCommandsBreaksTheAccount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{state: NewState()}
		w.do(do((*State).Bootstrap, Bootstrap{AccountName: "acme", Project: "shop", UserName: "root", Key: w.newKey()}))
		t.Repeat(w.actions())
		if diff := cmp.Diff(w.state, reread(t, w.events), cmp.AllowUnexported(State{})); diff != "" {
			t.Fatalf("the state is not the fold of what the log has (-state +fold):\n%s", diff)
		}
	})
}

// reread folds the events as the log has them.
func reread(t *rapid.T, events []domain.Event) *State {
	codec, s := Codec(), NewState()
	for _, ev := range events {
		data, version, err := codec.Encode(ev)
		if err != nil {
			t.Fatal(err)
		}
		read, err := codec.Decode(ev.EventType(), version, data)
		if err != nil {
			t.Fatal(err)
		}
		s.Apply(domain.Recorded{Event: read})
	}
	return s
}

// TestStoredEvents keeps the shape of every event of schema version 1: an event that was written once
// must be readable for ever.
func TestStoredEvents(t *testing.T) {
	t.Parallel()
	user := `{"id":"u","name":"alice","enabled":true,"password":"v1.k.c","generation":2,"policies":[{"effect":"Allow","actions":["apig:apis:get"],"projects":["*"]}],"created_at":"2024-05-01T08:00:00Z","updated_at":"2024-05-01T08:00:00Z"}`
	project := `{"id":"p","name":"shop","created_at":"2024-05-01T08:00:00Z","updated_at":"2024-05-01T08:00:00Z"}`
	stored := map[string]string{
		"identity.account.created":       `{"account":{"id":"acc","name":"acme","created_at":"2024-05-01T08:00:00Z"}}`,
		"identity.project.created":       `{"project":` + project + `}`,
		"identity.project.renamed":       `{"project":` + project + `}`,
		"identity.user.created":          `{"user":` + user + `}`,
		"identity.user.password_changed": `{"user":` + user + `}`,
		"identity.user.disabled":         `{"user":` + user + `}`,
		"identity.user.enabled":          `{"user":` + user + `}`,
		"identity.user.policies_set":     `{"user":` + user + `}`,
		"identity.user.deleted":          `{"user_id":"u","name":"alice"}`,
		"identity.accesskey.created":     `{"key":{"access_key":"AK","user_id":"u","secret":"v1.k.c","created_at":"2024-05-01T08:00:00Z"}}`,
		"identity.accesskey.deleted":     `{"access_key":"AK","user_id":"u"}`,
	}
	codec := Codec()
	for name := range codec.Types() {
		ev, err := codec.Decode(name, 1, []byte(stored[name]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again, err := json.Marshal(ev); err != nil || string(again) != stored[name] {
			t.Errorf("%s: reads as %s (%v)", name, again, err)
		}
		if ev.EventType() != name || ev.Of().Kind == "" || ev.Of().ID == "" {
			t.Errorf("%s: type %q, aggregate %v", name, ev.EventType(), ev.Of())
		}
	}
}
