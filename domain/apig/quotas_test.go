package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func TestSetQuota(t *testing.T) {
	t.Parallel()
	set := func(instanceID, name string, value int) decision {
		return do((*State).SetQuota, SetQuota{instanceID, name, value})
	}
	made := func(instanceID, name string, value int) []domain.Event {
		return []domain.Event{QuotaSet{Quota{InstanceID: instanceID, Name: name, Value: value, UpdateTime: now}}}
	}
	run(t, []scenario{
		{name: "§3.22.1: of an instance", given: gateway(), when: set(gw, "API_NUM_LIMIT", 7), then: made(gw, "API_NUM_LIMIT", 7)},
		{name: "§3.22.2: of the tenant", given: gateway(), when: set("", "INSTANCE_NUM_LIMIT", 7), then: made("", "INSTANCE_NUM_LIMIT", 7)},
		{name: "nothing new, nothing happens", given: given(gateway(), aQuota("API_NUM_LIMIT", 7)), when: set(gw, "API_NUM_LIMIT", 7)},
		{name: "while the instance is created", given: creating(50), when: set(gw, "API_NUM_LIMIT", 7), then: made(gw, "API_NUM_LIMIT", 7)},
		{name: "a switch is 1 or 2", given: gateway(), when: set(gw, "APP_KEY_SECRET_SWITCH", 2), then: made(gw, "APP_KEY_SECRET_SWITCH", 2)},
		{name: "a switch is not 0", given: gateway(), when: set(gw, "APP_KEY_SECRET_SWITCH", 0), refused: "APIG.2004"},
		{name: "below zero", given: gateway(), when: set(gw, "API_NUM_LIMIT", -1), refused: "APIG.2004"},
		{name: "out of all reason", given: gateway(), when: set(gw, "API_NUM_LIMIT", 1_000_001), refused: "APIG.2004"},
		{name: "unknown quota", given: gateway(), when: set(gw, "LIMIT", 1), refused: "APIG.2011"},
		{name: "a fixed one", given: gateway(), when: set(gw, "IS_INIT_API_PATH_HASH", 1), refused: "APIG.2011"},
		{name: "a tenant's quota at an instance", given: gateway(), when: set(gw, "INSTANCE_NUM_LIMIT", 7), refused: "APIG.2011"},
		{name: "an instance's quota at the tenant", given: gateway(), when: set("", "API_NUM_LIMIT", 7), refused: "APIG.2011"},
		{name: "unknown instance", when: set(gw, "API_NUM_LIMIT", 7), refused: "APIG.3030"},
	})
}

func TestTenantQuotaHolds(t *testing.T) {
	t.Parallel()
	run(t, []scenario{
		{name: "§3.22.2: INSTANCE_NUM_LIMIT", when: do((*State).CreateInstance, instanceBody(nil)), refused: "APIC.7400",
			given: given(gateway(), history{QuotaSet{Quota{Name: "INSTANCE_NUM_LIMIT", Value: 1}}})},
	})
}

func TestQuotaTable(t *testing.T) {
	t.Parallel()
	for _, want := range []struct {
		name  string
		value int
	}{ // the documented ones
		{"API_VERSION_NUM_LIMIT", 10}, {"APIGROUP_DOMAIN_NUM_LIMIT", 5}, {"API_TAG_NUM_LIMIT", 10}, {"VPC_NUM_LIMIT", 30},
		{"INSTANCE_NUM_LIMIT", 5}, {"API_USER_CALL_LIMIT", 200},
	} {
		if got := quotaSpecs[want.name].Default; got != want.value {
			t.Errorf("%s is %d, want %d", want.name, got, want.value)
		}
	}
	if n := len(Quotas()); n != 42 {
		t.Errorf("%d quotas, §3.22.1 names 42", n)
	}
	if n := len(quotaSpecs); n != len(Quotas())+len(TenantQuotas()) {
		t.Errorf("a quota is there twice: %d names", n)
	}
	for _, q := range append(Quotas(), TenantQuotas()...) {
		if q.Doc == "" || q.Kind == "" {
			t.Errorf("%s says nothing", q.Name)
		}
	}
	if diff := cmp.Diff(DefaultLimits(), gateway().state().instances[gw].limits()); diff != "" {
		t.Errorf("the defaults of quotas and of Prepare differ:\n%s", diff)
	}
}
