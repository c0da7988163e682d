package apig

import (
	"reflect"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// The two places where a custom authorizer decides (APIG V2 §3.15.1).
const (
	AuthorizerFrontend = "FRONTEND"
	AuthorizerBackend  = "BACKEND"
)

// Authorizer is a function that decides who may call an API, or what the gateway tells a backend of the
// caller (APIG V2 §3.15).
type Authorizer struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	AuthorizerBody
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// AuthorizerBody is the body of APIG V2 §3.15.1 and §3.15.2. Whether the function exists is not asked.
type AuthorizerBody struct {
	Name           string     `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]{2,63}$" doc:"Authorizer name, unique in the instance."`
	Type           string     `json:"type" enum:"FRONTEND,BACKEND" doc:"Where it decides; cannot be changed."`
	AuthorizerType string     `json:"authorizer_type" enum:"FUNC" doc:"What decides: a function."`
	URI            string     `json:"authorizer_uri" maxLength:"512" doc:"URN of the function."`
	NetworkType    string     `json:"network_type,omitempty" enum:"V1,V2" doc:"V1 outside a VPC (default), V2 in one."`
	Version        string     `json:"authorizer_version,omitempty" maxLength:"64" doc:"Version of the function; without effect beside authorizer_alias_uri."`
	AliasURI       string     `json:"authorizer_alias_uri,omitempty" maxLength:"512" doc:"URN of an alias of the function."`
	Identities     []Identity `json:"identities,omitempty" maxItems:"1000" doc:"What of a request tells who calls."`
	TTL            int        `json:"ttl,omitempty" minimum:"0" maximum:"3600" doc:"Seconds that an answer is kept."`
	UserData       string     `json:"user_data,omitempty" maxLength:"2048" doc:"Data for the function."`
	LDAPIID        string     `json:"ld_api_id,omitempty" maxLength:"65" doc:"Kept for clients; not supported."`
	NeedBody       bool       `json:"need_body,omitempty" doc:"Whether the function gets the request's body."`
}

// Identity is an identity source: a parameter of a request (APIG V2 §3.15.1).
type Identity struct {
	Name       string  `json:"name" maxLength:"255" doc:"Name, unique in its location."`
	Location   string  `json:"location" enum:"HEADER,QUERY" doc:"Where it stands."`
	Validation *string `json:"validation,omitempty" maxLength:"1024" doc:"Expression that the value has to match; null: none."`
}

// CreateAuthorizer creates a custom authorizer (APIG V2 §3.15.1).
type CreateAuthorizer struct {
	InstanceID string         `json:"instance_id"`
	Body       AuthorizerBody `json:"body"`
}

// UpdateAuthorizer changes all of an authorizer but its type (APIG V2 §3.15.2).
type UpdateAuthorizer struct {
	InstanceID   string         `json:"instance_id"`
	AuthorizerID string         `json:"authorizer_id"`
	Body         AuthorizerBody `json:"body"`
}

// DeleteAuthorizer deletes an authorizer that no API uses (APIG V2 §3.15.3).
type DeleteAuthorizer struct {
	InstanceID   string `json:"instance_id"`
	AuthorizerID string `json:"authorizer_id"`
}

// CreateAuthorizer decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3116 and 3117 (quotas AUTHORIZER_NUM_LIMIT and AUTHORIZER_IDENTITY_NUM_LIMIT); APIG.3211 (name);
// APIG.3212 (identity source).
func (s *State) CreateAuthorizer(m *domain.Moment, c CreateAuthorizer) (Authorizer, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Authorizer{}, nil, err
	}
	b, err := in.authorizerBody(c.Body, "")
	if err != nil {
		return Authorizer{}, nil, err
	}
	if limit := in.quota(quotaAuthorizers); len(in.authorizers.all) >= limit {
		return Authorizer{}, nil, ErrTooManyAuthorizers(limit)
	}
	a := Authorizer{ID: m.NewID(), InstanceID: in.ID, AuthorizerBody: b, CreateTime: m.Now, UpdateTime: m.Now}
	return a, []domain.Event{AuthorizerCreated{a}}, nil
}

// authorizerBody checks a body for the authorizer self ("": a new one) and fills in what was left out.
func (in *instance) authorizerBody(b AuthorizerBody, self string) (AuthorizerBody, error) {
	if limit := in.quota(quotaIdentities); len(b.Identities) > limit {
		return b, ErrTooManyIdentities(limit)
	}
	if err := violated(b); err != nil {
		return b, err
	}
	type source struct{ location, name string }
	seen := map[source]bool{}
	for _, i := range b.Identities {
		if seen[source{i.Location, i.Name}] {
			return b, ErrIdentityTaken(i.Name)
		}
		seen[source{i.Location, i.Name}] = true
	}
	if id := in.authorizers.names[b.Name]; id != "" && id != self {
		return b, ErrAuthorizerNameTaken(b.Name)
	}
	if b.NetworkType == "" {
		b.NetworkType = "V1"
	}
	b.Identities = cloneList(b.Identities)
	return b, nil
}

// UpdateAuthorizer decides on the command of that name. Errors: APIG.3081 and those of CreateAuthorizer;
// APIG.2011 for another type.
func (s *State) UpdateAuthorizer(m *domain.Moment, c UpdateAuthorizer) (Authorizer, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Authorizer{}, nil, err
	}
	old, err := in.authorizer(c.AuthorizerID)
	if err != nil {
		return Authorizer{}, nil, err
	}
	b, err := in.authorizerBody(c.Body, old.ID)
	if err != nil {
		return Authorizer{}, nil, err
	}
	if b.Type != old.Type {
		return Authorizer{}, nil, ErrInvalidBecause("type", "cannot be changed")
	}
	a := *old
	a.AuthorizerBody = b
	changed := changedOfAuthorizer(old.AuthorizerBody, b)
	if changed == nil {
		return a, nil, nil
	}
	a.UpdateTime = m.Now
	return a, []domain.Event{AuthorizerUpdated{a, changed}}, nil
}

func changedOfAuthorizer(a, b AuthorizerBody) []string {
	return names(
		difference{"name", a.Name != b.Name}, difference{"authorizer_uri", a.URI != b.URI},
		difference{"network_type", a.NetworkType != b.NetworkType}, difference{"authorizer_version", a.Version != b.Version},
		difference{"authorizer_alias_uri", a.AliasURI != b.AliasURI},
		difference{"identities", !reflect.DeepEqual(a.Identities, b.Identities)}, difference{"ttl", a.TTL != b.TTL},
		difference{"user_data", a.UserData != b.UserData}, difference{"ld_api_id", a.LDAPIID != b.LDAPIID},
		difference{"need_body", a.NeedBody != b.NeedBody},
	)
}

// DeleteAuthorizer decides on the command of that name. The reference has no code for an authorizer in
// use. Errors: APIG.3030, 3718; APIG.3081; APIG.2011 when a draft or a version in effect uses it.
func (s *State) DeleteAuthorizer(_ *domain.Moment, c DeleteAuthorizer) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	a, err := in.authorizer(c.AuthorizerID)
	if err != nil {
		return None{}, nil, err
	}
	if in.used[use{useAuthorizer, a.ID}] > 0 {
		return None{}, nil, ErrInvalidBecause("id", "is that of an authorizer which APIs use")
	}
	return None{}, []domain.Event{AuthorizerDeleted{InstanceID: in.ID, AuthorizerID: a.ID, Name: a.Name}}, nil
}
