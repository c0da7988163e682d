package apig

import "github.com/gatelog/gatelog/domain"

// ErrCertificateNotFound is APIG.3021.
func ErrCertificateNotFound(id string) *domain.Error {
	return missing("APIG.3021", "SSL certificate", id)
}

// ErrCertificateNotAttached is APIG.3097: the domain name has not this certificate.
func ErrCertificateNotAttached() *domain.Error {
	return domain.Errorf("APIG.3097", "The binding record of this SSL certificate and domain name does not exist")
}

// ErrCertificateNameTaken is APIG.3325.
func ErrCertificateNameTaken(name string) *domain.Error {
	return taken("APIG.3325", "The certificate name already exists", "name", name)
}

// ErrDomainHasCertificate is APIG.2051: the domain name has another certificate of the algorithm.
func ErrDomainHasCertificate() *domain.Error {
	return domain.Errorf("APIG.2051", "A domain name cannot be bound with different certificates")
}

// ErrCAAlgorithms is APIG.3715: the trusted root CAs of a domain name's certificates differ in algorithm.
func ErrCAAlgorithms() *domain.Error {
	return about("trusted_root_ca", domain.Errorf("APIG.3715", "A domain name can only be bound with CA certificates of the same algorithm type"))
}

// ErrKeyMismatch is APIG.2101.
func ErrKeyMismatch() *domain.Error {
	return about("private_key", domain.Errorf("APIG.2101", "The certificate and private key do not match"))
}

// ErrCertificateExpired is APIG.2102; param says which certificate.
func ErrCertificateExpired(param string) *domain.Error {
	return about(param, domain.Errorf("APIG.2102", "The certificate has expired"))
}

// ErrCertificateDomain is APIG.2103: the certificate is not for the domain name.
func ErrCertificateDomain(name string) *domain.Error {
	return domain.Errorf("APIG.2103", "The certificate domain name and the custom domain name do not match,url_domain:%s", shown(name))
}

// ErrCertificateChain is APIG.2104: a certificate was not issued by the one behind it.
func ErrCertificateChain() *domain.Error {
	return about("cert_content", domain.Errorf("APIG.2104", "The certificate chain is not matched"))
}

// ErrKeyEncrypted is APIG.2105.
func ErrKeyEncrypted() *domain.Error {
	return about("private_key", domain.Errorf("APIG.2105", "Encrypted private keys are not supported"))
}

// ErrCertificateInvalid is APIG.2106: a certificate or key cannot be read, or is of a kind that is not
// supported; param says which.
func ErrCertificateInvalid(param string) *domain.Error {
	return about(param, domain.Errorf("APIG.2106", "Invalid certificate or private key,parameterName:%s", shown(param)))
}

// ErrSANMissing is APIG.2109.
func ErrSANMissing() *domain.Error {
	return about("cert_content", domain.Errorf("APIG.2109", "Invalid certificate. SAN missing"))
}

// ErrCertificateTooLong is APIG.3148: the certificate is valid for longer than gateways can count.
func ErrCertificateTooLong() *domain.Error {
	return about("cert_content", domain.Errorf("APIG.3148",
		"Invalid certificate. Add one that expires before January 19, 2038 03:14:07 UTC"))
}
