package apig

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

var update = flag.Bool("update", false, "write the stored examples of events anew")

// eventSamples has one event of every type, with every member set.
func eventSamples() []domain.Event {
	instance := Instance{
		ID: "6a7d71827fd54572b1f31aa9548fcc81", JobID: "JOB-1", Name: "apig-demo", Description: "for tests", SpecID: "BASIC",
		Status: InstanceRunning, Progress: 100, MaintainBegin: "22:00:00", MaintainEnd: "02:00:00", VPCID: "vpc", SubnetID: "net",
		SecurityGroupID: "sg", EIPID: "eip", EnterpriseProjectID: "0", AvailableZoneIDs: []string{"az1", "az2"},
		BandwidthSize: 5, BandwidthChargingMode: "traffic", LoadbalancerProvider: "elb", Tags: []Tag{{"stage", "test"}},
		VPCEPServiceName: "ep", IngressBandwidthSize: 6, IngressBandwidthChargingMode: "bandwidth",
		CreateTime: past, UpdateTime: now, ProgressTime: now,
	}
	group := groupNamed("g1", "shop")
	group.Remark = "all of it"
	env := Environment{ID: "e1", InstanceID: gw, Name: "DEV", Remark: "development", CreateTime: past}
	variable := Variable{ID: "x1", InstanceID: gw, GroupID: "g1", EnvID: "e1", Name: "host", Value: "10.0.0.1"}
	api := API{ID: "a1", InstanceID: gw, Definition: sampleDefinition(), RegisterTime: past, UpdateTime: now}
	record := publication("v1", "a1", "g1", "e1", 42)
	record.Remark = "first"
	return slices.Concat(instanceChangeSamples(), appSamples(), appQuotaSamples(), throttleSamples(), aclSamples(), signatureSamples(), taskSamples(), orchestrationSamples(), pluginSamples(), domainSamples(), []domain.Event{
		InstanceRequested{instance},
		InstanceProgressed{instance, []string{"progress", "status"}},
		InstanceUpdated{instance, []string{"description"}},
		InstanceDeleted{InstanceID: gw, Name: "gateway"},
		GroupCreated{group},
		GroupUpdated{group, []string{"remark"}},
		GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"},
		EnvCreated{env},
		EnvUpdated{env, []string{"name"}},
		EnvDeleted{InstanceID: gw, EnvID: "e1", Name: "DEV"},
		VariableCreated{variable},
		VariableUpdated{variable, []string{"variable_value"}},
		VariableDeleted{InstanceID: gw, VariableID: "x1", GroupID: "g1", EnvID: "e1", Name: "host"},
		APICreated{api},
		APIUpdated{api, []string{"backend_api", "name"}},
		APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"},
		APIPublished{record, map[string]string{"host": "x1"}},
		APIVersionSwitched{record},
		APITakenOffline{record},
		FeatureConfigured{Feature{ID: "f1", InstanceID: gw, Name: "gzip", Enable: true, Config: `{"comp_level":6}`, UpdateTime: now}, []string{"enable"}},
		QuotaSet{Quota{InstanceID: gw, Name: "API_NUM_LIMIT", Value: 5, UpdateTime: now}},
		ChannelCreated{sampleChannel()},
		ChannelUpdated{sampleChannel(), []string{"members"}},
		ChannelDeleted{InstanceID: gw, ChannelID: "c1", Name: "pool"},
		AuthorizerCreated{sampleAuthorizer()},
		AuthorizerUpdated{sampleAuthorizer(), []string{"ttl"}},
		AuthorizerDeleted{InstanceID: gw, AuthorizerID: "z1", Name: "login"},
		ResponseCreated{sampleResponse()},
		ResponseUpdated{sampleResponse(), []string{"responses"}},
		ResponseDeleted{InstanceID: gw, GroupID: "g1", ResponseID: "r1", Name: "house"},
	})
}

// sampleDefinition is written out, because the log keeps a definition as it was and not as Prepare would
// make it today.
func sampleDefinition() Definition {
	yes := true
	return Definition{
		Name: "list", Type: 1, Version: "V0.0.1", ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/list/{id}", AuthType: "APP",
		AuthOpt: &AuthOpt{AppCodeAuthType: "HEADER"}, Cors: true, MatchMode: "SWA", BackendType: "HTTP", Remark: "all", GroupID: "g1",
		ResultNormalSample: "ok", ResultFailureSample: "failed", Tags: []string{"shop"}, IsSendFgBodyBase64: &yes,
		ReqParams: []ReqParam{{ID: "p1", Name: "id", Type: "STRING", Location: "PATH", Required: 1, ValidEnable: 2, PassThrough: 1}},
		BackendParams: []BackendParam{
			{ID: "p2", Origin: "REQUEST", Name: "item", Location: "PATH", Value: "id", ReqParamID: "p1"},
		},
		BackendAPI: &Backend{ID: "b1", Timeout: 5000, Endpoint: Endpoint{
			URLDomain: "#host#:80", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/items/{item}", RetryCount: "-1", VPCChannelStatus: 2,
		}},
		PolicyMocks: []PolicyMock{{ResultContent: "soon", Policy: Policy{
			ID: "y1", Name: "beta", EffectMode: "ANY",
			Conditions: []Condition{{ID: "c1", ConditionOrigin: "source", ConditionValue: "10.0.0.1"}},
		}}},
	}
}

// What the log holds today must be readable for ever: every type has a stored example of every schema
// version. A test that fails here says that a shape changed; that needs a new version and an upcaster.
func TestStoredExamples(t *testing.T) {
	t.Parallel()
	codec := Codec()
	for _, sample := range eventSamples() {
		name := filepath.Join("testdata", "events", sample.EventType()+".v1.json")
		data, version, err := codec.Encode(sample)
		if err != nil || version != 1 {
			t.Fatalf("%s: version %d, %v", sample.EventType(), version, err)
		}
		if *update {
			writeExample(t, name, data)
		}
		stored, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Decode(sample.EventType(), 1, stored)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sample, got); diff != "" {
			t.Errorf("%s reads differently (-want +got):\n%s", name, diff)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, stored); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(compact.String(), string(data)); diff != "" {
			t.Errorf("%s would be written differently now:\n%s", name, diff)
		}
	}
}

func writeExample(t *testing.T, name string, data []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(pretty.Bytes(), '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEveryEventHasAnExampleAndAPlace(t *testing.T) {
	t.Parallel()
	types := Codec().Types()
	id := regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	for _, ev := range eventSamples() {
		delete(types, ev.EventType())
		of := ev.Of()
		if kind := regexp.MustCompile(`^apig\.([a-z]+)\.[a-z_]+$`).FindStringSubmatch(ev.EventType()); kind == nil || kind[1] != of.Kind {
			t.Errorf("%s is about a %s", ev.EventType(), of.Kind)
		}
		if !id.MatchString(of.ID) {
			t.Errorf("%s: %q cannot be a part of a subject", ev.EventType(), of.ID)
		}
		_, ofTenant := ev.(tenantEvent)
		_, ofInstance := ev.(instanceEvent)
		if ofTenant == ofInstance {
			t.Errorf("%s must be folded in one way", ev.EventType())
		}
	}
	if len(types) > 0 {
		t.Errorf("no example of %v", types)
	}
}

func TestAggregates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ev   domain.Event
		want domain.Aggregate
	}{
		{EnvCreated{Environment{ID: ReleaseEnvID, InstanceID: gw}}, domain.Aggregate{Kind: "env", ID: "gw_DEFAULT_ENVIRONMENT_RELEASE_ID"}},
		{APIPublished{Publication: Publication{APIID: "a1"}}, domain.Aggregate{Kind: "api", ID: "a1"}},
		{FeatureConfigured{Feature: Feature{InstanceID: gw, Name: "gzip"}}, domain.Aggregate{Kind: "feature", ID: "gw_gzip"}},
		{QuotaSet{Quota{InstanceID: gw, Name: "API_NUM_LIMIT"}}, domain.Aggregate{Kind: "quota", ID: "gw_API_NUM_LIMIT"}},
		{QuotaSet{Quota{Name: "INSTANCE_NUM_LIMIT"}}, domain.Aggregate{Kind: "quota", ID: "tenant_INSTANCE_NUM_LIMIT"}},
	} {
		if got := c.ev.Of(); got != c.want {
			t.Errorf("%s is about %v, want %v", c.ev.EventType(), got, c.want)
		}
	}
}
