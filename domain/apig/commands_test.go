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
		AdvanceInstance{InstanceID: gw}, UpdateInstance{gw, InstanceUpdateBody{Name: &text}}, DeleteInstance{gw},
		BindEIP{gw, EIPBody{"e"}}, UnbindEIP{gw}, OpenEgress{gw, mbits(5)}, ChangeEgress{gw, BandwidthBody{nil, "traffic"}}, CloseEgress{gw},
		OpenIngress{gw, mbits(5)}, ChangeIngress{gw, mbits(5)}, CloseIngress{gw}, ResizeInstance{gw, ResizeBody{"BASIC"}, []string{"BASIC"}},
		OrderInstance{OrderBody{ChargingMode: new(0), InstanceInfo: &InstanceBody{Name: "x"}}, []string{"BASIC"}},
		OrderResize{gw, OrderResizeBody{gw, "p1", &ResizeBody{"BASIC"}}, nil}, ChangeInstanceTags{gw, InstanceTagsBody{"create", []Tag{{"a", ""}}}},
		RequestEndpoint{gw, RequestEndpointBody{"d"}}, DecideEndpoints{gw, DecideEndpointsBody{"receive", []string{"c1"}}},
		AddEndpointPermissions{gw, EndpointPermissionsBody{[]string{"*"}}}, RemoveEndpointPermissions{gw, EndpointPermissionsBody{[]string{"*"}}},
		CreateAIKey{gw, "p1", AIKeyBody{Alias: "a"}, SealedSecret{"sealed", true}}, DeleteAIKey{gw, "p1", "k1"},
		CreateGroup{gw, GroupBody{Name: "shop", Remark: "r", Version: "V1"}}, UpdateGroup{gw, "g1", GroupUpdateBody{"shop", &text}}, DeleteGroup{gw, "g1"},
		CreateEnv{gw, EnvBody{"DEV", &text}}, UpdateEnv{gw, "e1", EnvBody{"DEV", nil}}, DeleteEnv{gw, "e1"},
		CreateVariable{gw, VariableBody{"1", "e1", "g1", "host"}}, UpdateVariable{gw, "x1", VariableUpdateBody{"2"}},
		RepublishForVariable{gw, "x1"}, DeleteVariable{gw, "x1"},
		CreateAPI{gw, sampleDefinition()}, UpdateAPI{gw, "a1", sampleDefinition()}, DeleteAPI{gw, "a1"},
		PublishAPI{gw, PublicationBody{"online", "e1", "a1", "go"}}, OfflineAPI{gw, PublicationBody{"offline", "e1", "a1", ""}},
		BatchPublish{gw, "online", BatchBody{[]string{"a1"}, "e1", "g1", "go"}},
		SwitchVersion{gw, "a1", SwitchVersionBody{"v1"}}, OfflineVersion{gw, "v1"},
		ConfigureFeature{gw, FeatureBody{"gzip", &yes, "{}"}}, SetQuota{gw, "API_NUM_LIMIT", 5},
		ImportAPIs{gw, "g1", "new", "remark", "merge", "override", []ImportItem{{"GET", "/", sampleDefinition(), "login"}}, everyPolicy},
		CreateOrchestration{gw, orchestrationBody("colors")}, UpdateOrchestration{gw, "o1", orchestrationBody("colors")}, DeleteOrchestration{gw, "o1"},
		ImportMicroservice{gw, microserviceBody()},
		RequestImport{gw, *taskOf("", TaskImport).Import}, RequestExport{gw, *taskOf("", TaskExport).Export}, StartTask{gw, "t1"},
		RunImport{gw, "t1", ImportAPIs{GroupID: "g1"}, []ImportFailure{{"/", "GET", "c", "m"}}}, FinishExport{gw, "t1", TaskFile{ID: "f1"}},
		FailTask{gw, "t1", TaskFailure{"c", "m"}},
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
		CreatePlugin{gw, pluginBody("login", PluginOIDC), "r1", "digest"}, UpdatePlugin{gw, "p1", pluginBody("login", PluginOIDC), "r1", "digest"},
		DeletePlugin{gw, "p1"}, AttachAPIs{gw, "p1", PluginAPIsBody{"e1", []string{"a1"}}}, DetachAPIs{gw, "p1", PluginAPIsBody{"e1", []string{"a1"}}},
		AttachPlugins{gw, "a1", APIPluginsBody{"e1", []string{"p1"}}}, DetachPlugins{gw, "a1", APIPluginsBody{"e1", []string{"p1"}}},
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
