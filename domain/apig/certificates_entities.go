package apig

import "time"

// Certificate is an SSL certificate with its private key (APIG V2 §3.26). It is of the project, for the
// domain names of all instances or of one.
type Certificate struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Type       string `json:"type"`
	InstanceID string `json:"instance_id"` // CommonInstance for a global certificate
	CertificateFacts
	Content string `json:"cert_content"`
	// PrivateKey is sealed: neither a state nor the log ever has it in the clear.
	PrivateKey    string `json:"private_key"`
	TrustedRootCA string `json:"trusted_root_ca,omitempty"`
	CAAlgorithm   string `json:"ca_algorithm,omitempty"` // type of the keys of the trusted root CAs
	// OfDomain says that the certificate came for one domain name (§3.12.2): it goes with its last one.
	OfDomain   bool      `json:"of_domain,omitempty"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// The types of certificates, and what global ones have for an instance (APIG V2 §3.26.2).
const (
	CertificateGlobal   = "global"
	CertificateInstance = "instance"
	CommonInstance      = "common"
)

// CertificateText is what there is to say of a certificate but for its key.
type CertificateText struct {
	Name          string  `json:"name" minLength:"4" maxLength:"50" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]{3,49}$" doc:"Name, unique in the project."`
	Content       string  `json:"cert_content" maxLength:"65535" doc:"Certificate in PEM, and behind it those of who issued it, each by the next one; at most 10."`
	Type          string  `json:"type,omitempty" enum:"instance,global" doc:"instance: for the domain names of one instance, global: of all."`
	InstanceID    string  `json:"instance_id,omitempty" maxLength:"65" doc:"Instance of a certificate of type instance."`
	TrustedRootCA *string `json:"trusted_root_ca,omitempty" maxLength:"65535" doc:"Certificates in PEM of who may issue those that clients show."`
	AlgorithmType string  `json:"algorithm_type,omitempty" enum:"RSA,ECC,SM2" doc:"Type of the key, which the certificate tells as well. SM2 is not supported."`
}

// CertificateBody is the body of APIG V2 §3.26.2 and §3.26.7. In a change, type and trusted_root_ca stay as
// they are when they are left out; an empty trusted_root_ca takes it away.
type CertificateBody struct {
	CertificateText
	PrivateKey     string `json:"private_key" maxLength:"8192" doc:"Private key in PEM, not encrypted."`
	ContentSign    string `json:"cert_content_sign,omitempty" maxLength:"65535" doc:"Only for SM2."`
	PrivateKeySign string `json:"private_key_sign,omitempty" maxLength:"8192" doc:"Only for SM2."`
}

// CreateCertificate brings in a certificate (APIG V2 §3.26.2).
type CreateCertificate struct {
	Body CertificateText `json:"body"`
	Key  SealedSecret    `json:"key"`
}

// UpdateCertificate replaces a certificate (APIG V2 §3.26.7).
type UpdateCertificate struct {
	CertificateID string          `json:"certificate_id"`
	Body          CertificateText `json:"body"`
	Key           SealedSecret    `json:"key"`
}

// DeleteCertificate deletes a certificate without domain names (APIG V2 §3.26.6).
type DeleteCertificate struct {
	CertificateID string `json:"certificate_id"`
}

// DomainCertificateText is what there is to say of the certificate of a domain name but for its key.
type DomainCertificateText struct {
	Name    string `json:"name" minLength:"4" maxLength:"50" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]{3,49}$" doc:"Name, unique in the project."`
	Content string `json:"cert_content" maxLength:"65535" doc:"Certificate in PEM, and behind it those of who issued it, each by the next one; at most 10."`
}

// DomainCertificateBody is the body of APIG V2 §3.12.2.
type DomainCertificateBody struct {
	DomainCertificateText
	PrivateKey string `json:"private_key" maxLength:"8192" doc:"Private key in PEM, not encrypted."`
}

// BindCertificate brings in a certificate for one domain name (APIG V2 §3.12.2).
type BindCertificate struct {
	InstanceID string                `json:"instance_id"`
	GroupID    string                `json:"group_id"`
	DomainID   string                `json:"domain_id"`
	Body       DomainCertificateText `json:"body"`
	Key        SealedSecret          `json:"key"`
}

// SecuredDomain is a domain name with the certificate that it got, and the name of its group.
type SecuredDomain struct {
	Domain          URLDomain `json:"domain"`
	CertificateID   string    `json:"ssl_id"`
	CertificateName string    `json:"ssl_name"`
	GroupName       string    `json:"api_group_name"`
}

// UnbindCertificate takes a certificate from a domain name, and deletes one that came for it alone (APIG V2
// §3.12.6).
type UnbindCertificate struct {
	InstanceID    string `json:"instance_id"`
	GroupID       string `json:"group_id"`
	DomainID      string `json:"domain_id"`
	CertificateID string `json:"certificate_id"`
}

// AttachCertificate gives a domain name a certificate (APIG V2 §3.26.3).
type AttachCertificate struct {
	InstanceID string                `json:"instance_id"`
	GroupID    string                `json:"group_id"`
	DomainID   string                `json:"domain_id"`
	Body       DomainCertificateList `json:"body"`
}

// DetachCertificate takes a certificate from a domain name (APIG V2 §3.26.4).
type DetachCertificate struct {
	InstanceID string                `json:"instance_id"`
	GroupID    string                `json:"group_id"`
	DomainID   string                `json:"domain_id"`
	Body       DomainCertificateList `json:"body"`
}

// DomainCertificateList is the body of APIG V2 §3.26.3 and §3.26.4: exactly one certificate.
type DomainCertificateList struct {
	CertificateIDs []string `json:"certificate_ids" minItems:"1" maxItems:"1" minLength:"1" maxLength:"65" doc:"The certificate; exactly one."`
	VerifyClients  *bool    `json:"verified_client_certificate_enabled,omitempty" doc:"Whether clients must show a certificate. Attaching: by default when all certificates of the domain name have a trusted root CA."`
}

// AttachDomains gives domain names a certificate (APIG V2 §3.26.8).
type AttachDomains struct {
	CertificateID string                `json:"certificate_id"`
	Body          CertificateDomainList `json:"body"`
}

// DetachDomains takes a certificate from domain names (APIG V2 §3.26.9).
type DetachDomains struct {
	CertificateID string                `json:"certificate_id"`
	Body          CertificateDomainList `json:"body"`
}

// CertificateDomainList is the body of APIG V2 §3.26.8 and §3.26.9.
type CertificateDomainList struct {
	Domains []CertificateDomain `json:"domains" minItems:"1" maxItems:"100" doc:"The domain names; at most 100."`
}

// CertificateDomain is a domain name in some instances.
type CertificateDomain struct {
	Domain        string   `json:"domain" maxLength:"255" doc:"The domain name."`
	InstanceIDs   []string `json:"instance_ids,omitempty" maxItems:"100" minLength:"1" maxLength:"65" doc:"Instances that have it; by default all that do, and that the certificate is for."`
	VerifyClients *bool    `json:"verified_client_certificate_enabled,omitempty" doc:"Whether clients must show a certificate."`
}

// Fingerprint is what the client asked for, without what differs with every sending. The key needs no
// place in it: a certificate has one key only.
func (c CreateCertificate) Fingerprint() any { c.Key = c.Key.asked(); return c }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c UpdateCertificate) Fingerprint() any { c.Key = c.Key.asked(); return c }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c BindCertificate) Fingerprint() any { c.Key = c.Key.asked(); return c }

// Check refuses a body that breaks a rule of its members, or with a key that is not the certificate's. It is
// for whoever takes the key out of the body. Errors: APIG.2001, 2011; APIG.2106, 2105, 2104, 2101.
func (b CertificateBody) Check() error {
	if err := violated(b); err != nil {
		return err
	}
	switch {
	case b.AlgorithmType == AlgorithmSM2:
		return ErrInvalidBecause("algorithm_type", "SM2 is not supported")
	case b.ContentSign != "":
		return ErrInvalidBecause("cert_content_sign", "is for SM2 only")
	case b.PrivateKeySign != "":
		return ErrInvalidBecause("private_key_sign", "is for SM2 only")
	}
	return checkPair(b.Content, b.PrivateKey)
}

// Check does for the certificate of a domain name what CertificateBody.Check does.
func (b DomainCertificateBody) Check() error {
	if err := violated(b); err != nil {
		return err
	}
	return checkPair(b.Content, b.PrivateKey)
}
