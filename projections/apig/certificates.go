package apig

import (
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// CertificateRow is a row of the table certificates. View is an answer, ready made. No answer shows the
// certificate itself or its key, so neither is here.
type CertificateRow struct {
	ID                 string          `json:"id"`
	Tenant             string          `json:"tenant"`
	InstanceID         string          `json:"instance_id"` // apig.CommonInstance for a global one
	Type               string          `json:"type"`
	Name               string          `json:"name"`
	CommonName         string          `json:"common_name"`
	SignatureAlgorithm string          `json:"signature_algorithm"`
	AlgorithmType      string          `json:"algorithm_type"`
	HasCA              bool            `json:"has_ca"`
	CreateTime         time.Time       `json:"create_time"`
	View               json.RawMessage `json:"view"`
}

var certificates = projections.NewTable[CertificateRow]("certificates", "id")

// CertificateBase is a certificate in a list (APIG V2 §3.26.1).
type CertificateBase struct {
	ID                 string    `json:"id"`
	Name               string    `json:"name"`
	Type               string    `json:"type" doc:"instance or global."`
	InstanceID         string    `json:"instance_id" doc:"common for a global certificate."`
	ProjectID          string    `json:"project_id"`
	CommonName         string    `json:"common_name"`
	SAN                []string  `json:"san" doc:"Names that the certificate is for."`
	NotAfter           time.Time `json:"not_after"`
	SignatureAlgorithm string    `json:"signature_algorithm"`
	CreateTime         time.Time `json:"create_time"`
	UpdateTime         time.Time `json:"update_time"`
	HasCA              bool      `json:"is_has_trusted_root_ca"`
	AlgorithmType      string    `json:"algorithm_type" doc:"RSA or ECC."`
}

// CertificateView is a certificate with everything that it says of itself (APIG V2 §3.26.5). The
// certificate and its key are never shown.
type CertificateView struct {
	CertificateBase
	Version            int       `json:"version"`
	Organization       []string  `json:"organization"`
	OrganizationalUnit []string  `json:"organizational_unit"`
	Locality           []string  `json:"locality"`
	State              []string  `json:"state"`
	Country            []string  `json:"country"`
	NotBefore          time.Time `json:"not_before"`
	SerialNumber       string    `json:"serial_number"`
	Issuer             []string  `json:"issuer"`
}

// CertificateOf returns a certificate of a tenant as answers show it.
func CertificateOf(tenant string, c apig.Certificate) CertificateView {
	return CertificateView{
		CertificateBase: CertificateBase{
			ID: c.ID, Name: c.Name, Type: c.Type, InstanceID: c.InstanceID, ProjectID: tenant, CommonName: c.CommonName, SAN: orEmpty(c.SAN),
			NotAfter: c.NotAfter, SignatureAlgorithm: c.SignatureAlgorithm, CreateTime: c.CreateTime, UpdateTime: c.UpdateTime,
			HasCA: c.TrustedRootCA != "", AlgorithmType: c.AlgorithmType,
		},
		Version: c.Version, Organization: orEmpty(c.Organization), OrganizationalUnit: orEmpty(c.OrganizationalUnit),
		Locality: orEmpty(c.Locality), State: orEmpty(c.State), Country: orEmpty(c.Country), NotBefore: c.NotBefore,
		SerialNumber: c.SerialNumber, Issuer: orEmpty(c.Issuer),
	}
}

// orEmpty returns a list that JSON shows as one even when it is empty.
func orEmpty(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}

// applyCertificate says what the events of certificates change.
func applyCertificate(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.CertificateCreated:
		return putCertificate(c, rec, ev.Certificate)
	case apig.CertificateUpdated:
		return putCertificate(c, rec, ev.Certificate)
	case apig.CertificateDeleted:
		certificates.Delete(c, ev.CertificateID)
	}
	return nil
}

func putCertificate(c *projections.Changes, rec domain.Recorded, cert apig.Certificate) error {
	view, err := json.Marshal(CertificateOf(rec.Tenant, cert))
	if err != nil {
		return err
	}
	certificates.Put(c, CertificateRow{
		ID: cert.ID, Tenant: rec.Tenant, InstanceID: cert.InstanceID, Type: cert.Type, Name: cert.Name, CommonName: cert.CommonName,
		SignatureAlgorithm: cert.SignatureAlgorithm, AlgorithmType: cert.AlgorithmType, HasCA: cert.TrustedRootCA != "",
		CreateTime: cert.CreateTime, View: view,
	})
	return nil
}
