package apig

import "github.com/gatelog/gatelog/domain"

// ErrURLDomainNotFound is APIG.3020.
func ErrURLDomainNotFound() *domain.Error {
	return domain.Errorf("APIG.3020", "The URL domain does not exist")
}

// ErrURLDomainTaken is APIG.3305: the instance has the domain name at its default port.
func ErrURLDomainTaken(name string) *domain.Error {
	return taken("APIG.3305", "The URL domain name already exists", "url_domain", name)
}

// ErrURLDomainPortTaken is APIG.2050: the instance has the domain name at a custom port.
func ErrURLDomainPortTaken() *domain.Error {
	return about("url_domain", domain.Errorf("APIG.2050", "The combination of this domain name and port already exists"))
}

// ErrURLDomainGroup is APIG.3474: the domain name is bound to another group than the one in the path.
func ErrURLDomainGroup() *domain.Error {
	return about("group_id", domain.Errorf("APIG.3474",
		"The API group ID in the URL does not match the API group to which the URL domain has been bound"))
}

// ErrTooManyURLDomains is APIG.3108, quota APIGROUP_DOMAIN_NUM_LIMIT.
func ErrTooManyURLDomains(limit int) *domain.Error {
	return tooMany("APIG.3108", "domain names", limit)
}

// ErrPortInvalid is APIG.2025: no port that a domain name can use.
func ErrPortInvalid(param string) *domain.Error {
	return about(param, domain.Errorf("APIG.2025", "Invalid port number,parameterName:%s", shown(param)))
}

// ErrPortNotOpen is APIG.2049: the instance has no such custom inbound port of the protocol.
func ErrPortNotOpen(param string) *domain.Error {
	return about(param, domain.Errorf("APIG.2049", "The port is not in the defined custom inbound ports,parameterName:%s", shown(param)))
}

// ErrIngressPortInUse is APIC.7257.
func ErrIngressPortInUse() *domain.Error {
	return about("ingress_port_id", domain.Errorf("APIC.7257", "The custom inbound port is bound to a custom domain name"))
}

// ErrTooManyIngressPorts is APIC.7403.
func ErrTooManyIngressPorts(limit int) *domain.Error {
	return domain.Errorf("APIC.7403", "The number of custom inbound ports has reached the maximum,limit:%d", limit)
}

// ErrIngressPortTaken is APIC.9224: the instance has opened the port already.
func ErrIngressPortTaken() *domain.Error {
	return about("ingress_port", domain.Errorf("APIC.9224", "Add custom inbound port failed: the instance has this port"))
}
