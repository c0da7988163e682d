package apig

import "github.com/gatelog/gatelog/domain"

// AppAuthGranted: an app can call an API in an environment (APIG V2 §3.10.1).
type AppAuthGranted struct {
	Auth AppAuth `json:"auth"`
}

// AppAuthRevoked: an app can no longer call an API in an environment (APIG V2 §3.10.2). The
// authorization is the one that ended.
type AppAuthRevoked struct {
	Auth AppAuth `json:"auth"`
}

// EventType implements domain.Event.
func (AppAuthGranted) EventType() string { return "apig.appauth.granted" }

// EventType implements domain.Event.
func (AppAuthRevoked) EventType() string { return "apig.appauth.revoked" }

// Of implements domain.Event.
func (ev AppAuthGranted) Of() domain.Aggregate { return ev.Auth.aggregate() }

// Of implements domain.Event.
func (ev AppAuthRevoked) Of() domain.Aggregate { return ev.Auth.aggregate() }

func (a AppAuth) aggregate() domain.Aggregate { return domain.Aggregate{Kind: "appauth", ID: a.ID} }

func (ev AppAuthGranted) at() string { return ev.Auth.InstanceID }
func (ev AppAuthRevoked) at() string { return ev.Auth.InstanceID }

func (ev AppAuthGranted) fold(in *instance, _ domain.Recorded) { in.credentials.putAuth(ev.Auth) }
func (ev AppAuthRevoked) fold(in *instance, _ domain.Recorded) { in.credentials.dropAuth(ev.Auth.ID) }
