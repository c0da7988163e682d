package apig

import (
	"context"

	"github.com/gatelog/gatelog/domain/apig"
)

// SignatureView is a signature key with what other rows say of it.
type SignatureView struct {
	SignatureRow
	BindNum int `json:"bind_num"`
}

const signatureColumns = "k.*, (SELECT count(*) FROM apig.policy_bindings n WHERE n.policy_id = k.id) AS bind_num"

var signaturePolicies = policies{"apig.signatures", "name"}

// SignatureFilter narrows the list of signature keys (APIG V2 §3.6.4).
type SignatureFilter struct {
	ID, Name  string
	ExactName bool
}

// Signatures returns a page of the instance's signature keys, newest first, and their number in all.
func (q *Queries) Signatures(ctx context.Context, in In, f SignatureFilter, p Page) ([]SignatureView, int, error) {
	w := in.where("k")
	w.is("k.id", f.ID)
	w.like("k.name", f.Name, f.ExactName)
	return pageIn[SignatureView](ctx, q, in, signatureColumns, "apig.signatures k", w, "k.create_time DESC, k.id", p)
}

// hasSignature returns APIG.3030 or APIG.3017 unless the signature key is there.
func (q *Queries) hasSignature(ctx context.Context, in In, id string) error {
	var found bool
	err := q.get(ctx, &found, "SELECT true FROM apig.signatures WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return q.missing(ctx, in, err, apig.ErrSignatureNotFound(id))
}

// SignedAPIs returns a page of the published APIs that a key is bound to (APIG V2 §3.7.5), or APIG.3030,
// APIG.3017.
func (q *Queries) SignedAPIs(ctx context.Context, in In, id string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	if err := q.hasSignature(ctx, in, id); err != nil {
		return nil, 0, err
	}
	return q.boundAPIs(ctx, in, signaturePolicies, id, f, p)
}

// UnsignedAPIs returns a page of the published APIs that a key is not bound to, with the key that they have
// (APIG V2 §3.7.4), or APIG.3030, APIG.3017.
func (q *Queries) UnsignedAPIs(ctx context.Context, in In, id string, f BoundAPIFilter, p Page) ([]BoundAPI, int, error) {
	if err := q.hasSignature(ctx, in, id); err != nil {
		return nil, 0, err
	}
	return q.unboundAPIs(ctx, in, signaturePolicies, id, slotOf(apig.FamilySignature, ""), f, p)
}

// SignedAPI is an API in an environment with the signature key that it has there.
type SignedAPI struct {
	BoundAPI
	SignType  string `json:"sign_type"`
	SealedKey string `json:"sealed_key"`
}

// SignatureOfFilter narrows the list of an API's signature keys (APIG V2 §3.7.3).
type SignatureOfFilter struct{ SignID, SignName, EnvID string }

// SignaturesOf returns a page of the signature keys that are bound to an API, newest binding first (APIG V2
// §3.7.3), or APIG.3030, APIG.3002.
func (q *Queries) SignaturesOf(ctx context.Context, in In, apiID string, f SignatureOfFilter, p Page) ([]SignedAPI, int, error) {
	if _, err := q.owner(ctx, in, apiID); err != nil {
		return nil, 0, err
	}
	w := in.where("b")
	w.must("b.api_id", apiID)
	w.is("b.env_id", f.EnvID)
	w.is("o.id", f.SignID)
	w.like("o.name", f.SignName, false)
	from := "apig.policy_bindings b JOIN apig.publications p ON p.instance_id = b.instance_id AND p.api_id = b.api_id AND p.env_id = b.env_id" + boundTables +
		" JOIN apig.signatures o ON o.instance_id = b.instance_id AND o.id = b.policy_id"
	columns := boundColumns + "o.name AS policy_name, o.type AS sign_type, o.sealed_key"
	return page[SignedAPI](ctx, q, columns, from, w, "b.bind_time DESC, b.id", p)
}
