package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// SwitchVersion puts an earlier version of an API in effect again, in the environment that it was made
// for (APIG V2 §3.5.11).
type SwitchVersion struct {
	InstanceID string            `json:"instance_id"`
	APIID      string            `json:"api_id"`
	Body       SwitchVersionBody `json:"body"`
}

// SwitchVersionBody is the body of APIG V2 §3.5.11.
type SwitchVersionBody struct {
	VersionID string `json:"version_id" maxLength:"65" doc:"Version to put in effect."`
}

// OfflineVersion takes an API out of the environment in which the version is in effect (APIG V2
// §3.5.14).
type OfflineVersion struct {
	InstanceID string `json:"instance_id"`
	VersionID  string `json:"version_id"`
}

// SwitchVersion decides on the command of that name. Any version will do, however old, and whether or
// not the API is online in the environment now; a version in effect gets a new publication record.
// Errors: APIG.2001; APIG.3030, 3718; APIG.3002; APIG.3022; APIG.3003 and 3001 when the environment or
// the group of the version is gone, APIG.3023, 3081 and 3007 when something that it refers to is; ErrNotPlaced.
func (s *State) SwitchVersion(m *domain.Moment, c SwitchVersion) (Publication, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return Publication{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Publication{}, nil, err
	}
	a, err := in.api(c.APIID)
	if err != nil {
		return Publication{}, nil, err
	}
	v, ok := in.versions[c.Body.VersionID]
	if !ok || v.apiID != a.ID {
		return Publication{}, nil, ErrVersionNotFound(c.Body.VersionID)
	}
	e, err := in.env(v.envID)
	if err != nil {
		return Publication{}, nil, err
	}
	if _, err := in.group(v.groupID); err != nil {
		return Publication{}, nil, err
	}
	if err := in.thereStill(v.uses, v.groupID); err != nil {
		return Publication{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return Publication{}, nil, err
	}
	p := in.record(m, a, e, v)
	return p, []domain.Event{APIVersionSwitched{p}}, nil
}

// OfflineVersion decides on the command of that name. Errors: APIG.3030, 3718; APIG.3022; APIG.3015 when
// the version is not the one in effect.
func (s *State) OfflineVersion(_ *domain.Moment, c OfflineVersion) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	v, ok := in.versions[c.VersionID]
	if !ok {
		return None{}, nil, ErrVersionNotFound(c.VersionID)
	}
	p, ok := in.apis[v.apiID].inEffect[v.envID]
	if !ok || p.VersionID != v.id {
		return None{}, nil, ErrPublicationNotFound(v.apiID)
	}
	return None{}, []domain.Event{APITakenOffline{p.Publication}}, nil
}
