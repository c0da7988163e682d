package apig_test

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// §5.4 and the examples of §3.12 and §3.26.
func TestErrorsOfDomainNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got                  *domain.Error
		code, message, param string
	}{
		{apig.ErrPortInvalid("p"), "APIG.2025", "Invalid port number,parameterName:p", "p"},
		{apig.ErrPortNotOpen("p"), "APIG.2049", "The port is not in the defined custom inbound ports,parameterName:p", "p"},
		{apig.ErrURLDomainPortTaken(), "APIG.2050", "The combination of this domain name and port already exists", "url_domain"},
		{apig.ErrDomainHasCertificate(), "APIG.2051", "A domain name cannot be bound with different certificates", ""},
		{apig.ErrKeyMismatch(), "APIG.2101", "The certificate and private key do not match", "private_key"},
		{apig.ErrCertificateExpired("p"), "APIG.2102", "The certificate has expired", "p"},
		{apig.ErrCertificateDomain("a"), "APIG.2103", "The certificate domain name and the custom domain name do not match,url_domain:a", ""},
		{apig.ErrCertificateChain(), "APIG.2104", "The certificate chain is not matched", "cert_content"},
		{apig.ErrKeyEncrypted(), "APIG.2105", "Encrypted private keys are not supported", "private_key"},
		{apig.ErrCertificateInvalid("p"), "APIG.2106", "Invalid certificate or private key,parameterName:p", "p"},
		{apig.ErrSANMissing(), "APIG.2109", "Invalid certificate. SAN missing", "cert_content"},
		{apig.ErrURLDomainNotFound(), "APIG.3020", "The URL domain does not exist", ""},
		{apig.ErrCertificateNotFound("1"), "APIG.3021", "SSL certificate 1 does not exist", ""},
		{apig.ErrCertificateNotAttached(), "APIG.3097", "The binding record of this SSL certificate and domain name does not exist", ""},
		{apig.ErrTooManyURLDomains(5), "APIG.3108", "The number of domain names exceeds the maximum allowed limit,limit:5", ""},
		{apig.ErrCertificateTooLong(), "APIG.3148", "Invalid certificate. Add one that expires before January 19, 2038 03:14:07 UTC", "cert_content"},
		{apig.ErrURLDomainTaken("a"), "APIG.3305", "The URL domain name already exists, url_domain:a", "url_domain"},
		{apig.ErrCertificateNameTaken("a"), "APIG.3325", "The certificate name already exists, name:a", "name"},
		{apig.ErrURLDomainGroup(), "APIG.3474", "The API group ID in the URL does not match the API group to which the URL domain has been bound", "group_id"},
		{apig.ErrCAAlgorithms(), "APIG.3715", "A domain name can only be bound with CA certificates of the same algorithm type", "trusted_root_ca"},
		{apig.ErrIngressPortInUse(), "APIC.7257", "The custom inbound port is bound to a custom domain name", "ingress_port_id"},
		{apig.ErrTooManyIngressPorts(40), "APIC.7403", "The number of custom inbound ports has reached the maximum,limit:40", ""},
		{apig.ErrIngressPortTaken(), "APIC.9224", "Add custom inbound port failed: the instance has this port", "ingress_port"},
	} {
		t.Run(c.code+" "+c.message, func(t *testing.T) {
			t.Parallel()
			if want := (domain.Error{Code: c.code, Message: c.message, Param: c.param}); *c.got != want {
				t.Errorf("got  %+v\nwant %+v", *c.got, want)
			}
		})
	}
}
