package access

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/signature"
)

const aBody = `{"name":"g"}`

func TestASignedRequestHasACaller(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.signed(t, b.made.Key, "POST", "/v2/p/apigw", aBody)
	r.Header.Set("User-Agent", "curl/8 "+strings.Repeat("é", 300)+"\x01")

	c, err := b.Authenticate(r, []byte(aBody))
	if err != nil {
		t.Fatal(err)
	}

	want := domain.Actor{
		UserID: b.made.User.ID, UserName: "admin", Key: b.made.Key.AccessKey, Address: "192.0.2.7",
		Client: "curl/8 " + strings.Repeat("é", 124),
	}
	if diff := cmp.Diff(want, c.Actor()); diff != "" {
		t.Errorf("actor (-want +got):\n%s", diff)
	}
	if len(c.Actor().Client) > 256 {
		t.Errorf("the client has %d bytes", len(c.Actor().Client))
	}
	if c.Scope() != "" || c.User().Name != "admin" {
		t.Errorf("scope %q, user %q", c.Scope(), c.User().Name)
	}
}

func TestWhatIsNotProvenIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	off := b.user(t, "off", "")
	offKey := b.key(t, off.ID)
	b.disable(t, off.ID)
	admin := b.made.Key
	signed := func(k commandsidentity.NewKey) *http.Request { return b.signed(t, k, "POST", "/x", aBody) }
	tests := map[string]struct {
		request *http.Request
		body    string
		message string // part of it
	}{
		"neither signature nor token": {request("POST", "/x", aBody), aBody, "POST /v3/auth/tokens"},
		"an unknown key":              {signed(commandsidentity.NewKey{AccessKey: "NOBODY00000000000000", Secret: "x"}), aBody, "not valid or"},
		"a wrong secret":              {signed(commandsidentity.NewKey{AccessKey: admin.AccessKey, Secret: "wrong"}), aBody, "not valid or"},
		"a disabled user":             {signed(offKey), aBody, "not valid or"},
		"another body":                {signed(admin), `{"name":"h"}`, "not valid or"},
		"another path": {func() *http.Request {
			r := signed(admin)
			r.URL.Path = "/y"
			return r
		}(), aBody, "not valid or"},
		"signed too long ago": {func() *http.Request {
			r := request("POST", "/x", aBody)
			if err := signature.Sign(r, []byte(aBody), admin.AccessKey, admin.Secret, b.clock.Now().Add(-16*time.Minute)); err != nil {
				t.Fatal(err)
			}
			return r
		}(), aBody, "15m"},
		"a malformed signature": {func() *http.Request {
			r := request("POST", "/x", aBody)
			r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=x")
			return r
		}(), aBody, "malformed"},
		"a token that is none": {func() *http.Request {
			r := request("POST", "/x", aBody)
			r.Header.Set(HeaderToken, "v1.abc")
			return r
		}(), aBody, "get a new one"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := b.Authenticate(tt.request, []byte(tt.body))
			refused(t, err, domain.CodeUnauthenticated)
			if refusal := (*domain.Error)(nil); c != nil || !errors.As(err, &refusal) || !strings.Contains(refusal.Message, tt.message) {
				t.Errorf("%v does not tell %q", err, tt.message)
			}
		})
	}
}

func TestADeletedKeyIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.user(t, "alice", "")
	k := b.key(t, u.ID)
	if _, err := b.Authenticate(b.signed(t, k, "GET", "/x", ""), nil); err != nil {
		t.Fatal(err)
	}
	command := identity.DeleteAccessKey{UserID: u.ID, AccessKey: k.AccessKey}
	if _, _, err := b.commands.DeleteAccessKey.Do(t.Context(), b.bus, system(), command); err != nil {
		t.Fatal(err)
	}
	_, err := b.Authenticate(b.signed(t, k, "GET", "/x", ""), nil)
	refused(t, err, domain.CodeUnauthenticated)
}

func TestAChangeCannotBeSentAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	change, read := b.signed(t, b.made.Key, "POST", "/x", aBody), b.signed(t, b.made.Key, "GET", "/x", "")
	send := func(r *http.Request, body string) error {
		_, err := b.Authenticate(r, []byte(body))
		return err
	}
	if err := send(change, aBody); err != nil {
		t.Fatal(err)
	}
	if err := send(change, aBody); err != nil {
		t.Errorf("at once: %v", err)
	}
	b.clock.pass(10 * time.Second)
	refused(t, send(change, aBody), domain.CodeUnauthenticated)
	if err := send(read, ""); err != nil {
		t.Errorf("a request that changes nothing: %v", err)
	}
	if err := send(b.signed(t, b.made.Key, "POST", "/x", aBody), aBody); err != nil {
		t.Errorf("the same change, signed anew: %v", err)
	}
}

func TestCallerAllows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	shop, nowhere := b.made.Project.ID, strings.Repeat("0", 32)
	reader := b.user(t, "reader", "", identity.Statement{Effect: identity.Allow, Actions: []string{"apig:*:get"}, Projects: []string{shop}})
	admin := b.made.User
	token := func(u identity.User, scope string) *http.Request {
		text, _, err := b.Issue(u, scope)
		if err != nil {
			t.Fatal(err)
		}
		r := request("GET", "/x", "")
		r.Header.Set(HeaderToken, text)
		return r
	}
	signed := func(u identity.User) *http.Request { return b.signed(t, b.key(t, u.ID), "GET", "/x", "") }
	tests := map[string]struct {
		request        *http.Request
		tenant, action string
		want           bool
	}{
		"what the policy allows":                {signed(reader), shop, "apig:apis:get", true},
		"another action":                        {signed(reader), shop, "apig:apis:delete", false},
		"an account-wide action":                {signed(reader), identity.Account, "apig:apis:get", false},
		"an administrator, anything":            {signed(admin), shop, "apig:apis:delete", true},
		"an administrator, account-wide":        {signed(admin), identity.Account, "gatelog:users:create", true},
		"not in a project that does not exist":  {signed(admin), nowhere, "apig:apis:get", false},
		"not in a project without a name":       {signed(admin), "", "apig:apis:get", false},
		"a token in its project":                {token(reader, shop), shop, "apig:apis:get", true},
		"a token widens no policy":              {token(reader, shop), shop, "apig:apis:delete", false},
		"a project's token in another project":  {token(admin, shop), nowhere, "apig:apis:get", false},
		"a project's token, account-wide":       {token(admin, shop), identity.Account, "gatelog:users:list", false},
		"the account's token in a project":      {token(admin, identity.Account), shop, "apig:apis:get", false},
		"the account's token, account-wide":     {token(admin, identity.Account), identity.Account, "gatelog:users:list", true},
		"the account's token widens no policy":  {token(reader, identity.Account), identity.Account, "gatelog:users:list", false},
		"policies count as they are, not as at": {token(b.demoted(t, shop), shop), shop, "apig:apis:get", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := b.Authenticate(tt.request, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Allows(tt.tenant, tt.action); got != tt.want {
				t.Errorf("Allows(%q, %s) = %t, want %t", tt.tenant, tt.action, got, tt.want)
			}
		})
	}
}

// demoted returns a user as it was when it could do all; now it may only delete.
func (b *bundle) demoted(t *testing.T, project string) identity.User {
	t.Helper()
	u := b.user(t, "demoted", "", identity.Everything()...)
	command := identity.SetPolicies{UserID: u.ID, Statements: []identity.Statement{
		{Effect: identity.Allow, Actions: []string{"apig:apis:delete"}, Projects: []string{project}},
	}}
	if _, _, err := b.commands.SetPolicies.Do(t.Context(), b.bus, system(), command); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCallerFromAnEmptyContext(t *testing.T) {
	t.Parallel()
	if c := CallerFrom(t.Context()); c != nil {
		t.Errorf("somebody calls: %v", c)
	}
	c := &Caller{scope: "s"}
	if CallerFrom(WithCaller(t.Context(), c)) != c {
		t.Error("the caller is lost")
	}
}

func TestPeer(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{"192.0.2.7:80": "192.0.2.7", "[2001:db8::1]:80": "2001:db8::1", "@": "@"} {
		if got := peer(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("peer of %s = %s, want %s", remote, got, want)
		}
	}
}
