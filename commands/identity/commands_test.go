package identity

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

func TestBootstrapMakesAnAdministratorOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	with := Bootstrap{Account: "acme", Project: "cn-north-4", User: "admin", Password: "correct horse"}

	made, err := b.Bootstrap(t.Context(), b.bus, with)
	if err != nil {
		t.Fatal(err)
	}
	_, again := b.Bootstrap(t.Context(), b.bus, with)

	if domain.CodeOf(again) != identity.CodeBootstrapped {
		t.Errorf("a second bootstrap: %v", again)
	}
	if made.Account.Name != "acme" || made.Project.Name != "cn-north-4" || !identity.Administers(made.User.Policies) || made.User.Password == "" {
		t.Errorf("made %+v", made)
	}
	want := []string{
		"identity.account.created", "identity.project.created", "identity.user.created", "identity.accesskey.created",
		"identity.user.password_changed",
	}
	if diff := cmp.Diff(want, b.types(t)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	b.absent(t, made.Key.Secret, with.Password)
}

func TestBootstrapRefusesAWeakPasswordBeforeItMakesAnything(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Bootstrap(t.Context(), b.bus, Bootstrap{Account: "acme", Project: "p", User: "admin", Password: "short"})
	if domain.CodeOf(err) != domain.CodeInvalid || len(b.types(t)) > 0 {
		t.Errorf("%v, log %v", err, b.types(t))
	}
}

func TestCreateAccessKey(t *testing.T) {
	t.Parallel()
	b, made := started(t)
	create := func(meta commands.Meta) NewKey {
		k, at, err := b.CreateAccessKey(t.Context(), b.bus, call(t, ActionCreateKey, meta), made.User.ID)
		if err != nil || at == 0 {
			t.Fatalf("at %d: %v", at, err)
		}
		return k
	}

	first, second := create(keyed("k1")), create(keyed("k2"))

	for _, k := range []NewKey{first, second, made.Key} {
		if !regexp.MustCompile(`^[A-Z0-9]{20}$`).MatchString(k.AccessKey) || !regexp.MustCompile(`^[A-Za-z0-9]{40}$`).MatchString(k.Secret) {
			t.Errorf("%s / %s", k.AccessKey, k.Secret)
		}
		b.absent(t, k.Secret)
	}
	if first == second || first.Secret == made.Key.Secret {
		t.Error("two keys are the same")
	}
	if again := create(keyed("k1")); again != first {
		t.Errorf("the same call again returned %s, first it was %s", again, first)
	}
	if n := strings.Count(strings.Join(b.types(t), " "), "accesskey.created"); n != 3 {
		t.Errorf("%d keys were made, want 3", n)
	}
}

func TestCreateAccessKeyOfNobody(t *testing.T) {
	t.Parallel()
	b, _ := started(t)
	_, _, err := b.CreateAccessKey(t.Context(), b.bus, call(t, ActionCreateKey, commands.Meta{}), "nobody")
	if domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("refused with %v", err)
	}
}

func TestANewKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	k := NewKey{AccessKey: "AK", Secret: "hush"}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, k, k), k.LogValue().String()} {
		if strings.Contains(text, "hush") {
			t.Errorf("printed as %s", text)
		}
	}
}

func TestAddUserWithPassword(t *testing.T) {
	t.Parallel()
	b, _ := started(t)
	add := func() (identity.User, error) {
		u, _, err := b.AddUser(t.Context(), b.bus, may(ActionCreateUser), keyed("k"), NewUser{Name: "alice", Password: "open sesame"})
		return u, err
	}

	u, err := add()
	if err != nil {
		t.Fatal(err)
	}
	again, err := add()
	if err != nil {
		t.Fatalf("the same call again: %v", err)
	}

	if again.ID != u.ID {
		t.Errorf("the same call again made another user")
	}
	hash, err := b.keyring.Open(t.Context(), identity.Account, identity.PasswordUse(u.ID), secret.Sealed(again.Password))
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.CheckPassword(t.Context(), string(hash), "open sesame"); err != nil {
		t.Errorf("the password does not fit: %v", err)
	}
	b.absent(t, "open sesame", string(hash))
}

func TestAddUserIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policy may
		user   NewUser
		want   string
	}{
		"not allowed":                 {"gatelog:users:list", NewUser{Name: "alice"}, domain.CodeForbidden},
		"a password too short":        {ActionCreateUser, NewUser{"alice", "1234567"}, domain.CodeInvalid},
		"a password too long":         {ActionCreateUser, NewUser{"alice", strings.Repeat("ä", 129)}, domain.CodeInvalid},
		"a password that is no UTF-8": {ActionCreateUser, NewUser{"alice", "12345678\xff"}, domain.CodeInvalid},
		"no name":                     {ActionCreateUser, NewUser{"", "12345678"}, domain.CodeInvalid},
	}
	b, _ := started(t)
	before := b.types(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := b.AddUser(t.Context(), b.bus, tt.policy, commands.Meta{}, tt.user)
			if domain.CodeOf(err) != tt.want {
				t.Errorf("refused with %v, want %s", err, tt.want)
			}
			if diff := cmp.Diff(before, b.types(t)); diff != "" {
				t.Errorf("something happened:\n%s", diff)
			}
		})
	}
}

func TestChangeUser(t *testing.T) {
	t.Parallel()
	yes, no, password, short := true, false, "open sesame", "short"
	tests := map[string]struct {
		policy may
		change UserChange
		want   []string // event types behind identity.user.
		code   string
	}{
		"disable":            {ActionUpdateUser, UserChange{Enabled: &no}, []string{"disabled"}, ""},
		"enable the enabled": {ActionUpdateUser, UserChange{Enabled: &yes}, nil, ""},
		"password":           {ActionUpdateUser, UserChange{Password: &password}, []string{"password_changed"}, ""},
		"both":               {ActionUpdateUser, UserChange{Enabled: &no, Password: &password}, []string{"password_changed", "disabled"}, ""},
		"nothing":            {ActionUpdateUser, UserChange{}, nil, domain.CodeInvalid},
		"a weak password":    {ActionUpdateUser, UserChange{Enabled: &no, Password: &short}, nil, domain.CodeInvalid},
		"not allowed":        {ActionGetUser, UserChange{Enabled: &no}, nil, domain.CodeForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := started(t)
			u, _, err := b.AddUser(t.Context(), b.bus, may(ActionCreateUser), commands.Meta{}, NewUser{Name: "alice"})
			if err != nil {
				t.Fatal(err)
			}
			before := len(b.types(t))
			at, err := b.ChangeUser(t.Context(), b.bus, tt.policy, keyed("k"), u.ID, tt.change)
			if domain.CodeOf(err) != tt.code || err == nil && at == 0 {
				t.Errorf("at %d: %v, want %q", at, err, tt.code)
			}
			var got []string
			for _, name := range b.types(t)[before:] {
				got = append(got, strings.TrimPrefix(name, "identity.user."))
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRandomTextUsesTheWholeAlphabet(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	counts := map[rune]int{}
	for _, c := range randomText(36_000, alphabet) {
		counts[c]++
	}
	for _, c := range alphabet {
		if n := counts[c]; n < 800 || n > 1200 { // six standard deviations
			t.Errorf("%c came %d times of 1000", c, n)
		}
	}
	if len(counts) != len(alphabet) {
		t.Errorf("%d different characters", len(counts))
	}
}
