package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// AppAuth lets an app call an API in an environment (APIG V2 §3.10). The API need not be published there
// yet, and stays authorized when it is taken offline or published again.
type AppAuth struct {
	ID         string    `json:"id"`
	InstanceID string    `json:"instance_id"`
	AppID      string    `json:"app_id"`
	APIID      string    `json:"api_id"`
	EnvID      string    `json:"env_id"`
	AuthTime   time.Time `json:"auth_time"`
}

// AuthorizeApps lets each of some apps call each of some APIs (APIG V2 §3.10.1).
type AuthorizeApps struct {
	InstanceID string   `json:"instance_id"`
	Body       AuthBody `json:"body"`
}

// AuthBody is the body of APIG V2 §3.10.1.
type AuthBody struct {
	EnvID  string   `json:"env_id" maxLength:"65" doc:"Environment."`
	AppIDs []string `json:"app_ids" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Apps; an id given twice counts once."`
	APIIDs []string `json:"api_ids" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"65" doc:"APIs; at most 1000 pairs of an app and an API."`
}

// AuthStatus is what became of a pair of an app and an API.
type AuthStatus string

// The outcomes of APIG V2 §3.10.1.
const (
	AuthSuccess AuthStatus = "SUCCESS"
	AuthSkipped AuthStatus = "SKIPPED" // was authorized before
	AuthFailed  AuthStatus = "FAILED"
)

// AuthResult is the outcome for one pair. A failed one has no authorization, but the refusal, and the
// name of what there is.
type AuthResult struct {
	AppAuth
	Status  AuthStatus `json:"status"`
	Code    string     `json:"error_code,omitempty"`
	Message string     `json:"error_msg,omitempty"`
	APIName string     `json:"api_name,omitempty"`
	AppName string     `json:"app_name,omitempty"`
}

// RevokeAppAuth ends an authorization (APIG V2 §3.10.2).
type RevokeAppAuth struct {
	InstanceID string `json:"instance_id"`
	AuthID     string `json:"app_auth_id"`
}

// AuthorizeApps decides on the command of that name, pair by pair in the order of the request. A pair
// that is authorized already is skipped, and one with an unknown API fails (APIG.3002); neither stops the
// others. Errors: APIG.2001, 2011; APIG.2003 for more than 1000 pairs; APIG.3030, 3718; APIG.3003;
// APIG.3004 for an unknown app.
func (s *State) AuthorizeApps(m *domain.Moment, c AuthorizeApps) ([]AuthResult, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return nil, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return nil, nil, err
	}
	e, err := in.env(c.Body.EnvID)
	if err != nil {
		return nil, nil, err
	}
	appIDs, apiIDs := distinct(c.Body.AppIDs), distinct(c.Body.APIIDs)
	if len(appIDs)*len(apiIDs) > maxEvents {
		return nil, nil, ErrTooLarge("api_ids")
	}
	for _, id := range appIDs {
		if _, ok := in.credentials.apps[id]; !ok {
			return nil, nil, ErrAppNotFound(id)
		}
	}
	results, events := in.authorize(m, e, appIDs, apiIDs)
	return results, events, nil
}

func (in *instance) authorize(m *domain.Moment, e *environment, appIDs, apiIDs []string) ([]AuthResult, []domain.Event) {
	var results []AuthResult
	var events []domain.Event
	for _, appID := range appIDs {
		for _, apiID := range apiIDs {
			r := in.authorizeOne(m, e, appID, apiID)
			results = append(results, r)
			if r.Status == AuthSuccess {
				events = append(events, AppAuthGranted{r.AppAuth})
			}
		}
	}
	return results, events
}

func (in *instance) authorizeOne(m *domain.Moment, e *environment, appID, apiID string) AuthResult {
	auth := AppAuth{InstanceID: in.ID, AppID: appID, APIID: apiID, EnvID: e.ID}
	if _, err := in.api(apiID); err != nil {
		refused := refusalOf(err)
		return AuthResult{
			AppAuth: auth, Status: AuthFailed, Code: refused.Code, Message: refused.Message, AppName: in.credentials.apps[appID].Name,
		}
	}
	if id := in.credentials.authIDs[keyOfAuth(auth)]; id != "" {
		return AuthResult{AppAuth: in.credentials.auths[id], Status: AuthSkipped}
	}
	auth.ID, auth.AuthTime = m.NewID(), m.Now
	return AuthResult{AppAuth: auth, Status: AuthSuccess}
}

// RevokeAppAuth decides on the command of that name. Errors: APIG.3030, 3718; APIG.3009.
func (s *State) RevokeAppAuth(_ *domain.Moment, c RevokeAppAuth) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	auth, ok := in.credentials.auths[c.AuthID]
	if !ok {
		return None{}, nil, ErrAppAuthNotFound(c.AuthID)
	}
	return None{}, []domain.Event{AppAuthRevoked{auth}}, nil
}
