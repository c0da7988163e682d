package apig

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
)

// Whatever is done to apps in whatever order, every index says what the things themselves say.
func TestCredentialsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := given(twoAppsTwoAPIs(), anAppQuota("q1", "daily"), anAppQuota("q2", "hourly"), anAuth("h1", "p1", "a1", "e1")).state()
		for n := range rapid.IntRange(5, 40).Draw(t, "commands") {
			_, events, err := drawCredentialDecision(t, s)(s, domain.NewMoment(now, fmt.Sprint("command ", n)))
			if err != nil && (domain.CodeOf(err) == "" || len(events) > 0) {
				t.Fatalf("%d events and %v", len(events), err)
			}
			for _, ev := range events {
				s.Apply(domain.Recorded{Event: ev})
			}
			have := s.instances[gw].credentials
			if diff := cmp.Diff(reindexCredentials(have), have, wholeState); diff != "" {
				t.Fatalf("indexes (-want +got):\n%s", diff)
			}
		}
	})
}

// drawCredentialDecision draws a command about things that mostly exist.
func drawCredentialDecision(t *rapid.T, s *State) decision {
	c := s.instances[gw].credentials
	pick := func(label string, all []string) string { return rapid.SampledFrom(append(all, "none")).Draw(t, label) }
	app, quota, auth := pick("app", keysOf(c.apps)), pick("quota", keysOf(c.quotas)), pick("auth", keysOf(c.auths))
	name := rapid.SampledFrom([]string{"mobile", "web", "desk"}).Draw(t, "name")
	key := rapid.SampledFrom([]string{"", "key-of-p1", "another-key"}).Draw(t, "key")
	return rapid.SampledFrom([]decision{
		do((*State).CreateApp, CreateApp{gw, AppBody{Name: name, Key: key}, SealedSecret{Text: "s"}}),
		do((*State).UpdateApp, UpdateApp{gw, app, AppUpdateBody{Name: name, Key: key}, SealedSecret{}}),
		do((*State).DeleteApp, DeleteApp{gw, app}),
		do((*State).AuthorizeApps, AuthorizeApps{gw, AuthBody{ReleaseEnvID, []string{app}, []string{"a1", "a2", "a3"}}}),
		do((*State).RevokeAppAuth, RevokeAppAuth{gw, auth}),
		do((*State).CreateAppQuota, CreateAppQuota{gw, AppQuotaBody{Name: name, CallLimits: 1, TimeUnit: "DAY", Interval: 1}}),
		do((*State).DeleteAppQuota, DeleteAppQuota{gw, quota}),
		do((*State).BindAppQuota, BindAppQuota{gw, quota, AppQuotaBindBody{[]string{app}}}),
		do((*State).UnbindAppQuota, UnbindAppQuota{gw, quota, app}),
		do((*State).DeleteAPI, DeleteAPI{gw, "a2"}),
	}).Draw(t, "decision")
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// reindexCredentials makes credentials anew from what is not an index.
func reindexCredentials(c credentials) credentials {
	fresh := newCredentials()
	for _, q := range c.quotas {
		fresh.putQuota(q.AppQuota)
	}
	for _, a := range c.apps {
		fresh.putApp(a.App)
		fresh.apps[a.ID].acl, fresh.apps[a.ID].codes = a.acl, a.codes
		if a.quota != nil {
			fresh.bind(*a.quota)
		}
	}
	for _, a := range c.auths {
		fresh.putAuth(a)
	}
	return fresh
}
