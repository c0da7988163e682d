package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func authorizerBody(name string, change ...func(*AuthorizerBody)) AuthorizerBody {
	b := AuthorizerBody{Name: name, Type: AuthorizerFrontend, AuthorizerType: "FUNC", URI: "urn:fss:r:p:function:default:f", NetworkType: "V1"}
	for _, f := range change {
		f(&b)
	}
	return b
}

func authorizerOf(id, name string, change ...func(*AuthorizerBody)) Authorizer {
	return Authorizer{ID: id, InstanceID: gw, AuthorizerBody: authorizerBody(name, change...), CreateTime: past, UpdateTime: past}
}

func anAuthorizer(id, name string, change ...func(*AuthorizerBody)) history {
	return history{AuthorizerCreated{authorizerOf(id, name, change...)}}
}

// sampleAuthorizer has every member set.
func sampleAuthorizer() Authorizer {
	digits := "^[0-9]+$"
	return authorizerOf("z1", "login", func(b *AuthorizerBody) {
		b.Version, b.AliasURI, b.TTL, b.UserData, b.LDAPIID, b.NeedBody = "v1", b.URI+":v1", 60, "data", "l1", true
		b.Identities = []Identity{{"token", "HEADER", nil}, {"user", "QUERY", &digits}}
	})
}

func backendType(b *AuthorizerBody) { b.Type = AuthorizerBackend }

func identities(all ...Identity) func(*AuthorizerBody) {
	return func(b *AuthorizerBody) { b.Identities = all }
}

func TestCreateAuthorizer(t *testing.T) {
	t.Parallel()
	create := func(change ...func(*AuthorizerBody)) decision {
		return do((*State).CreateAuthorizer, CreateAuthorizer{gw, authorizerBody("login", change...)})
	}
	made := authorizerOf(id(1), "login")
	made.CreateTime, made.UpdateTime = now, now
	token := Identity{Name: "token", Location: "HEADER"}
	unchecked := made
	unchecked.Identities = []Identity{token}
	run(t, []scenario{
		{name: "§3.15.1: the network type is V1 unless told", given: gateway(), when: create(func(b *AuthorizerBody) { b.NetworkType = "" }),
			then: []domain.Event{AuthorizerCreated{made}}, answer: made},
		{name: "§3.15.1: an identity source without a validation is not checked", given: gateway(), when: create(identities(token)),
			then: []domain.Event{AuthorizerCreated{unchecked}}, answer: unchecked},
		{name: "§3.15.1: names are unique", given: given(gateway(), anAuthorizer("z1", "login")), when: create(), refused: "APIG.3211"},
		{name: "§3.15.1: authorizer_type is FUNC", given: gateway(), when: create(func(b *AuthorizerBody) { b.AuthorizerType = "HTTP" }), refused: "APIG.2011"},
		{name: "§3.15.1: type FRONTEND or BACKEND", given: gateway(), when: create(func(b *AuthorizerBody) { b.Type = "BOTH" }), refused: "APIG.2011"},
		{name: "§3.15.1: identity sources are unique", given: gateway(), when: create(identities(token, token)), refused: "APIG.3212"},
		{name: "§3.15.1: identity sources are limited", given: given(gateway(), aQuota("AUTHORIZER_IDENTITY_NUM_LIMIT", 1)),
			when: create(identities(token, Identity{Name: "user", Location: "QUERY"})), refused: "APIG.3117"},
		{name: "§5.4: quota AUTHORIZER_NUM_LIMIT", given: given(gateway(), aQuota("AUTHORIZER_NUM_LIMIT", 1), anAuthorizer("z1", "other")), when: create(), refused: "APIG.3116"},
		{name: "§3.15.1 ex: no such instance", given: history{}, when: create(), refused: "APIG.3030"},
	})
}

func TestUpdateAuthorizer(t *testing.T) {
	t.Parallel()
	update := func(id, name string, change ...func(*AuthorizerBody)) decision {
		return do((*State).UpdateAuthorizer, UpdateAuthorizer{gw, id, authorizerBody(name, change...)})
	}
	two := given(gateway(), anAuthorizer("z1", "login"), anAuthorizer("z2", "other"))
	keep := func(b *AuthorizerBody) { b.TTL = 60 }
	changed := authorizerOf("z1", "entry", keep)
	changed.UpdateTime = now
	run(t, []scenario{
		{name: "§3.15.2", given: two, when: update("z1", "entry", keep),
			then: []domain.Event{AuthorizerUpdated{changed, []string{"name", "ttl"}}}, answer: changed},
		{name: "nothing new, nothing happens", given: two, when: update("z1", "login")},
		{name: "§3.15.1: the type cannot be changed", given: two, when: update("z1", "login", backendType), refused: "APIG.2011"},
		{name: "§3.15.1: names are unique", given: two, when: update("z1", "other"), refused: "APIG.3211"},
		{name: "§3.15.2 ex: unknown", given: two, when: update("z3", "entry"), refused: "APIG.3081"},
	})
}

func TestDeleteAuthorizer(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteAuthorizer, DeleteAuthorizer{gw, "z1"})
	base := given(gateway(), aGroup("g1", "shop"), anAuthorizer("z1", "login"))
	guarded := mockAPI("g1", "list", "GET /list")
	guarded.AuthType, guarded.AuthorizerID = "AUTHORIZER", "z1"
	used := given(base, history{APICreated{apiOf("a1", guarded)}})
	run(t, []scenario{
		{name: "§3.15.3", given: base, when: del, then: []domain.Event{AuthorizerDeleted{InstanceID: gw, AuthorizerID: "z1", Name: "login"}}},
		{name: "not while an API uses it", given: used, when: del, refused: "APIG.2011"},
		{name: "§3.15.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3081"},
	})
}

func TestAPIsReferToAuthorizersOfTheirPlace(t *testing.T) {
	t.Parallel()
	base := given(gateway(), aGroup("g1", "shop"), anAuthorizer("z1", "login"), anAuthorizer("z2", "sign", backendType))
	create := func(frontend, backend string) decision {
		d := mockAPI("g1", "list", "GET /list")
		if frontend != "" {
			d.AuthType, d.AuthorizerID = "AUTHORIZER", frontend
		}
		d.MockInfo.AuthorizerID = backend
		return func(s *State, m *domain.Moment) (any, []domain.Event, error) {
			_, _, err := s.CreateAPI(m, CreateAPI{gw, d})
			return nil, nil, err
		}
	}
	run(t, []scenario{
		{name: "§3.15.1: each in its place", given: base, when: create("z1", "z2")},
		{name: "a backend authorizer in front", given: base, when: create("z2", ""), refused: "APIG.2011"},
		{name: "a frontend authorizer behind", given: base, when: create("", "z1"), refused: "APIG.2011"},
		{name: "not there", given: base, when: create("z3", ""), refused: "APIG.3081"},
	})
}
