package apig

import "github.com/gatelog/gatelog/domain"

// Codec returns a codec that knows every event of this surface.
func Codec() *domain.Codec {
	c := domain.NewCodec()
	for _, sample := range []domain.Event{
		InstanceRequested{}, InstanceProgressed{}, InstanceUpdated{}, InstanceDeleted{},
		GroupCreated{}, GroupUpdated{}, GroupDeleted{},
		EnvCreated{}, EnvUpdated{}, EnvDeleted{},
		VariableCreated{}, VariableUpdated{}, VariableDeleted{},
		APICreated{}, APIUpdated{}, APIDeleted{},
		APIPublished{}, APIVersionSwitched{}, APITakenOffline{},
		FeatureConfigured{}, QuotaSet{},
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
