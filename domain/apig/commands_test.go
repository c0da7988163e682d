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
		CreateChannel{gw, channelBody("pool")}, UpdateChannel{gw, "c1", channelBody("pool")}, DeleteChannel{gw, "c1"},
		AddMembers{gw, "c1", AddMembersBody{[]MemberBody{{Host: "a"}}}}, ReplaceMembers{gw, "c1", ReplaceMembersBody{GroupName: "first"}},
		DeleteMember{gw, "c1", "m1"}, EnableMembers{gw, "c1", true, EnableMembersBody{[]string{"m1"}}},
		PutMemberGroups{gw, "c1", PutMemberGroupsBody{[]MemberGroupBody{{Name: "first"}}}}, UpdateMemberGroup{gw, "c1", "x1", MemberGroupBody{Name: "first"}},
		DeleteMemberGroup{gw, "c1", "x1"}, UpdateHealthCheck{gw, "c1", HealthCheckBody{Protocol: "TCP"}},
		CreateAuthorizer{gw, authorizerBody("login")}, UpdateAuthorizer{gw, "z1", authorizerBody("login")}, DeleteAuthorizer{gw, "z1"},
		CreateResponse{gw, "g1", ResponseBody{Name: "house"}}, UpdateResponse{gw, "g1", "r1", ResponseBody{"house", map[string]ResponseInfo{}}},
		DeleteResponse{gw, "g1", "r1"}, SetResponseType{gw, "g1", "r1", "THROTTLED", &ResponseInfo{Status: 503}},
		CheckGroupName{gw, CheckGroupNameBody{GroupName: "shop"}}, CheckAPI{gw, CheckAPIBody{Type: "name", Name: "list", APIID: "a1"}},
		CreateApp{gw, AppBody{Name: "shop", Key: "key-0001", RelatedProjectID: "p"}, SealedSecret{"sealed", true}}, DeleteApp{gw, "p1"},
		UpdateApp{gw, "p1", AppUpdateBody{Name: "shop", Remark: &text}, SealedSecret{"sealed", true}}, ResetAppSecret{gw, "p1", SealedSecret{"sealed", false}},
		CreateAppCode{gw, "p1", SealedSecret{"sealed", false}}, DeleteAppCode{gw, "p1", "c1"},
		SetAppACL{gw, "p1", AppACLBody{"DENY", []string{"10.0.0.1"}}}, DeleteAppACL{gw, "p1"},
		AuthorizeApps{gw, AuthBody{"e1", []string{"p1"}, []string{"a1"}}}, RevokeAppAuth{gw, "h1"},
		CreateAppQuota{gw, quotaBody(asItIs)}, UpdateAppQuota{gw, "q1", quotaBody(asItIs)}, DeleteAppQuota{gw, "q1"},
		BindAppQuota{gw, "q1", AppQuotaBindBody{[]string{"p1"}}}, UnbindAppQuota{gw, "q1", "p1"},
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
