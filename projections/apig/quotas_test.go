package apig

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// §3.22: every quota with the value that holds and the amount used.
func TestQuotas(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(
		apig.GroupCreated{Group: group("g2", "toys")}, created("one"),
		apig.InstanceRequested{Instance: apig.Instance{ID: "gw2"}}, apig.GroupCreated{Group: apig.Group{ID: "g3", InstanceID: "gw2"}},
		apig.QuotaSet{Quota: apig.Quota{InstanceID: pastInstance, Name: "APIGROUP_NUM_LIMIT", Value: 7, UpdateTime: pastBegan}},
		apig.QuotaSet{Quota: apig.Quota{InstanceID: "gw2", Name: "API_NUM_LIMIT", Value: 8}},
		apig.QuotaSet{Quota: apig.Quota{Name: "INSTANCE_NUM_LIMIT", Value: 9, UpdateTime: pastBegan}},
	)
	p.project()
	all, err := p.Quotas(t.Context(), pastIn)
	if err != nil {
		t.Fatal(err)
	}
	var names, documented []string
	got := map[string]string{}
	for _, q := range all {
		names = append(names, q.Name)
		got[q.Name] = fmt.Sprintf("%d of %d, set: %t", q.Used, q.Value, q.UpdateTime.Equal(pastBegan))
		if q.Doc == "" {
			t.Errorf("%s has no remark", q.Name)
		}
	}
	for _, q := range apig.Quotas() {
		documented = append(documented, q.Name)
	}
	if diff := cmp.Diff(documented, names); diff != "" {
		t.Errorf("quotas (-documented +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"API_NUM_LIMIT": "1 of 200000, set: false", "APIGROUP_NUM_LIMIT": "2 of 7, set: true", "ENVIRONMENT_NUM_LIMIT": "2 of 100, set: false",
		"APP_NUM_LIMIT": "0 of 10000, set: false", "VARIABLE_NUM_LIMIT": "0 of 500, set: false",
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	tenant, err := p.TenantQuotas(t.Context(), pastTenant)
	if err != nil || len(tenant) != 1 || tenant[0].Name != "INSTANCE_NUM_LIMIT" || tenant[0].Used != 2 || tenant[0].Value != 9 {
		t.Errorf("quotas of the tenant: %+v, %v", tenant, err)
	}
	other, err := p.TenantQuotas(t.Context(), "t2")
	if err != nil || len(other) != 1 || other[0].Used != 0 || other[0].Value != 5 || !other[0].UpdateTime.IsZero() {
		t.Errorf("quotas of a tenant that has nothing: %+v, %v", other, err)
	}
}

// What is counted must be counted, or be known to need no counting.
func TestQuotasCountWhatThisBuildHas(t *testing.T) {
	t.Parallel()
	without := map[apig.Counted]bool{ // this build has none of them
		"": true,
	}
	for _, q := range append(apig.Quotas(), apig.TenantQuotas()...) {
		if _, counted := countSQL[q.Counts]; counted == without[q.Counts] {
			t.Errorf("%s: %q is counted: %t", q.Name, q.Counts, counted)
		}
	}
}
