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

// ErrInstanceParam is APIC.7211: a parameter of an instance operation breaks its rule.
func ErrInstanceParam(param string) *domain.Error {
	return about(param, domain.Errorf("APIC.7211", "Parameter value does not match the rules, parameter name[%s]", shown(param)))
}

// ErrMaintainLength is APIC.7230.
func ErrMaintainLength() *domain.Error {
	return domain.Errorf("APIC.7230", "The maintenance time window must be 4 hours")
}

// ErrMaintainHours is APIC.7235.
func ErrMaintainHours() *domain.Error {
	return domain.Errorf("APIC.7235", "The maintenance time window must start or end with 2, 6, 10, 14, 18, or 22")
}

// ErrEnterpriseProject is APIC.7241.
func ErrEnterpriseProject() *domain.Error {
	return about("enterprise_project_id", domain.Errorf("APIC.7241",
		"An enterprise project ID must be specified if you are an enterprise user"))
}

// ErrSpecNotFound is APIC.7301.
func ErrSpecNotFound() *domain.Error {
	return about("spec_id", domain.Errorf("APIC.7301", "Instance spec not found"))
}

// ErrInstanceUnknown is APIC.7302: no such instance, in an operation on instances themselves.
func ErrInstanceUnknown() *domain.Error { return domain.Errorf("APIC.7302", "Instance not found") }

// ErrTooManyInstances is APIC.7400, quota INSTANCE_NUM_LIMIT.
func ErrTooManyInstances(limit int) *domain.Error {
	return domain.Errorf("APIC.7400", "Maximum number of gateways reached,limit:%d", limit)
}

// ErrTooManyInstanceTags is APIC.7402.
func ErrTooManyInstanceTags(limit int) *domain.Error {
	return about("tags", domain.Errorf("APIC.7402", "The number of tags exceeds the maximum allowed limit,limit:%d", limit))
}

// ErrInstanceNameTaken is APIC.7500.
func ErrInstanceNameTaken(name string) *domain.Error {
	return taken("APIC.7500", "The gateway name already exists", "instance_name", name)
}

// ErrInstanceBusy is APIC.7701: the instance's status does not allow the operation now.
func ErrInstanceBusy(status string) *domain.Error {
	return domain.Errorf("APIC.7701", "Instance status conflict,status:%s", shown(status))
}
