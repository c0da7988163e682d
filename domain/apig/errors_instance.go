package apig

import "github.com/gatelog/gatelog/domain"

// ErrNoLoadBalancing is APIC.7242: only an instance with an ELB can do this (APIG V2 §3.23.10 to §3.23.12).
func ErrNoLoadBalancing() *domain.Error {
	return domain.Errorf("APIC.7242", "Load balancing is not supported by this edition: the instance has no ELB")
}

// ErrResizeUnsupported is APIC.7243: an instance cannot change to that specification in that way.
func ErrResizeUnsupported() *domain.Error {
	return about("spec_id", domain.Errorf("APIC.7243", "Scale-up is not supported by this edition"))
}

// ErrNoEgress is APIC.7311: the instance does not reach the public network.
func ErrNoEgress() *domain.Error {
	return domain.Errorf("APIC.7311", "The NAT EIP does not exist: public outbound access is not enabled for the instance")
}

// ErrIPv6Bandwidth is APIC.7313; least is in Mbit/s.
func ErrIPv6Bandwidth(least int) *domain.Error {
	return about("bandwidth_size", domain.Errorf("APIC.7313", "The bandwidth for IPv6 cannot be less than %d Mbit/s", least))
}

// ErrEndpointNotFound is APIC.7314: the instance, its endpoint service or an endpoint of it does not exist.
func ErrEndpointNotFound() *domain.Error {
	return domain.Errorf("APIC.7314", "Endpoint service not found")
}

// ErrSameSpec is APIC.7707.
func ErrSameSpec() *domain.Error {
	return about("spec_id", domain.Errorf("APIC.7707", "Scaling up to the same specifications is not allowed"))
}

// ErrEgressOpen is APIC.7709: the instance reaches the public network already.
func ErrEgressOpen() *domain.Error {
	return domain.Errorf("APIC.7709", "Public network access is enabled for the gateway")
}

// ErrIngressOpen is APIC.7711: the instance can be reached from the public network already.
func ErrIngressOpen() *domain.Error {
	return domain.Errorf("APIC.7711", "Public inbound access is enabled for the instance")
}

// ErrNoIngress is APIC.9211: there is no public access to the instance whose bandwidth could change.
func ErrNoIngress() *domain.Error {
	return domain.Errorf("APIC.9211", "update bandwidth size failed: public inbound access is not enabled for the instance")
}
