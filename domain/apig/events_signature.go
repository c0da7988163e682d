package apig

import "github.com/gatelog/gatelog/domain"

// SignatureCreated: a signature key came into being (APIG V2 §3.6.1).
type SignatureCreated struct {
	Signature Signature `json:"signature"`
}

// SignatureUpdated: a signature key changed (APIG V2 §3.6.2).
type SignatureUpdated struct {
	Signature Signature `json:"signature"`
	Changed   []string  `json:"changed"`
}

// SignatureDeleted: a signature key is gone, and with it its bindings (APIG V2 §3.6.3).
type SignatureDeleted struct {
	InstanceID string `json:"instance_id"`
	SignID     string `json:"sign_id"`
	Name       string `json:"name"`
}

// SignatureBound: a signature key was bound to a publication (APIG V2 §3.7.1). Replaced is the binding
// that gave way, empty for none.
type SignatureBound struct {
	Binding  Binding `json:"binding"`
	Replaced string  `json:"replaced,omitempty"`
}

// SignatureUnbound: a binding of a signature key was removed (APIG V2 §3.7.2).
type SignatureUnbound struct {
	Binding Binding `json:"binding"`
}

// EventType implements domain.Event.
func (SignatureCreated) EventType() string { return "apig.signature.created" }

// EventType implements domain.Event.
func (SignatureUpdated) EventType() string { return "apig.signature.updated" }

// EventType implements domain.Event.
func (SignatureDeleted) EventType() string { return "apig.signature.deleted" }

// EventType implements domain.Event.
func (SignatureBound) EventType() string { return "apig.signature.bound" }

// EventType implements domain.Event.
func (SignatureUnbound) EventType() string { return "apig.signature.unbound" }

// Of implements domain.Event.
func (ev SignatureCreated) Of() domain.Aggregate { return signatureAggregate(ev.Signature.ID) }

// Of implements domain.Event.
func (ev SignatureUpdated) Of() domain.Aggregate { return signatureAggregate(ev.Signature.ID) }

// Of implements domain.Event.
func (ev SignatureDeleted) Of() domain.Aggregate { return signatureAggregate(ev.SignID) }

// Of implements domain.Event.
func (ev SignatureBound) Of() domain.Aggregate { return signatureAggregate(ev.Binding.PolicyID) }

// Of implements domain.Event.
func (ev SignatureUnbound) Of() domain.Aggregate { return signatureAggregate(ev.Binding.PolicyID) }

func signatureAggregate(id string) domain.Aggregate {
	return domain.Aggregate{Kind: "signature", ID: id}
}

func (ev SignatureCreated) at() string { return ev.Signature.InstanceID }
func (ev SignatureUpdated) at() string { return ev.Signature.InstanceID }
func (ev SignatureDeleted) at() string { return ev.InstanceID }
func (ev SignatureBound) at() string   { return ev.Binding.InstanceID }
func (ev SignatureUnbound) at() string { return ev.Binding.InstanceID }

func (ev SignatureCreated) fold(in *instance, _ domain.Recorded) { in.signing.put(ev.Signature) }

func (ev SignatureUpdated) fold(in *instance, _ domain.Recorded) { in.signing.put(ev.Signature) }

func (s *signing) put(now Signature) {
	delete(s.names, s.keys[now.ID].Name)
	s.keys[now.ID], s.names[now.Name] = now, now.ID
}

func (ev SignatureDeleted) fold(in *instance, _ domain.Recorded) {
	in.signing.bound.dropPolicy(ev.SignID)
	delete(in.signing.names, in.signing.keys[ev.SignID].Name)
	delete(in.signing.keys, ev.SignID)
}

func (ev SignatureBound) fold(in *instance, _ domain.Recorded) { in.signing.bound.add(ev.Binding) }

func (ev SignatureUnbound) fold(in *instance, _ domain.Recorded) {
	in.signing.bound.drop(ev.Binding.ID)
}
