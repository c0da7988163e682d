package apig

import "github.com/gatelog/gatelog/domain"

// Codec returns a codec that knows every event of this surface.
func Codec() *domain.Codec {
	c := domain.NewCodec()
	for _, sample := range []domain.Event{
		InstanceRequested{}, InstanceProgressed{}, InstanceUpdated{}, InstanceDeleted{},
		InstanceEIPBound{}, InstanceEIPUnbound{}, InstanceEgressOpened{}, InstanceEgressChanged{}, InstanceEgressClosed{},
		InstanceIngressOrdered{}, InstanceIngressClosed{}, InstanceResizeOrdered{}, InstanceTagsChanged{},
		EndpointPermissionsAdded{}, EndpointPermissionsRemoved{}, EndpointConnectionRequested{}, EndpointConnectionsDecided{},
		AIKeyCreated{}, AIKeyDeleted{},
		GroupCreated{}, GroupUpdated{}, GroupDeleted{},
		EnvCreated{}, EnvUpdated{}, EnvDeleted{},
		VariableCreated{}, VariableUpdated{}, VariableDeleted{},
		APICreated{}, APIUpdated{}, APIDeleted{},
		APIPublished{}, APIVersionSwitched{}, APITakenOffline{},
		FeatureConfigured{}, QuotaSet{},
		ChannelCreated{}, ChannelUpdated{}, ChannelDeleted{},
		AuthorizerCreated{}, AuthorizerUpdated{}, AuthorizerDeleted{},
		ResponseCreated{}, ResponseUpdated{}, ResponseDeleted{},
		AppCreated{}, AppUpdated{}, AppSecretReset{}, AppDeleted{}, AppACLSet{}, AppACLDeleted{}, AppCodeCreated{}, AppCodeDeleted{},
		AppAuthGranted{}, AppAuthRevoked{},
		AppQuotaCreated{}, AppQuotaUpdated{}, AppQuotaDeleted{}, AppQuotaBound{}, AppQuotaUnbound{},
		ThrottleCreated{}, ThrottleUpdated{}, ThrottleDeleted{}, ThrottleBound{}, ThrottleUnbound{},
		SpecialThrottleCreated{}, SpecialThrottleUpdated{}, SpecialThrottleDeleted{},
		ACLCreated{}, ACLUpdated{}, ACLDeleted{}, ACLBound{}, ACLUnbound{},
		OrchestrationCreated{}, OrchestrationUpdated{}, OrchestrationDeleted{},
		TaskRequested{}, TaskStarted{}, TaskFinished{}, TaskExpired{},
		SignatureCreated{}, SignatureUpdated{}, SignatureDeleted{}, SignatureBound{}, SignatureUnbound{},
		PluginCreated{}, PluginUpdated{}, PluginDeleted{}, PluginAttached{}, PluginDetached{},
		URLDomainBound{}, URLDomainUpdated{}, URLDomainUnbound{}, CertificateAttached{}, CertificateDetached{},
		CertificateCreated{}, CertificateUpdated{}, CertificateDeleted{}, IngressPortAdded{}, IngressPortDeleted{},
	} {
		c.Register(sample)
	}
	return c
}

// tenantEvent is an event that changes what a state knows of the tenant itself.
type tenantEvent interface {
	domain.Event
	foldTenant(s *State)
}

// instanceEvent is an event beneath an instance.
type instanceEvent interface {
	domain.Event
	at() string // the instance's id
	fold(in *instance, rec domain.Recorded)
}
