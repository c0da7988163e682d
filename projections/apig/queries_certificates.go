package apig

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
)

// Certificate returns a certificate of a tenant (APIG V2 §3.26.5), or APIG.3021.
func (q *Queries) Certificate(ctx context.Context, tenant, id string) (CertificateView, error) {
	var text []byte
	err := q.get(ctx, &text, "SELECT view FROM apig.certificates WHERE id = $1 AND tenant = $2", id, tenant)
	if errors.Is(err, sql.ErrNoRows) {
		return CertificateView{}, apig.ErrCertificateNotFound(id)
	}
	if err != nil {
		return CertificateView{}, err
	}
	var view CertificateView
	return view, json.Unmarshal(text, &view)
}

// CertificateFilter narrows the list of certificates (APIG V2 §3.26.1). Names and algorithm are contained.
type CertificateFilter struct {
	Name, CommonName, SignatureAlgorithm string
	Type, AlgorithmType                  string
}

// Certificates returns a page of the certificates that can be used in an instance: its own and the global
// ones, newest first; for apig.CommonInstance the global ones. Errors: APIG.3030.
func (q *Queries) Certificates(ctx context.Context, in In, f CertificateFilter, p Page) ([]CertificateBase, int, error) {
	if in.Instance != apig.CommonInstance {
		if err := q.Exists(ctx, in); err != nil {
			return nil, 0, err
		}
	}
	w := &where{}
	w.must("c.tenant", in.Tenant)
	w.add("c.instance_id = ANY($%d)", pq.Array([]string{in.Instance, apig.CommonInstance}))
	w.like("c.name", f.Name, false)
	w.like("c.common_name", f.CommonName, false)
	w.like("c.signature_algorithm", f.SignatureAlgorithm, false)
	w.is("c.type", f.Type)
	w.is("c.algorithm_type", f.AlgorithmType)
	rows, total, err := page[CertificateRow](ctx, q, "c.*", "apig.certificates c", w, "c.create_time DESC, c.id", p)
	if err != nil {
		return nil, 0, err
	}
	all := make([]CertificateBase, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.View, &all[i]); err != nil {
			return nil, 0, fmt.Errorf("certificate %s: %w", row.ID, err)
		}
	}
	return all, total, nil
}

// DomainCertificate returns a certificate that a domain name has (APIG V2 §3.12.7), or APIG.3030; APIG.3001;
// APIG.3020, 3474; APIG.3021; APIG.3097.
func (q *Queries) DomainCertificate(ctx context.Context, in In, groupID, domainID, id string) (CertificateView, error) {
	if _, err := q.Domain(ctx, in, groupID, domainID); err != nil {
		return CertificateView{}, err
	}
	view, err := q.Certificate(ctx, in.Tenant, id)
	if err != nil {
		return CertificateView{}, err
	}
	var has bool
	err = q.get(ctx, &has, "SELECT true FROM apig.domain_certificates WHERE domain_id = $1 AND certificate_id = $2", domainID, id)
	if errors.Is(err, sql.ErrNoRows) {
		return CertificateView{}, apig.ErrCertificateNotAttached()
	}
	return view, err
}

// AttachedDomain is a domain name that has a certificate, with names of what it belongs to.
type AttachedDomain struct {
	DomainRow
	GroupName       string `json:"group_name"`
	CertificateID   string `json:"certificate_id"`
	CertificateName string `json:"certificate_name"`
}

// AttachedDomains returns a page of the domain names that have a certificate, newest first (APIG V2
// §3.26.10), or APIG.3021.
func (q *Queries) AttachedDomains(ctx context.Context, tenant, id, name string, p Page) ([]AttachedDomain, int, error) {
	if _, err := q.Certificate(ctx, tenant, id); err != nil {
		return nil, 0, err
	}
	w := &where{}
	w.must("x.certificate_id", id)
	w.must("x.tenant", tenant)
	w.like("d.name", name, false)
	from := `apig.domain_certificates x JOIN apig.domains d ON d.id = x.domain_id
		JOIN apig.certificates c ON c.id = x.certificate_id JOIN apig.groups g ON g.id = d.group_id`
	columns := "d.*, g.name AS group_name, c.id AS certificate_id, c.name AS certificate_name"
	return page[AttachedDomain](ctx, q, columns, from, w, "d.bind_time DESC, d.id", p)
}
