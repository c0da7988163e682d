package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// AIKey is a key with which an app calls AI APIs (public SDK, CreateAiApiKey).
type AIKey struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	Alias      string `json:"alias,omitempty"`
	// Value is sealed.
	Value      string    `json:"ai_api_key"`
	CreateTime time.Time `json:"create_time"`
}

// CreateAIKey gives an app one more AI API key. The key has left the body by now: Value has it sealed.
type CreateAIKey struct {
	InstanceID string       `json:"instance_id"`
	AppID      string       `json:"app_id"`
	Body       AIKeyBody    `json:"body"`
	Value      SealedSecret `json:"value"`
}

// AIKeyBody is the body of CreateAiApiKey in the public SDK. A key is generated when it is left out.
type AIKeyBody struct {
	Key   string `json:"ai_api_key,omitempty" minLength:"8" maxLength:"128" pattern:"^[A-Za-z0-9+\\-_/=]+$" doc:"Own key."`
	Alias string `json:"alias,omitempty" minLength:"1" maxLength:"100" pattern:"^[A-Za-z0-9_-]+$" doc:"Alias."`
}

// DeleteAIKey takes an AI API key from its app.
type DeleteAIKey struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	AIKeyID    string `json:"ai_api_key_id"`
}

// Check does for an AI API key what AppBody.Check does.
func (b AIKeyBody) Check() error { return violated(b) }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c CreateAIKey) Fingerprint() any { c.Value = c.Value.asked(); return c }

// CreateAIKey decides on the command of that name. The answer has the key sealed. As many keys as
// AppCodes are allowed. Errors: APIG.2011; APIG.3030, 3718; APIG.3004; APIG.3131 (quota
// APP_CODE_NUM_LIMIT).
func (s *State) CreateAIKey(m *domain.Moment, c CreateAIKey) (AIKey, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return AIKey{}, nil, err
	}
	in, a, err := s.changingCredential(c.InstanceID, c.AppID)
	if err != nil {
		return AIKey{}, nil, err
	}
	if limit := in.quota(quotaAppCodes); len(a.aiKeys) >= limit {
		return AIKey{}, nil, ErrTooManyAIKeys(limit)
	}
	k := AIKey{ID: m.NewID(), InstanceID: in.ID, AppID: a.ID, Alias: c.Body.Alias, Value: c.Value.Text, CreateTime: m.Now}
	return k, []domain.Event{AIKeyCreated{k}}, nil
}

// DeleteAIKey decides on the command of that name. Errors: APIG.3030, 3718; APIG.3004; APIG.3082.
func (s *State) DeleteAIKey(_ *domain.Moment, c DeleteAIKey) (None, []domain.Event, error) {
	in, a, err := s.changingCredential(c.InstanceID, c.AppID)
	if err != nil {
		return None{}, nil, err
	}
	if _, ok := a.aiKeys[c.AIKeyID]; !ok {
		return None{}, nil, ErrAIKeyNotFound(c.AIKeyID)
	}
	return None{}, []domain.Event{AIKeyDeleted{InstanceID: in.ID, AppID: a.ID, AIKeyID: c.AIKeyID}}, nil
}

// ErrAIKeyNotFound is APIG.3082, the code of AppCodes: the reference has none for AI API keys.
func ErrAIKeyNotFound(id string) *domain.Error { return missing("APIG.3082", "AI API key", id) }

// ErrTooManyAIKeys is APIG.3131, the code of AppCodes, quota APP_CODE_NUM_LIMIT.
func ErrTooManyAIKeys(limit int) *domain.Error { return tooMany("APIG.3131", "AI API keys", limit) }

// AIKeyCreated: an app has one more AI API key.
type AIKeyCreated struct {
	Key AIKey `json:"key"`
}

// AIKeyDeleted: an AI API key counts no more.
type AIKeyDeleted struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	AIKeyID    string `json:"ai_api_key_id"`
}

// EventType implements domain.Event.
func (AIKeyCreated) EventType() string { return "apig.app.ai_key_created" }

// EventType implements domain.Event.
func (AIKeyDeleted) EventType() string { return "apig.app.ai_key_deleted" }

// Of implements domain.Event.
func (ev AIKeyCreated) Of() domain.Aggregate { return appAggregate(ev.Key.AppID) }

// Of implements domain.Event.
func (ev AIKeyDeleted) Of() domain.Aggregate { return appAggregate(ev.AppID) }

func (ev AIKeyCreated) at() string { return ev.Key.InstanceID }
func (ev AIKeyDeleted) at() string { return ev.InstanceID }

func (ev AIKeyCreated) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.credentials.apps[ev.Key.AppID]; ok {
		a.aiKeys[ev.Key.ID] = struct{}{}
	}
}

func (ev AIKeyDeleted) fold(in *instance, _ domain.Recorded) {
	if a, ok := in.credentials.apps[ev.AppID]; ok {
		delete(a.aiKeys, ev.AIKeyID)
	}
}
