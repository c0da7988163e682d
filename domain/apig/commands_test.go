package apig

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Commands travel between nodes as JSON, and so must come out as they went in.
func TestCommandsSurviveJSON(t *testing.T) {
	t.Parallel()
	text, yes := "text", true
	for _, command := range []any{
		instanceBody(func(b *InstanceBody) { b.Tags = []Tag{{"stage", "test"}} }),
		AdvanceInstance{gw}, UpdateInstance{gw, InstanceUpdateBody{Name: &text}}, DeleteInstance{gw},
		CreateGroup{gw, GroupBody{Name: "shop", Remark: "r", Version: "V1"}}, UpdateGroup{gw, "g1", GroupUpdateBody{"shop", &text}}, DeleteGroup{gw, "g1"},
		CreateEnv{gw, EnvBody{"DEV", &text}}, UpdateEnv{gw, "e1", EnvBody{"DEV", nil}}, DeleteEnv{gw, "e1"},
		CreateVariable{gw, VariableBody{"1", "e1", "g1", "host"}}, UpdateVariable{gw, "x1", VariableUpdateBody{"2"}},
		RepublishForVariable{gw, "x1"}, DeleteVariable{gw, "x1"},
		CreateAPI{gw, sampleDefinition()}, UpdateAPI{gw, "a1", sampleDefinition()}, DeleteAPI{gw, "a1"},
		PublishAPI{gw, PublicationBody{"online", "e1", "a1", "go"}}, OfflineAPI{gw, PublicationBody{"offline", "e1", "a1", ""}},
		BatchPublish{gw, "online", BatchBody{[]string{"a1"}, "e1", "g1", "go"}},
		SwitchVersion{gw, "a1", SwitchVersionBody{"v1"}}, OfflineVersion{gw, "v1"},
		ConfigureFeature{gw, FeatureBody{"gzip", &yes, "{}"}}, SetQuota{gw, "API_NUM_LIMIT", 5},
		ImportAPIs{gw, "g1", "new", "remark", "merge", "override", []ImportItem{{"GET", "/", sampleDefinition()}}},
		CheckGroupName{gw, CheckGroupNameBody{GroupName: "shop"}}, CheckAPI{gw, CheckAPIBody{Type: "name", Name: "list", APIID: "a1"}},
	} {
		data, err := json.Marshal(command)
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(reflect.TypeOf(command))
		if err := json.Unmarshal(data, got.Interface()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(command, got.Elem().Interface()); diff != "" {
			t.Errorf("%T (-sent +received):\n%s", command, diff)
		}
	}
}
