package identity

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

func TestByAccessKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account(), user("alice"), user("bob"), b.key(t, "AK1", "id-alice"), b.key(t, "AK2", "id-bob"))
	b.runs(t)

	for range 2 { // the second time from memory
		c, found, err := b.ByAccessKey(t.Context(), "AK1")
		if err != nil || !found || c.User.Name != "alice" || string(c.Secret) != "secret of AK1" {
			t.Errorf("AK1 belongs to %q, found %t: %v", c.User.Name, found, err)
		}
	}
	if _, found, err := b.ByAccessKey(t.Context(), "AK3"); found || err != nil {
		t.Errorf("AK3: found %t: %v", found, err)
	}
}

func TestADeletedKeyIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account(), user("alice"), b.key(t, "AK1", "id-alice"))
	b.runs(t)
	if _, found, err := b.ByAccessKey(t.Context(), "AK1"); !found || err != nil {
		t.Fatalf("found %t: %v", found, err)
	}

	b.seen(t, b.happens(t, identity.AccessKeyDeleted{AccessKey: "AK1", UserID: "id-alice"}))

	if c, found, _ := b.ByAccessKey(t.Context(), "AK1"); found || c.Secret != nil {
		t.Error("the key is still there")
	}
	if len(b.secrets) != 0 {
		t.Error("its secret is still in memory")
	}
}

func TestAnErasedSecretMatchesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sealed, err := b.keyring.Seal(t.Context(), identity.Account, identity.PasswordUse("u"), []byte("hash"))
	if err != nil {
		t.Fatal(err)
	}
	b.happens(t, account(), user("alice"), b.key(t, "AK1", "id-alice"))
	b.runs(t)
	if err := b.keyring.Erase(t.Context(), identity.Account); err != nil {
		t.Fatal(err)
	}
	if c, found, err := b.ByAccessKey(t.Context(), "AK1"); !found || err != nil || len(c.Secret) > 0 {
		t.Errorf("found %t with a secret of %d bytes: %v", found, len(c.Secret), err)
	}
	if hash, err := b.PasswordHash(t.Context(), identity.User{ID: "u", Password: identity.Sealed(sealed)}); hash != "" || err != nil {
		t.Errorf("hash %q: %v", hash, err)
	}
}

// down is a store of keys that can't be reached.
type down struct{ secret.MemoryStore }

func (*down) Load(context.Context, string) ([]byte, bool, error) {
	return nil, false, errors.New("no connection")
}

func TestASecretThatCannotBeOpenedNowIsNoWrongOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account(), user("alice"), b.key(t, "AK1", "id-alice"))
	b.Directory.keyring = keyringOn(t, &down{})
	b.runs(t)
	if _, _, err := b.ByAccessKey(t.Context(), "AK1"); domain.CodeOf(err) != domain.CodeUnavailable {
		t.Errorf("refused with %v", err)
	}
	k, _ := b.state.Key("AK1")
	if _, err := b.PasswordHash(t.Context(), identity.User{ID: "u", Password: k.Secret}); domain.CodeOf(err) != domain.CodeUnavailable {
		t.Errorf("refused with %v", err)
	}
}

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seal := func(use string) identity.Sealed {
		sealed, err := b.keyring.Seal(t.Context(), identity.Account, use, []byte("hash"))
		if err != nil {
			t.Fatal(err)
		}
		return identity.Sealed(sealed)
	}
	tests := map[string]struct {
		user identity.User
		want string
	}{
		"as it was sealed":       {identity.User{ID: "u", Password: seal(identity.PasswordUse("u"))}, "hash"},
		"none":                   {identity.User{ID: "u"}, ""},
		"that of another user":   {identity.User{ID: "u", Password: seal(identity.PasswordUse("v"))}, ""},
		"the secret of some key": {identity.User{ID: "u", Password: seal(identity.SecretUse("u"))}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := b.PasswordHash(t.Context(), tt.user); got != tt.want || err != nil {
				t.Errorf("%q: %v", got, err)
			}
		})
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.happens(t, account())
	for n := range 5 {
		id := fmt.Sprintf("%032d", n)
		b.happens(t, user(string(rune('e'-n))), project(id, string(rune('E'-n))))
	}
	b.runs(t)
	tests := map[string]struct {
		offset, limit int
		want          string
	}{
		"all":                  {0, 10, "abcde"},
		"a first page":         {0, 2, "ab"},
		"a second page":        {2, 2, "cd"},
		"the rest":             {4, 2, "e"},
		"behind the end":       {5, 2, ""},
		"far behind the end":   {1 << 40, 2, ""},
		"a page without limit": {1, 1 << 62, "bcde"},
		"no entries":           {1, 0, ""},
		"numbers below zero":   {-1, -1, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			users, total := b.Users(tt.offset, tt.limit)
			var names string
			for _, u := range users {
				names += u.Name
			}
			if names != tt.want || total != 5 {
				t.Errorf("users %q of %d, want %q of 5", names, total, tt.want)
			}
			if projects, total := b.Projects(tt.offset, tt.limit); len(projects) != len(tt.want) || total != 5 {
				t.Errorf("%d projects of %d", len(projects), total)
			}
		})
	}

	// A list is not one that was asked for before something happened.
	b.seen(t, b.happens(t, user("aa"), identity.ProjectRenamed{Project: identity.Project{ID: fmt.Sprintf("%032d", 0), Name: "0"}}))
	users, total := b.Users(1, 1)
	projects, _ := b.Projects(0, 1)
	if total != 6 || users[0].Name != "aa" || projects[0].Name != "0" {
		t.Errorf("%v of %d, %v", users, total, projects)
	}
}

func TestProjectsOf(t *testing.T) {
	t.Parallel()
	const bank = "00000000000000000000000000000a4c"
	b := setup(t)
	b.happens(t, account(), project(shop, "shop"), project(bank, "bank"))
	b.runs(t)
	allow := func(projects ...string) identity.Statement {
		return identity.Statement{Effect: identity.Allow, Actions: []string{"apig:apis:get"}, Projects: projects}
	}
	tests := map[string]struct {
		policies []identity.Statement
		want     []string
	}{
		"without policies": {nil, nil},
		"one":              {[]identity.Statement{allow(shop)}, []string{"shop"}},
		"all, by name":     {[]identity.Statement{allow("*")}, []string{"bank", "shop"}},
		"all but one":      {[]identity.Statement{allow("*"), {Effect: identity.Deny, Actions: []string{"*"}, Projects: []string{bank}}}, []string{"shop"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var names []string
			for _, p := range b.ProjectsOf(identity.User{Policies: tt.policies}) {
				names = append(names, p.Name)
			}
			if diff := cmp.Diff(tt.want, names); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
