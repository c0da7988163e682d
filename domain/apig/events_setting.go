package apig

import "github.com/gatelog/gatelog/domain"

// FeatureConfigured: a feature of an instance was set (APIG V2 §3.21.1).
type FeatureConfigured struct {
	Feature Feature  `json:"feature"`
	Changed []string `json:"changed"`
}

// QuotaSet: an operator changed a quota of an instance, or of the tenant (APIG V2 §3.22).
type QuotaSet struct {
	Quota Quota `json:"quota"`
}

// EventType implements domain.Event.
func (FeatureConfigured) EventType() string { return "apig.feature.configured" }

// EventType implements domain.Event.
func (QuotaSet) EventType() string { return "apig.quota.set" }

// Of implements domain.Event.
func (ev FeatureConfigured) Of() domain.Aggregate {
	return domain.Aggregate{Kind: "feature", ID: ev.Feature.InstanceID + "_" + ev.Feature.Name}
}

// Of implements domain.Event.
func (ev QuotaSet) Of() domain.Aggregate {
	owner := ev.Quota.InstanceID
	if owner == "" {
		owner = "tenant"
	}
	return domain.Aggregate{Kind: "quota", ID: owner + "_" + ev.Quota.Name}
}

func (ev FeatureConfigured) at() string { return ev.Feature.InstanceID }

func (ev FeatureConfigured) fold(in *instance, _ domain.Recorded) {
	in.features[ev.Feature.Name] = ev.Feature
}

func (ev QuotaSet) foldTenant(s *State) {
	if ev.Quota.InstanceID == "" {
		s.quotas[ev.Quota.Name] = ev.Quota.Value
		return
	}
	if in, ok := s.instances[ev.Quota.InstanceID]; ok {
		in.quotas[ev.Quota.Name] = ev.Quota.Value
	}
}
