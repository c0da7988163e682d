package node

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// loses removes the credentials file of a deployment.
func (d *deployment) loses() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.DataDir, CredentialsFile)); err != nil {
		d.t.Fatal(err)
	}
}

// as is a call that somebody makes who is not a first start.
func as(tenant string) commands.Call { return commands.System(tenant, "request-1", "test") }

// keysOf are the access keys of the administrator.
func (s *served) keysOf() []string {
	s.t.Helper()
	var all []string
	for _, k := range s.accounts.KeysOf(userID(s.t, s)) {
		all = append(all, k.ID)
	}
	slices.Sort(all)
	return all
}

// makesKeys gives the administrator as many keys as a person would make, up to the limit.
func (s *served) makesKeys(upTo int) {
	s.t.Helper()
	for len(s.keysOf()) < upTo {
		if _, _, err := s.identity.CreateAccessKey(s.t.Context(), s.bus, as(identity.Account), userID(s.t, s)); err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestLostCredentialsAreMadeAgain(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	first := s.works(d)
	s.stop()
	d.loses()

	s = d.start()
	second := s.works(d)
	if first.ProjectID != second.ProjectID || first.InstanceID != second.InstanceID {
		t.Errorf("first %s of %s, then %s of %s", first.InstanceID, first.ProjectID, second.InstanceID, second.ProjectID)
	}
	if first.AccessKey == second.AccessKey || s.signsIn(first.User, first.Password) {
		t.Error("the lost credentials were given again, or their password is still good")
	}
	if got := s.instances(first); len(got) != 1 {
		t.Error("the first key, which somebody may be using, is gone")
	}
}

// There is room for five keys. Those that first starts made give way, the oldest first.
func TestLostCredentialsOfAnAdministratorWithManyKeys(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	first := s.works(d)
	s.makesKeys(identity.MaxKeysPerUser)
	before := s.keysOf()
	s.stop()
	d.loses()

	s = d.start()
	second := s.works(d)
	after := s.keysOf()
	if len(after) != identity.MaxKeysPerUser || slices.Contains(after, first.AccessKey) || !slices.Contains(after, second.AccessKey) {
		t.Errorf("keys %v became %v; want %s in the place of %s", before, after, second.AccessKey, first.AccessKey)
	}
	for _, key := range before {
		if key != first.AccessKey && !slices.Contains(after, key) {
			t.Errorf("%s, which a person made, is gone", key)
		}
	}
	// What people made stays, even when nothing else can give way.
	call := as(identity.Account)
	if _, _, err := s.identity.DeleteAccessKey.Do(t.Context(), s.bus, call, identity.DeleteAccessKey{UserID: userID(t, s), AccessKey: second.AccessKey}); err != nil {
		t.Fatal(err)
	}
	s.makesKeys(identity.MaxKeysPerUser)
	before = s.keysOf()
	s.stop()
	d.loses()

	s = d.start()
	c, err := ReadCredentials(d.DataDir)
	if err != nil || c.AccessKey != "" || c.SecretKey != "" || !s.signsIn(c.User, c.Password) {
		t.Errorf("credentials without room for a key: %+v, %v", c, err)
	}
	if !slices.Equal(before, s.keysOf()) {
		t.Errorf("keys %v became %v", before, s.keysOf())
	}
}

// As often as it happens, it goes on working.
func TestCredentialsLostAgainAndAgain(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	for range identity.MaxKeysPerUser + 1 {
		s := d.start()
		s.works(d)
		if n := len(s.keysOf()); n > identity.MaxKeysPerUser {
			t.Fatalf("%d keys", n)
		}
		s.stop()
		d.loses()
	}
}

// Whom an operator has locked out does not come back by a restart.
func TestADisabledAdministratorStaysOut(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	c := s.works(d)
	other, _, err := s.identity.CreateUser.Do(t.Context(), s.bus, as(identity.Account), identity.CreateUser{Name: "root"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.identity.SetPolicies.Do(t.Context(), s.bus, as(identity.Account), identity.SetPolicies{UserID: other.ID, Statements: identity.Everything()}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.identity.SetPassword(t.Context(), s.bus, as(identity.Account), other.ID, "open sesame"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.identity.DisableUser.Do(t.Context(), s.bus, as(identity.Account), identity.DisableUser{UserID: userID(t, s)}); err != nil {
		t.Fatal(err)
	}
	s.stop()
	d.loses()

	s = d.start()
	if _, err := ReadCredentials(d.DataDir); err == nil || s.made != nil {
		t.Error("a disabled administrator got new credentials")
	}
	if s.signsIn(c.User, c.Password) || !s.signsIn("root", "open sesame") {
		t.Error("who can sign in has changed")
	}
}

// The first instance is a gift, and can be refused: what somebody deleted is not made again.
func TestADeletedFirstInstanceStaysDeleted(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	s := d.start()
	c := s.works(d)
	r, err := s.send(t.Context(), c, "DELETE", "/v2/"+c.ProjectID+"/apigw/instances/"+c.InstanceID, "")
	if err != nil || r.status >= http.StatusMultipleChoices {
		t.Fatalf("delete: %+v, %v", r, err)
	}
	s.stop()
	s = d.start()
	if got := s.instances(c); len(got) != 0 {
		t.Errorf("after a restart there is %v", got)
	}
	s.stop()
	d.loses()

	s = d.start()
	renewed, err := ReadCredentials(d.DataDir)
	if err != nil || renewed.ProjectID != c.ProjectID || renewed.InstanceID != "" {
		t.Errorf("renewed: %+v, %v", renewed, err)
	}
	if got := s.instances(renewed); len(got) != 0 {
		t.Errorf("after the credentials were renewed there is %v", got)
	}

	// The oldest of those that are there is the one to begin with.
	for _, name := range []string{"second", "third"} {
		_, _, err := s.apig.CreateInstance.Do(t.Context(), s.bus, as(c.ProjectID), apig.CreateInstance{Body: apig.InstanceBody{
			Name: name, SpecID: "BASIC", VPCID: "v", SubnetID: "s", SecurityGroupID: "g", AvailableZoneIDs: []string{"z"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.stop()
	d.loses()
	s = d.start()
	renewed, err = ReadCredentials(d.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	i, err := s.queries.Instance(t.Context(), in(renewed))
	if err != nil || i.Name != "second" || i.Status != apig.InstanceRunning {
		t.Errorf("the instance in the credentials is %s, %s, %v; want second, running", i.Name, i.Status, err)
	}
}

// Of several nodes on one log, one tells the credentials. The others, now or later, have none and make
// none.
func TestOneOfSeveralNodesTellsTheCredentials(t *testing.T) {
	t.Parallel()
	one := elsewhere(t)
	other := one.beside()
	type result struct {
		d *deployment
		s *served
		e error
	}
	results := make(chan result, 2) // of goroutines that must not end the test
	for _, d := range []*deployment{one, other} {
		go func() {
			s, err := d.try(t.Context())
			results <- result{d, s, err}
		}()
	}
	told := 0
	for range 2 {
		r := <-results
		if r.e != nil {
			t.Fatal(r.e)
		}
		if r.s.made != nil {
			told++
			r.s.works(r.d)
		} else if left, err := filepath.Glob(filepath.Join(r.d.DataDir, CredentialsFile+"*")); err != nil || len(left) > 0 {
			t.Errorf("a node that told nothing left %v, %v", left, err)
		}
	}
	if told != 1 {
		t.Errorf("%d nodes told credentials, want one", told)
	}
	third := one.beside().start()
	if third.made != nil || len(third.keysOf()) != 1 {
		t.Errorf("a later node made %v; keys %v", third.made, third.keysOf())
	}
}

// The keys of secrets hang on the master key: with another one nobody could sign in.
func TestAnotherMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	d := elsewhere(t)
	d.start().stop()
	right := d.MasterKey
	d.MasterKey = strings.Repeat("ef", 32)
	_, err := d.try(t.Context())
	if !errors.Is(err, secret.ErrWrongMasterKey) || strings.Contains(fmt.Sprint(err), d.MasterKey) {
		t.Errorf("started with another master key: %v", err)
	}
	d.MasterKey = right
	d.start().works(d)
}
