package apig

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

var equateEmpty = cmpopts.EquateEmpty()

func sorted(names []string) []string {
	all := append([]string{}, names...)
	slices.Sort(all)
	return all
}

// ask is one query, by the name of its method, and the code with which it refuses to know a thing in an
// instance that is there. A list has no such code: it is empty then.
type ask struct {
	unknown string
	do      func(ctx context.Context, q *Queries, in In) (found int, err error)
}

// one is for queries that find a thing or refuse.
func one[R any](_ R, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// many is for lists, which say how many there are in all.
func many[R any](_ []R, total int, err error) (int, error) { return total, err }

func subdomain(groupID string) string { return groupID + ".example.com" }

// queries has every query of Queries about the things of an instance, by the name of its method.
var queries = map[string]ask{
	"Group":    {"APIG.3001", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.Group(ctx, in, "g1")) }},
	"Env":      {"APIG.3003", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.Env(ctx, in, "e1")) }},
	"EnvNamed": {"APIG.3003", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.EnvNamed(ctx, in, "test")) }},
	"EnvID":    {"APIG.3003", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.EnvID(ctx, in, "test")) }},
	"Variable": {"APIG.3011", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.Variable(ctx, in, "v1")) }},
	"API":      {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.API(ctx, in, "a1")) }},
	"Draft":    {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.Draft(ctx, in, "a1")) }},
	"Version":  {"APIG.3022", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.Version(ctx, in, "ver1")) }},
	"Versions": {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.Versions(ctx, in, "a1", VersionFilter{}, everything))
	}},
	"Runtime": {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) {
		v, _, err := q.Runtime(ctx, in, "a1", apig.ReleaseEnvID)
		return one(v, err)
	}},
	"Groups": {"", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.Groups(ctx, in, GroupFilter{}, everything))
	}},
	"Envs": {"", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.Envs(ctx, in, "", everything))
	}},
	"Variables": {"", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.Variables(ctx, in, VariableFilter{}, everything))
	}},
	"Features": {"", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.Features(ctx, in, everything))
	}},
	"Tags": {"", func(ctx context.Context, q *Queries, in In) (int, error) { return many(q.Tags(ctx, in, everything)) }},
	"APIs": {"", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.APIs(ctx, in, APIFilter{}, everything, subdomain))
	}},
	"History": {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) {
		return one(q.History(ctx, in, "a1", HistoryFilter{}, everything))
	}},
	"Snapshot": {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) {
		return one(q.Snapshot(ctx, in, "a1", OfDraft, ""))
	}},
	"VersionEver": {"APIG.3022", func(ctx context.Context, q *Queries, in In) (int, error) {
		return one(q.VersionEver(ctx, in, "", "ver1"))
	}},
	"GroupThen": {"APIG.3001", func(ctx context.Context, q *Queries, in In) (int, error) {
		return one(q.GroupThen(ctx, in, "g1", 1000))
	}},
	"GroupAt": {"APIG.3001", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.GroupAt(ctx, in, "g1", 1000)) }},
	"APIThen": {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) { return one(q.APIThen(ctx, in, "a1", 1000)) }},
	"DiffEnvs": {"APIG.3001", func(ctx context.Context, q *Queries, in In) (int, error) {
		return one(q.DiffEnvs(ctx, in, EnvComparison{GroupID: "g1", From: release, To: staging}))
	}},
	"DiffEnvs of all groups": {"", func(ctx context.Context, q *Queries, in In) (int, error) {
		d, err := q.DiffEnvs(ctx, in, EnvComparison{From: release, To: staging})
		return len(d.Groups), err
	}},
	"VersionsEver": {"APIG.3002", func(ctx context.Context, q *Queries, in In) (int, error) {
		return many(q.VersionsEver(ctx, in, "a1", "", everything))
	}},
}

// unasked are the methods that isolation says nothing about, and why.
var unasked = map[string]string{
	"Exists": "answers for all of them", "Instance": "asked below", "Instances": "asked below", "Quotas": "asked below", "TenantQuotas": "asked below",
	"Drafts": "asked below", "Running": "asked below", "VersionAt": "reads the log for those who have looked up a position", "WrittenAt": "as VersionAt",
	"InstancesByTags": "asked beside its own test", "ProjectTags": "asked beside its own test",
	"InstanceAt":     "asked below",
	"VerifyVersions": "an operator's, over all tenants",
}

// two is a past in which t1 has one of everything in gw, and t2 has the empty instance gw2.
func two(t *testing.T) *past {
	t.Helper()
	p := newPast(t)
	at := p.has(apig.APICreated{API: tagged("orders", "x")})
	p.has(
		apig.VariableCreated{Variable: hostIs("a")}, published("ver1", apig.ReleaseEnvID, at),
		apig.FeatureConfigured{Feature: apig.Feature{InstanceID: pastInstance, Name: "gzip"}},
		apig.QuotaSet{Quota: apig.Quota{InstanceID: pastInstance, Name: "API_NUM_LIMIT", Value: 7}},
		apig.QuotaSet{Quota: apig.Quota{Name: "INSTANCE_NUM_LIMIT", Value: 7}},
	)
	p.hasOf(t, "t2", apig.InstanceRequested{Instance: apig.Instance{ID: "gw2", Name: "gateway", Status: apig.InstanceRunning}})
	return p.project()
}

// hasOf appends an event of another tenant.
func (p *past) hasOf(t *testing.T, tenant string, ev domain.Event) {
	t.Helper()
	fence, err := p.log.Take(t.Context(), "apig", tenant, "test")
	if err != nil {
		t.Fatal(err)
	}
	m, err := envelope.Close(apig.Codec(), "apig", domain.Recorded{ID: "event-of-" + tenant, Tenant: tenant, Time: pastBegan, Event: ev})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.log.Append(t.Context(), fence, []eventstore.Message{m}); err != nil {
		t.Fatal(err)
	}
}

// throughClient are the queries of which a stranger asks over HTTP, operation by operation, naming its own
// project and an instance of another (TestEveryOperationFindsNoInstanceOfAnother of the contract tests).
var throughClient = map[string]bool{
	"ACL": true, "ACLs": true, "ACLsOf": true, "APIOutline": true, "APIsOfApp": true, "App": true,
	"AppACL": true, "AppCode": true, "AppCodes": true, "AppOutline": true, "AppQuota": true, "AppQuotas": true,
	"Apps": true, "AppsForQuota": true, "AppsOfAPI": true, "AppsOfQuota": true, "AuthorizableAPIs": true,
	"Authorizer": true, "Authorizers": true, "Channel": true, "Channels": true, "Credential": true,
	"AIKey": true, "AIKeys": true, "EndpointConnections": true, "EndpointPermissions": true, "InstanceTags": true,
	"GroupCount": true, "GuardedAPIs": true, "MemberGroup": true, "MemberGroups": true, "Members": true,
	"Names": true, "PluggableAPIs": true, "PluggedAPIs": true, "Plugin": true, "Plugins": true, "PluginsFor": true, "PluginsOf": true, "QuotaOfApp": true, "Response": true, "ResponseType": true, "Responses": true,
	"Signatures": true, "SignaturesOf": true, "SignedAPIs": true, "SpecialThrottle": true, "Task": true,
	"Orchestration": true, "Orchestrations": true, "OrchestratedAPIs": true,
	"SpecialThrottles": true, "Throttle": true, "ThrottledAPIs": true, "Throttles": true, "ThrottlesOf": true,
	"UnguardedAPIs": true, "UnsignedAPIs": true, "UnthrottledAPIs": true,
	// These have a test of their own, TestATenantSeesNoNamesOfAnother.
	"AttachedDomains": true, "Certificate": true, "Certificates": true, "Domain": true, "DomainCertificate": true,
	"DomainNames": true, "Domains": true, "IngressPorts": true, "PortDomains": true,
}

func TestEveryQueryIsAskedAboutIsolation(t *testing.T) {
	t.Parallel()
	all := reflect.TypeFor[*Queries]()
	for i := range all.NumMethod() {
		name := all.Method(i).Name
		if _, asked := queries[name]; !asked && unasked[name] == "" && !throughClient[name] {
			t.Errorf("%s: whether it shows other tenants' things was not asked", name)
		}
	}
}

func TestATenantSeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	p := two(t)
	for name, ask := range queries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found, err := ask.do(t.Context(), p.Queries, pastIn); err != nil || found == 0 {
				t.Errorf("the owner finds %d, %v", found, err)
			}
			for _, in := range []In{{"t2", pastInstance}, {pastTenant, "gw2"}, {"", pastInstance}, {pastTenant, ""}, {"", ""}} {
				found, err := ask.do(t.Context(), p.Queries, in)
				if domain.CodeOf(err) != "APIG.3030" || found > 0 {
					t.Errorf("in %q of %q: found %d, %v; want APIG.3030", in.Instance, in.Tenant, found, err)
				}
			}
			found, err := ask.do(t.Context(), p.Queries, In{"t2", "gw2"})
			if domain.CodeOf(err) != ask.unknown || found > 0 || (err == nil) != (ask.unknown == "") {
				t.Errorf("in its own instance: found %d, %v; want %q", found, err, ask.unknown)
			}
		})
	}
}

// What no database keeps is found nowhere; it is no failure of the database.
func TestTextThatNoRowCanHoldIsFoundNowhere(t *testing.T) {
	t.Parallel()
	p := two(t)
	for _, name := range []string{"Group", "EnvNamed", "API", "Version", "Versions", "Runtime", "Groups", "Tags", "APIs"} {
		for _, in := range []In{{"t\x001", pastInstance}, {pastTenant, "g\xffw"}, {"\x00", "\xff"}} {
			if found, err := queries[name].do(t.Context(), p.Queries, in); domain.CodeOf(err) != "APIG.3030" || found > 0 {
				t.Errorf("%s in %q: found %d, %v; want APIG.3030", name, in, found, err)
			}
		}
	}
	if _, err := p.EnvNamed(t.Context(), pastIn, "te\x00st"); domain.CodeOf(err) != "APIG.3003" {
		t.Errorf("environment with NUL in its name: %v", err)
	}
	if _, err := p.Version(t.Context(), pastIn, "\xff"); domain.CodeOf(err) != "APIG.3022" {
		t.Errorf("version whose id is no text: %v", err)
	}
}

func TestATenantSeesItsOwnInstancesOnly(t *testing.T) {
	t.Parallel()
	p, ctx := two(t), t.Context()
	for _, in := range []In{{"t2", pastInstance}, {pastTenant, "gw2"}, {"", pastInstance}, {"t2", ""}} {
		if i, err := p.Instance(ctx, in); domain.CodeOf(err) != "APIC.7302" {
			t.Errorf("instance %q of %q: %+v, %v", in.Instance, in.Tenant, i, err)
		}
		if all, err := p.InstanceAt(ctx, in, 1000); domain.CodeOf(err) != "APIG.3030" || len(all) > 0 {
			t.Errorf("all of %q of %q: %s, %v", in.Instance, in.Tenant, all, err)
		}
		if all, err := p.Quotas(ctx, in); domain.CodeOf(err) != "APIG.3030" || len(all) > 0 {
			t.Errorf("quotas of %q of %q: %v, %v", in.Instance, in.Tenant, all, err)
		}
	}
	for tenant, want := range map[string][]string{pastTenant: {pastInstance}, "t2": {"gw2"}, "t3": nil, "": nil} {
		rows, total, err := p.Instances(ctx, tenant, InstanceFilter{}, everything)
		got := listed(t, func(i apig.Instance) string { return i.ID }, rows, total, err)
		if diff := cmp.Diff(want, got, equateEmpty); diff != "" {
			t.Errorf("instances of %q (-want +got):\n%s", tenant, diff)
		}
		_, total, err = p.Instances(ctx, tenant, InstanceFilter{ID: pastInstance}, everything)
		if (total == 1) != (tenant == pastTenant) || err != nil {
			t.Errorf("%q finds %d instances %s: %v", tenant, total, pastInstance, err)
		}
	}
}

func TestExportsSeeTheirOwnGroupOnly(t *testing.T) {
	t.Parallel()
	p, ctx := two(t), t.Context()
	for _, c := range []struct {
		in    In
		group string
		ids   []string
		want  int
	}{
		{pastIn, "g1", nil, 1}, {pastIn, "g1", []string{"a1", "a2"}, 1}, {pastIn, "g1", []string{"a2"}, 0}, {pastIn, "g1", []string{"a1,a2"}, 0},
		{pastIn, "g1", []string{"a\x001"}, 0}, {pastIn, "g2", nil, 0}, {pastIn, "", nil, 0}, {In{"t2", pastInstance}, "g1", nil, 0}, {In{"", ""}, "g1", nil, 0},
	} {
		drafts, err := p.Drafts(ctx, c.in, c.group, c.ids)
		if err != nil || len(drafts) != c.want {
			t.Errorf("%+v: %d drafts, %v", c, len(drafts), err)
		}
		running, err := p.Running(ctx, c.in, c.group, apig.ReleaseEnvID, c.ids)
		if err != nil || len(running) != c.want {
			t.Errorf("%+v: %d running, %v", c, len(running), err)
		}
	}
	if running, err := p.Running(ctx, pastIn, "g1", "", nil); err != nil || len(running) > 0 {
		t.Errorf("without an environment: %d running, %v", len(running), err)
	}
}
