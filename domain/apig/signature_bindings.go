package apig

import "github.com/gatelog/gatelog/domain"

// BindSignature binds a signature key to publications (APIG V2 §3.7.1).
type BindSignature struct {
	InstanceID string            `json:"instance_id"`
	Body       BindSignatureBody `json:"body"`
}

// BindSignatureBody is the body of APIG V2 §3.7.1.
type BindSignatureBody struct {
	SignID     string   `json:"sign_id" minLength:"1" maxLength:"65" doc:"Signature key."`
	PublishIDs []string `json:"publish_ids" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"65" doc:"Publication records of the APIs; at most 1000."`
}

// UnbindSignature removes a binding of a signature key (APIG V2 §3.7.2).
type UnbindSignature struct {
	InstanceID string `json:"instance_id"`
	BindingID  string `json:"binding_id"`
}

// BoundSignature is the answer to BindSignature.
type BoundSignature struct {
	Signature Signature `json:"signature"`
	Bound     []Bound   `json:"bound"`
}

// BindSignature decides on the command of that name: each publication has at most one key, and the newest
// binding counts (§3.7.1). Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3017; APIG.3015.
func (s *State) BindSignature(m *domain.Moment, c BindSignature) (BoundSignature, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return BoundSignature{}, nil, err
	}
	in, sign, err := s.changingSignature(c.InstanceID, c.Body.SignID)
	if err != nil {
		return BoundSignature{}, nil, err
	}
	bound, events, err := in.bindPolicy(m, in.family(FamilySignature), sign.ID, "", c.Body.PublishIDs)
	return BoundSignature{sign, bound}, events, err
}

// UnbindSignature decides on the command of that name. Errors: APIG.3030, 3718; APIG.3018.
func (s *State) UnbindSignature(_ *domain.Moment, c UnbindSignature) (None, []domain.Event, error) {
	return s.unbindPolicy(c.InstanceID, FamilySignature, c.BindingID, ErrSignatureBindingNotFound())
}
