package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func authOf(id, appID, apiID, envID string) AppAuth {
	return AppAuth{ID: id, InstanceID: gw, AppID: appID, APIID: apiID, EnvID: envID, AuthTime: past}
}

func anAuth(id, appID, apiID, envID string) history {
	return history{AppAuthGranted{authOf(id, appID, apiID, envID)}}
}

// twoAppsTwoAPIs is what authorizations are between.
func twoAppsTwoAPIs() history {
	return given(gateway(), aGroup("g1", "shop"), anEnv("e1", "DEV"), anApp("p1", "mobile"), anApp("p2", "web"),
		anAPI("a1", "g1", "list", "GET /list"), anAPI("a2", "g1", "order", "GET /order"))
}

func TestAuthorizeApps(t *testing.T) {
	t.Parallel()
	grant := func(env string, apps, apis []string) decision {
		return do((*State).AuthorizeApps, AuthorizeApps{gw, AuthBody{env, apps, apis}})
	}
	p1, a1 := []string{"p1"}, []string{"a1"}
	fresh := func(n int, appID, apiID string) AppAuth {
		a := authOf(id(n), appID, apiID, "e1")
		a.AuthTime = now
		return a
	}
	success := func(n int, appID, apiID string) AuthResult {
		return AuthResult{AppAuth: fresh(n, appID, apiID), Status: AuthSuccess}
	}
	there := given(twoAppsTwoAPIs(), anAuth("h1", "p1", "a1", "e1"))
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprint("a", i)
	}
	run(t, []scenario{
		{name: "§3.10.1: an API need not be published", given: twoAppsTwoAPIs(), when: grant("e1", p1, a1),
			then: []domain.Event{AppAuthGranted{fresh(1, "p1", "a1")}}, answer: []AuthResult{success(1, "p1", "a1")}},
		{name: "§3.10.1: each app for each API, each once", given: twoAppsTwoAPIs(), when: grant("e1", []string{"p1", "p2", "p1"}, []string{"a1", "a2", "a2"}),
			then: []domain.Event{
				AppAuthGranted{fresh(1, "p1", "a1")}, AppAuthGranted{fresh(2, "p1", "a2")},
				AppAuthGranted{fresh(3, "p2", "a1")}, AppAuthGranted{fresh(4, "p2", "a2")},
			},
			answer: []AuthResult{success(1, "p1", "a1"), success(2, "p1", "a2"), success(3, "p2", "a1"), success(4, "p2", "a2")}},
		{name: "§3.10.1: what is authorized is skipped", given: there, when: grant("e1", p1, []string{"a1", "a2"}),
			then:   []domain.Event{AppAuthGranted{fresh(1, "p1", "a2")}},
			answer: []AuthResult{{AppAuth: authOf("h1", "p1", "a1", "e1"), Status: AuthSkipped}, success(1, "p1", "a2")}},
		{name: "§3.10.1: in another environment it is not", given: given(there, anEnv("e2", "TEST")), when: grant("e2", p1, a1),
			then: []domain.Event{AppAuthGranted{AppAuth{ID: id(1), InstanceID: gw, AppID: "p1", APIID: "a1", EnvID: "e2", AuthTime: now}}}},
		{name: "§3.10.1: an unknown API fails and stops no other", given: twoAppsTwoAPIs(), when: grant("e1", p1, []string{"a9", "a1"}),
			then: []domain.Event{AppAuthGranted{fresh(1, "p1", "a1")}},
			answer: []AuthResult{
				{AppAuth: AppAuth{InstanceID: gw, AppID: "p1", APIID: "a9", EnvID: "e1"}, Status: AuthFailed, Code: "APIG.3002",
					Message: "API a9 does not exist", AppName: "mobile"},
				success(1, "p1", "a1"),
			}},
		{name: "§3.10.1 ex: unknown app", given: twoAppsTwoAPIs(), when: grant("e1", []string{"p1", "p9"}, a1), refused: "APIG.3004"},
		{name: "unknown environment", given: twoAppsTwoAPIs(), when: grant("e9", p1, a1), refused: "APIG.3003"},
		{name: "§3.10.1: no environment", given: twoAppsTwoAPIs(), when: grant("", p1, a1), refused: "APIG.2001"},
		{name: "§3.10.1: no apps", given: twoAppsTwoAPIs(), when: grant("e1", nil, a1), refused: "APIG.2001"},
		{name: "§3.10.1: no APIs", given: twoAppsTwoAPIs(), when: grant("e1", p1, nil), refused: "APIG.2001"},
		{name: "§3.10.1 ex: an empty id", given: twoAppsTwoAPIs(), when: grant("e1", p1, []string{""}), refused: "APIG.2011"},
		{name: "more pairs than one append holds", given: twoAppsTwoAPIs(), when: grant("e1", []string{"p1", "p2"}, many), refused: "APIG.2003"},
	})
}

func TestRevokeAppAuth(t *testing.T) {
	t.Parallel()
	revoke := do((*State).RevokeAppAuth, RevokeAppAuth{gw, "h1"})
	there := given(twoAppsTwoAPIs(), anAuth("h1", "p1", "a1", "e1"))
	ended := AppAuthRevoked{authOf("h1", "p1", "a1", "e1")}
	run(t, []scenario{
		{name: "§3.10.2: ended", given: there, when: revoke, then: []domain.Event{ended}},
		{name: "§3.10.2: not twice", given: given(there, history{ended}), when: revoke, refused: "APIG.3009"},
		{name: "§3.10.2 ex: unknown", given: twoAppsTwoAPIs(), when: revoke, refused: "APIG.3009"},
	})
}

// §3.5.3, §3.28.3: an authorization ends with each of the three that it is between, and with none of
// their changes.
func TestAuthorizationsEndWithTheirParties(t *testing.T) {
	t.Parallel()
	there := given(twoAppsTwoAPIs(), anAuth("h1", "p1", "a1", "e1"))
	for name, c := range map[string]struct {
		then history
		left int
	}{
		"revoked":         {history{AppAuthRevoked{authOf("h1", "p1", "a1", "e1")}}, 0},
		"app deleted":     {history{AppDeleted{InstanceID: gw, AppID: "p1", Name: "mobile"}}, 0},
		"API deleted":     {history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}}, 0},
		"env deleted":     {history{EnvDeleted{InstanceID: gw, EnvID: "e1", Name: "DEV"}}, 0},
		"API published":   {published("v1", "a1", "g1", "e1", 6), 1},
		"taken offline":   {given(published("v1", "a1", "g1", "e1", 6), offline("v1", "a1", "g1", "e1", 6)), 1},
		"API changed":     {redefined("a1", mockAPI("g1", "renamed", "GET /list")), 1},
		"another app":     {history{AppDeleted{InstanceID: gw, AppID: "p2", Name: "web"}}, 1},
		"secret reset":    {history{AppSecretReset{appNamed("p1", "mobile")}}, 1},
		"another API":     {history{APIDeleted{InstanceID: gw, APIID: "a2", GroupID: "g1", Name: "order"}}, 1},
		"unknown revoked": {history{AppAuthRevoked{authOf("h9", "p1", "a1", "e1")}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := given(there, c.then).state().instances[gw].credentials
			if len(got.auths) != c.left || len(got.authIDs) != c.left || len(got.authsOf) != 3*c.left {
				t.Errorf("left: %d authorizations, %d keys, %d parties", len(got.auths), len(got.authIDs), len(got.authsOf))
			}
		})
	}
}

// What is revoked was never there, as far as the state knows.
func TestRevokedAuthorizationLeavesNothing(t *testing.T) {
	t.Parallel()
	s := given(twoAppsTwoAPIs(), anAuth("h1", "p1", "a1", "e1"), history{AppAuthRevoked{authOf("h1", "p1", "a1", "e1")}}).state()
	if diff := cmp.Diff(twoAppsTwoAPIs().state(), s, wholeState); diff != "" {
		t.Errorf("something is left:\n%s", diff)
	}
}
