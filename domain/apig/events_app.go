package apig

import "github.com/gatelog/gatelog/domain"

// AppCreated: an app came into being (APIG V2 §3.28.1).
type AppCreated struct {
	App App `json:"app"`
}

// AppUpdated: an app changed (APIG V2 §3.28.2).
type AppUpdated struct {
	App     App      `json:"app"`
	Changed []string `json:"changed"`
}

// AppSecretReset: an app has another secret (APIG V2 §3.28.4).
type AppSecretReset struct {
	App App `json:"app"`
}

// AppDeleted: an app is gone, and with it its AppCodes, its access control, its authorizations and its
// binding to a credential quota (APIG V2 §3.28.3).
type AppDeleted struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	Name       string `json:"name"`
}

// AppACLSet: an app may call from other addresses (APIG V2 §3.28.14).
type AppACLSet struct {
	ACL AppACL `json:"acl"`
}

// AppACLDeleted: an app may call from everywhere (APIG V2 §3.28.16).
type AppACLDeleted struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
}

// AppCodeCreated: an app has one more AppCode (APIG V2 §3.28.8, §3.28.9).
type AppCodeCreated struct {
	Code AppCode `json:"code"`
}

// AppCodeDeleted: an AppCode counts no more (APIG V2 §3.28.10).
type AppCodeDeleted struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	AppCodeID  string `json:"app_code_id"`
}

// EventType implements domain.Event.
func (AppCreated) EventType() string { return "apig.app.created" }

// EventType implements domain.Event.
func (AppUpdated) EventType() string { return "apig.app.updated" }

// EventType implements domain.Event.
func (AppSecretReset) EventType() string { return "apig.app.secret_reset" }

// EventType implements domain.Event.
func (AppDeleted) EventType() string { return "apig.app.deleted" }

// EventType implements domain.Event.
func (AppACLSet) EventType() string { return "apig.app.acl_set" }

// EventType implements domain.Event.
func (AppACLDeleted) EventType() string { return "apig.app.acl_deleted" }

// EventType implements domain.Event.
func (AppCodeCreated) EventType() string { return "apig.app.code_created" }

// EventType implements domain.Event.
func (AppCodeDeleted) EventType() string { return "apig.app.code_deleted" }

// Of implements domain.Event.
func (ev AppCreated) Of() domain.Aggregate { return appAggregate(ev.App.ID) }

// Of implements domain.Event.
func (ev AppUpdated) Of() domain.Aggregate { return appAggregate(ev.App.ID) }

// Of implements domain.Event.
func (ev AppSecretReset) Of() domain.Aggregate { return appAggregate(ev.App.ID) }

// Of implements domain.Event.
func (ev AppDeleted) Of() domain.Aggregate { return appAggregate(ev.AppID) }

// Of implements domain.Event.
func (ev AppACLSet) Of() domain.Aggregate { return appAggregate(ev.ACL.AppID) }

// Of implements domain.Event.
func (ev AppACLDeleted) Of() domain.Aggregate { return appAggregate(ev.AppID) }

// Of implements domain.Event.
func (ev AppCodeCreated) Of() domain.Aggregate { return appAggregate(ev.Code.AppID) }

// Of implements domain.Event.
func (ev AppCodeDeleted) Of() domain.Aggregate { return appAggregate(ev.AppID) }

func appAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "app", ID: id} }

func (ev AppCreated) at() string     { return ev.App.InstanceID }
func (ev AppUpdated) at() string     { return ev.App.InstanceID }
func (ev AppSecretReset) at() string { return ev.App.InstanceID }
func (ev AppDeleted) at() string     { return ev.InstanceID }
func (ev AppACLSet) at() string      { return ev.ACL.InstanceID }
func (ev AppACLDeleted) at() string  { return ev.InstanceID }
func (ev AppCodeCreated) at() string { return ev.Code.InstanceID }
func (ev AppCodeDeleted) at() string { return ev.InstanceID }

func (ev AppCreated) fold(in *instance, _ domain.Recorded)     { in.credentials.putApp(ev.App) }
func (ev AppUpdated) fold(in *instance, _ domain.Recorded)     { in.credentials.putApp(ev.App) }
func (ev AppSecretReset) fold(in *instance, _ domain.Recorded) { in.credentials.putApp(ev.App) }
func (ev AppDeleted) fold(in *instance, _ domain.Recorded) {
	in.credentials.dropApp(ev.AppID)
	in.throttling.dropObject(SpecialApp, ev.AppID)
}

func (ev AppACLSet) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.credentials.apps[ev.ACL.AppID]; ok {
		a.acl = &ev.ACL
	}
}

func (ev AppACLDeleted) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.credentials.apps[ev.AppID]; ok {
		a.acl = nil
	}
}

func (ev AppCodeCreated) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.credentials.apps[ev.Code.AppID]; ok {
		a.codes[ev.Code.ID] = struct{}{}
	}
}

func (ev AppCodeDeleted) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.credentials.apps[ev.AppID]; ok {
		delete(a.codes, ev.AppCodeID)
	}
}
