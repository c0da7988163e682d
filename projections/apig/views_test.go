package apig

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// Members of the answers as APIG V2 documents them.
const (
	// §3.5.12 ListApiRuntimeDefinitionV2, but for what follows the frontend.
	frontendMembers = `name type version req_protocol req_method req_uri auth_type auth_opt cors match_mode backend_type remark group_id
		body_remark result_normal_sample result_failure_sample authorizer_id tags response_id roma_app_id domain_name tag content_type id`
	runtimeMembers = frontendMembers + ` group_name run_env_name run_env_id publish_id sl_domain sl_domains req_params`
	// §3.5.6 ApiInfoPerPage.
	listMembers = frontendMembers + ` status arrange_necessary register_time update_time group_name group_version run_env_id run_env_name
		publish_id publish_time roma_app_name ld_api_id backend_api api_group_info req_params`
	// §3.5.5 ShowDetailsOfApiV2.
	detailMembers = listMembers + ` func_info mock_info backend_params policy_functions policy_mocks policy_https`
	// §3.5.13 ListApiVersionDetailV2.
	versionMembers = detailMembers + ` sl_domain sl_domains version_id`
	// §3.5.5 BackendApi, ApiMock, ApiFunc.
	backendMembers = `authorizer_id url_domain req_protocol remark req_method version req_uri timeout enable_client_ssl retry_count id status
		register_time update_time vpc_channel_info vpc_channel_status`
	mockMembers     = `remark result_content version authorizer_id id register_time status update_time`
	functionMembers = `function_urn remark invocation_type network_type version alias_urn timeout authorizer_id req_protocol id register_time status update_time`
	// §3.5.6 ApiGroupCommonInfo, §3.5.10 ApiVersionResp.
	groupMembers = `id name status sl_domain register_time update_time on_sell_status url_domains sl_domain_access_enabled`
	entryMembers = `version_id version_no api_id env_id env_name remark publish_time status`
)

// Members that are never shown: they belong to products that Gatelog is none of.
const neverShown = `roma_app_name ld_api_id`

// Members that later clients of the same API know, shown only when a client has set them.
const ofLaterClients = `trace_enabled sampling_strategy sampling_param is_send_fg_body_base64 enable_sm_channel member_group_url_infos`

func fullDefinition() apig.Definition {
	yes := true
	policy := apig.Policy{ID: "p", Name: "policy", EffectMode: "ALL", Conditions: []apig.Condition{{ConditionOrigin: "source", ConditionValue: "1.1.1.1"}}}
	endpoint := apig.Endpoint{
		URLDomain: "one", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/", RetryCount: "-1", EnableSmChannel: true,
		MemberGroupURLInfos: []apig.MemberGroupURL{{MemberGroupID: "m", ReqURI: "/"}}, VPCChannelInfo: &apig.VPCChannelRef{VPCChannelID: "c"}, VPCChannelStatus: 1,
	}
	return apig.Definition{
		Name: "orders", Type: 1, Version: "v", ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/orders", AuthType: "APP",
		AuthOpt: &apig.AuthOpt{AppCodeAuthType: "HEADER"}, Cors: true, TraceEnabled: true, SamplingStrategy: "RATE", SamplingParam: "5",
		MatchMode: "SWA", BackendType: "HTTP", Remark: "r", GroupID: "g1", BodyRemark: "b", ResultNormalSample: "n", ResultFailureSample: "f",
		AuthorizerID: "z", Tags: []string{"x"}, ResponseID: "s", RomaAppID: "o", DomainName: "d", Tag: "t", ContentType: "application/json",
		IsSendFgBodyBase64: &yes,
		MockInfo:           &apig.Mock{ID: "m", Remark: "r", ResultContent: "hi", Version: "v", AuthorizerID: "z"},
		FuncInfo: &apig.Function{
			ID: "f", FunctionURN: "u", Remark: "r", InvocationType: "sync", NetworkType: "V1", Version: "v", AliasURN: "a", Timeout: 1, AuthorizerID: "z", ReqProtocol: "HTTPS",
		},
		ReqParams:     []apig.ReqParam{{ID: "q", Name: "id", Type: "STRING", Location: "PATH"}},
		BackendParams: []apig.BackendParam{{ID: "b", Name: "id", Origin: "REQUEST", Location: "PATH", Value: "id"}},
		PolicyMocks:   []apig.PolicyMock{{Policy: policy}}, PolicyFunctions: []apig.PolicyFunction{{Policy: policy}}, PolicyHTTPs: []apig.PolicyHTTP{{Policy: policy, Endpoint: endpoint}},
		BackendAPI: &apig.Backend{ID: "k", Endpoint: endpoint, Remark: "r", Version: "v", Timeout: 1, EnableClientSSL: true, AuthorizerID: "z"},
	}
}

// membersOf returns the names of the members of v's JSON form, or of an object in it.
func membersOf(t *testing.T, v any, path ...string) []string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range path {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatal(err)
		}
		text = members[name]
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatalf("%v: %v", path, err)
	}
	return slices.Sorted(maps.Keys(members))
}

// words returns the words of texts in alphabetical order, each once, without those of another text.
func words(without string, texts ...string) []string {
	all := strings.Fields(strings.Join(texts, " "))
	drop := strings.Fields(without)
	all = slices.DeleteFunc(all, func(w string) bool { return slices.Contains(drop, w) })
	slices.Sort(all)
	return slices.Compact(all)
}

// everywhere is what an API says that has everything and is published.
func everywhere() (Published, apig.API) {
	p := Published{GroupName: "shop", GroupVersion: GroupVersion}
	p.PublishedIn("e1", "test", "p1", pastBegan)
	return p, apig.API{ID: "a1", InstanceID: pastInstance, Definition: fullDefinition(), RegisterTime: pastBegan, UpdateTime: pastBegan}
}

func TestViewsHaveTheDocumentedMembers(t *testing.T) {
	t.Parallel()
	published, full := everywhere()
	both := func(document any) Answer {
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		return Answer{Document: text, More: []any{published}}
	}
	// The edge adds these to what the views have.
	const ofEdge = `sl_domain sl_domains version_id api_group_info`
	for name, c := range map[string]struct {
		got, documented []string
	}{
		"§3.5.5 detail":     {membersOf(t, both(DetailOf(full))), words(neverShown+" "+ofEdge, detailMembers, frontLater, "is_send_fg_body_base64")},
		"§3.5.13 version":   {membersOf(t, both(DetailOf(full))), words(neverShown+" "+ofEdge, versionMembers, frontLater, "is_send_fg_body_base64")},
		"§3.5.6 entry":      {membersOf(t, both(BriefOf(full))), words(neverShown+" "+ofEdge+" backend_api req_params", listMembers, frontLater, "is_send_fg_body_base64")},
		"§3.5.12 runtime":   {membersOf(t, FrontendOf(full.Definition)), words("id group_name run_env_name run_env_id publish_id "+ofEdge, runtimeMembers, frontLater, "is_send_fg_body_base64")},
		"§3.5.5 backend":    {membersOf(t, DetailOf(full), "backend_api"), words("", backendMembers, "enable_sm_channel member_group_url_infos")},
		"§3.5.5 mock":       {membersOf(t, DetailOf(full), "mock_info"), words("", mockMembers)},
		"§3.5.5 function":   {membersOf(t, DetailOf(full), "func_info"), words("", functionMembers)},
		"§3.5.6 group":      {membersOf(t, GroupInfo{}), words("", groupMembers)},
		"§3.5.10 a version": {membersOf(t, VersionView{}), words("", entryMembers, "position")},
	} {
		if diff := cmp.Diff(c.documented, c.got); diff != "" {
			t.Errorf("%s (-documented +shown):\n%s", name, diff)
		}
	}
}

const frontLater = `trace_enabled sampling_strategy sampling_param`

// Nothing is shown that a client has not set, but for what the reference's examples always have.
func TestViewsOfASmallAPI(t *testing.T) {
	t.Parallel()
	small := apig.API{ID: "a1", Definition: apig.Definition{
		Name: "orders", Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/orders", AuthType: "NONE", BackendType: "MOCK", GroupID: "g1", MockInfo: &apig.Mock{},
	}}
	const always = `name type req_protocol req_method req_uri auth_type backend_type group_id cors id status arrange_necessary register_time update_time`
	if diff := cmp.Diff(words("", always), membersOf(t, BriefOf(small))); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(words("", always, "mock_info"), membersOf(t, DetailOf(small))); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
	for _, later := range words("", ofLaterClients) {
		if slices.Contains(membersOf(t, DetailOf(small)), later) {
			t.Errorf("%s is shown although no client has set it", later)
		}
	}
	if diff := cmp.Diff(words("", "status register_time update_time"), membersOf(t, DetailOf(small), "mock_info")); diff != "" {
		t.Errorf("mock (-want +got):\n%s", diff)
	}
}

func TestAnswerIsOneObject(t *testing.T) {
	t.Parallel()
	type one struct {
		One int `json:"one"`
	}
	type none struct{}
	for name, c := range map[string]struct {
		answer Answer
		want   string
	}{
		"nothing":                       {Answer{}, `{}`},
		"a document":                    {Answer{Document: json.RawMessage(`{"a":1}`)}, `{"a":1}`},
		"a document and more":           {Answer{Document: json.RawMessage(`{"a":1}`), More: []any{one{1}}}, `{"a":1,"one":1}`},
		"an empty document and more":    {Answer{Document: json.RawMessage(`{}`), More: []any{one{1}}}, `{"one":1}`},
		"spaces in an empty one":        {Answer{Document: json.RawMessage(" { \n } "), More: []any{one{1}}}, `{"one":1}`},
		"spaces around":                 {Answer{Document: json.RawMessage("\n {\"a\":1} \t\n"), More: []any{one{1}}}, `{"a":1,"one":1}`},
		"braces inside":                 {Answer{Document: json.RawMessage(`{"a":{"b":{}}}`), More: []any{one{1}}}, `{"a":{"b":{}},"one":1}`},
		"braces in texts":               {Answer{Document: json.RawMessage(`{"a":"}"}`), More: []any{one{1}}}, `{"a":"}","one":1}`},
		"more that says nothing":        {Answer{Document: json.RawMessage(`{"a":1}`), More: []any{none{}, one{1}, none{}}}, `{"a":1,"one":1}`},
		"only more":                     {Answer{More: []any{one{1}}}, `{"one":1}`},
		"an empty document and no more": {Answer{Document: json.RawMessage(`{}`), More: []any{none{}}}, `{}`},
	} {
		got, err := json.Marshal(c.answer)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
	for _, bad := range []Answer{
		{Document: json.RawMessage(`null`)}, {Document: json.RawMessage(`[1]`)}, {Document: json.RawMessage(`{`)}, {Document: json.RawMessage(" ")},
		{Document: json.RawMessage(`{"a":1}`), More: []any{nil}}, {More: []any{[]int{1}}}, {More: []any{func() {}}},
	} {
		if got, err := json.Marshal(bad); err == nil {
			t.Errorf("%+v is an answer: %s", bad, got)
		}
	}
}
