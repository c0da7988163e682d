package apig

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Signature is a signature key (APIG V2 §3.6): what a gateway signs its requests to backends with.
type Signature struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
	Type       string `json:"sign_type"`
	Algorithm  string `json:"sign_algorithm,omitempty"` // of type aes alone
	// Key and Secret are sealed: neither a state nor the log ever has them in the clear.
	Key        string    `json:"sign_key"`
	Secret     string    `json:"sign_secret"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// CreateSignature creates a signature key (APIG V2 §3.6.1). Key and Secret stand for those of the body.
type CreateSignature struct {
	InstanceID string        `json:"instance_id"`
	Body       SignatureBody `json:"body"`
	Key        SignSecret    `json:"key"`
	Secret     SignSecret    `json:"secret"`
}

// UpdateSignature changes a signature key (APIG V2 §3.6.2). Key and Secret stand for those of the body.
type UpdateSignature struct {
	InstanceID string        `json:"instance_id"`
	SignID     string        `json:"sign_id"`
	Body       SignatureBody `json:"body"`
	Key        SignSecret    `json:"key"`
	Secret     SignSecret    `json:"secret"`
}

// DeleteSignature deletes a signature key with its bindings (APIG V2 §3.6.3).
type DeleteSignature struct {
	InstanceID string `json:"instance_id"`
	SignID     string `json:"sign_id"`
}

// SignSecret is a key or secret as it travels in a command: sealed, with the forms that it has.
type SignSecret struct {
	SealedSecret
	Forms []string `json:"forms,omitempty"` // of one that the client gave
}

// Fingerprint is what the client asked for, without what differs with every sending.
func (c CreateSignature) Fingerprint() any {
	c.Key.SealedSecret, c.Secret.SealedSecret = c.Key.asked(), c.Secret.asked()
	return c
}

// Fingerprint is what the client asked for, without what differs with every sending.
func (c UpdateSignature) Fingerprint() any {
	c.Key.SealedSecret, c.Secret.SealedSecret = c.Key.asked(), c.Secret.asked()
	return c
}

// signing is what an instance knows of its signature keys.
type signing struct {
	keys  map[string]Signature
	names map[string]string // name to id
	bound bindings
}

func newSigning() signing {
	return signing{keys: map[string]Signature{}, names: map[string]string{}, bound: newBindings()}
}

// CreateSignature decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3548 (type not supported); APIG.3105 (quota SIGN_NUM_LIMIT); APIG.3207 (name).
func (s *State) CreateSignature(m *domain.Moment, c CreateSignature) (Signature, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return Signature{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Signature{}, nil, err
	}
	if in.signing.names[c.Body.Name] != "" {
		return Signature{}, nil, ErrSignatureNameTaken(c.Body.Name)
	}
	if limit := in.quota(quotaSigns); len(in.signing.keys) >= limit {
		return Signature{}, nil, ErrTooManySignatures(limit)
	}
	sign := Signature{ID: m.NewID(), InstanceID: in.ID, CreateTime: m.Now, UpdateTime: m.Now}
	if err := in.rewrite(&sign, c.Body, c.Key, c.Secret); err != nil {
		return Signature{}, nil, err
	}
	return sign, []domain.Event{SignatureCreated{sign}}, nil
}

// UpdateSignature decides on the command of that name. What is left out, but for the name, stays as it is;
// a key and a secret that do not fit another type are generated anew. Those that are given always count
// as other ones. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3017; APIG.3548; APIG.3207 (name).
func (s *State) UpdateSignature(m *domain.Moment, c UpdateSignature) (Signature, []domain.Event, error) {
	if err := c.Body.Check(); err != nil {
		return Signature{}, nil, err
	}
	in, old, err := s.changingSignature(c.InstanceID, c.SignID)
	if err != nil {
		return Signature{}, nil, err
	}
	if id := in.signing.names[c.Body.Name]; id != "" && id != old.ID {
		return Signature{}, nil, ErrSignatureNameTaken(c.Body.Name)
	}
	sign := old
	if err := in.rewrite(&sign, c.Body, c.Key, c.Secret); err != nil {
		return Signature{}, nil, err
	}
	changed := names(difference{"name", sign.Name != old.Name}, difference{"sign_type", sign.Type != old.Type},
		difference{"sign_algorithm", sign.Algorithm != old.Algorithm}, difference{"sign_key", sign.Key != old.Key},
		difference{"sign_secret", sign.Secret != old.Secret})
	if changed == nil {
		return sign, nil, nil
	}
	sign.UpdateTime = m.Now
	return sign, []domain.Event{SignatureUpdated{sign, changed}}, nil
}

// rewrite brings a request into a signature key, which is empty when it is new.
func (in *instance) rewrite(sign *Signature, b SignatureBody, key, secret SignSecret) error {
	before := formOf(sign.Type, sign.Algorithm)
	sign.Name = b.Name
	if b.Type != "" || sign.Type == "" {
		sign.Type = b.typed()
	}
	if err := sign.setAlgorithm(b.Algorithm); err != nil {
		return err
	}
	if sign.Type == signPublicKey && !in.signsWithPublicKeys() {
		return ErrSignTypeUnsupported(sign.Type, in.ID)
	}
	now := formOf(sign.Type, sign.Algorithm)
	for _, part := range []struct {
		name string
		kept *string
		now  SignSecret
	}{{"sign_key", &sign.Key, key}, {"sign_secret", &sign.Secret, secret}} {
		switch {
		case part.now.Own && !slices.Contains(part.now.Forms, now):
			return ErrInvalid(part.name)
		case part.now.Own || now != before:
			*part.kept = part.now.Text
		}
	}
	return nil
}

// setAlgorithm sets the algorithm, which type aes alone has.
func (sign *Signature) setAlgorithm(asked string) error {
	switch {
	case sign.Type != signAES && asked != "":
		return ErrInvalidBecause("sign_algorithm", "is for sign_type aes only")
	case sign.Type != signAES:
		sign.Algorithm = ""
	case asked != "":
		sign.Algorithm = asked
	case sign.Algorithm == "":
		sign.Algorithm = signAES128
	}
	return nil
}

// signsWithPublicKeys reports whether the feature public_key, or the quota PUBLIC_KEY_SWITCH, is on.
func (in *instance) signsWithPublicKeys() bool {
	if in.quota(quotaPublicKeys) == switchOn {
		return true
	}
	f, ok := in.features[signPublicKey]
	var config struct {
		Enable string `json:"enable"`
	}
	return ok && f.Enable && json.Unmarshal([]byte(f.Config), &config) == nil && config.Enable == "on"
}

// DeleteSignature decides on the command of that name: a key that is bound goes too (§3.6.3). Errors:
// APIG.3030, 3718; APIG.3017.
func (s *State) DeleteSignature(_ *domain.Moment, c DeleteSignature) (None, []domain.Event, error) {
	in, sign, err := s.changingSignature(c.InstanceID, c.SignID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{SignatureDeleted{InstanceID: in.ID, SignID: sign.ID, Name: sign.Name}}, nil
}

func (s *State) changingSignature(instanceID, id string) (*instance, Signature, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, Signature{}, err
	}
	sign, ok := in.signing.keys[id]
	if !ok {
		return nil, Signature{}, ErrSignatureNotFound(id)
	}
	return in, sign, nil
}
