// Package apig holds the rules of the dedicated API gateway's management API, version 2 ('APIG V2'
// in the comments): what a definition may say, and which changes are allowed when. It is pure: no
// I/O, no clock, no randomness.
package apig

// Definition is an API as its owner wrote it: the frontend (how it is called) and the backend (how
// the gateway reaches it). It is what APIG V2 §3.5.1 and §3.5.2 take, with the ids that the gateway
// gave to its parts. Publishing freezes it at a position of the log.
type Definition struct {
	Name                string           `json:"name" minLength:"3" maxLength:"255" pattern:"^[\\p{Han}A-Za-z0-9][\\p{Han}A-Za-z0-9\\-_./()（）:：、]{2,254}$" doc:"API name, unique in its group."`
	Type                int              `json:"type" enum:"1,2" doc:"1 public, 2 private."`
	Version             string           `json:"version,omitempty" maxLength:"16" doc:"API version, free text (default V0.0.1)."`
	ReqProtocol         string           `json:"req_protocol" required:"false" enum:"HTTP,HTTPS,BOTH,GRPCS" doc:"Request protocol (default HTTPS)."`
	ReqMethod           string           `json:"req_method" enum:"GET,POST,PUT,DELETE,HEAD,PATCH,OPTIONS,ANY" doc:"Request method; always POST when the protocol is GRPCS."`
	ReqURI              string           `json:"req_uri" maxLength:"512" doc:"Request path; may hold path parameters in braces."`
	AuthType            string           `json:"auth_type" enum:"NONE,APP,IAM,AUTHORIZER" doc:"How callers authenticate."`
	AuthOpt             *AuthOpt         `json:"auth_opt,omitempty"`
	Cors                bool             `json:"cors,omitempty" doc:"Whether CORS is supported."`
	TraceEnabled        bool             `json:"trace_enabled,omitempty" doc:"Whether calls are traced."`
	SamplingStrategy    string           `json:"sampling_strategy,omitempty" enum:"RATE" doc:"Trace sampling strategy; required when trace_enabled."`
	SamplingParam       string           `json:"sampling_param,omitempty" maxLength:"64" doc:"Per cent of the calls traced, 0 to 100 (default 100)."`
	MatchMode           string           `json:"match_mode,omitempty" enum:"SWA,NORMAL" doc:"SWA prefix match, NORMAL exact match (default)."`
	BackendType         string           `json:"backend_type" enum:"HTTP,FUNCTION,MOCK,GRPC" doc:"Backend type."`
	Remark              string           `json:"remark,omitempty" maxLength:"255" doc:"Description."`
	GroupID             string           `json:"group_id" maxLength:"65" doc:"The group that the API belongs to."`
	BodyRemark          string           `json:"body_remark,omitempty" maxLength:"20480" doc:"Description of the request body, or its JSON Schema."`
	ResultNormalSample  string           `json:"result_normal_sample,omitempty" maxLength:"20480" doc:"Example of a normal response."`
	ResultFailureSample string           `json:"result_failure_sample,omitempty" maxLength:"20480" doc:"Example of a failure response."`
	AuthorizerID        string           `json:"authorizer_id,omitempty" maxLength:"65" doc:"Frontend custom authorizer."`
	Tags                []string         `json:"tags,omitempty" maxItems:"100" minLength:"1" maxLength:"128" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9\\-*#%.:_]*$" doc:"Tags; ten by default (quota API_TAG_NUM_LIMIT)."`
	ResponseID          string           `json:"response_id,omitempty" maxLength:"65" doc:"Group response."`
	RomaAppID           string           `json:"roma_app_id,omitempty" maxLength:"65" doc:"Kept for clients; not supported."`
	DomainName          string           `json:"domain_name,omitempty" maxLength:"255" doc:"Kept for clients; not supported."`
	Tag                 string           `json:"tag,omitempty" maxLength:"128" doc:"Deprecated: use tags."`
	ContentType         string           `json:"content_type,omitempty" enum:"application/json,application/xml,multipart/form-data,text/plain" doc:"Content type of the request; decides only whether is_send_fg_body_base64 may be false."`
	IsSendFgBodyBase64  *bool            `json:"is_send_fg_body_base64,omitempty" doc:"Whether the body goes to a function Base64-encoded (default true); false needs content_type application/json."`
	MockInfo            *Mock            `json:"mock_info,omitempty"`
	FuncInfo            *Function        `json:"func_info,omitempty"`
	ReqParams           []ReqParam       `json:"req_params,omitempty" maxItems:"200"`
	BackendParams       []BackendParam   `json:"backend_params,omitempty" maxItems:"200"`
	PolicyMocks         []PolicyMock     `json:"policy_mocks,omitempty" maxItems:"50"`
	PolicyFunctions     []PolicyFunction `json:"policy_functions,omitempty" maxItems:"50"`
	BackendAPI          *Backend         `json:"backend_api,omitempty"`
	PolicyHTTPs         []PolicyHTTP     `json:"policy_https,omitempty" maxItems:"50"`
}

// AuthOpt refines auth_type APP.
type AuthOpt struct {
	AppCodeAuthType string `json:"app_code_auth_type,omitempty" enum:"DISABLE,HEADER" doc:"Simple authentication by AppCode (default DISABLE)."`
}

// Mock is a backend that answers by itself.
type Mock struct {
	ID            string `json:"id,omitempty" readOnly:"true"`
	Remark        string `json:"remark,omitempty" maxLength:"255"`
	ResultContent string `json:"result_content,omitempty" maxLength:"20480" doc:"The answer's body."`
	Version       string `json:"version,omitempty" maxLength:"64"`
	AuthorizerID  string `json:"authorizer_id,omitempty" maxLength:"65"`
}

// Function is a FunctionGraph backend.
type Function struct {
	ID             string `json:"id,omitempty" readOnly:"true"`
	FunctionURN    string `json:"function_urn" maxLength:"512"`
	Remark         string `json:"remark,omitempty" maxLength:"255"`
	InvocationType string `json:"invocation_type" enum:"async,sync"`
	NetworkType    string `json:"network_type" enum:"V1,V2"`
	Version        string `json:"version,omitempty" maxLength:"64" doc:"Ignored when alias_urn is given."`
	AliasURN       string `json:"alias_urn,omitempty" maxLength:"512"`
	Timeout        int    `json:"timeout" minimum:"1" maximum:"600000" doc:"Milliseconds; at most 60000 for network_type V1."`
	AuthorizerID   string `json:"authorizer_id,omitempty" maxLength:"65"`
	ReqProtocol    string `json:"req_protocol,omitempty" enum:"HTTPS,GRPCS"`
}

// ReqParam is a parameter of the frontend request.
type ReqParam struct {
	ID             string   `json:"id,omitempty" readOnly:"true"`
	Name           string   `json:"name" minLength:"1" maxLength:"32" pattern:"^[A-Za-z][A-Za-z0-9\\-_.]{0,31}$"`
	Type           string   `json:"type" enum:"STRING,NUMBER"`
	Location       string   `json:"location" enum:"PATH,QUERY,HEADER,COOKIE"`
	DefaultValue   string   `json:"default_value,omitempty" maxLength:"255"`
	SampleValue    string   `json:"sample_value,omitempty" maxLength:"255"`
	Required       int      `json:"required,omitempty" enum:"1,2" doc:"1 yes, 2 no; default 1 in PATH, else 2."`
	ValidEnable    int      `json:"valid_enable,omitempty" enum:"1,2" doc:"1 validate, 2 do not (default)."`
	Remark         string   `json:"remark,omitempty" maxLength:"255"`
	Enumerations   string   `json:"enumerations,omitempty" maxLength:"2048" doc:"Allowed values, separated by commas."`
	MinNum         *int     `json:"min_num,omitempty" minimum:"-2147483648" maximum:"2147483647" doc:"Effective for type NUMBER."`
	MaxNum         *int     `json:"max_num,omitempty" minimum:"-2147483648" maximum:"2147483647" doc:"Effective for type NUMBER."`
	MinSize        *int     `json:"min_size,omitempty" minimum:"0" maximum:"2147483647" doc:"Effective for type STRING."`
	MaxSize        *int     `json:"max_size,omitempty" minimum:"0" maximum:"2147483647" doc:"Effective for type STRING."`
	Regular        string   `json:"regular,omitempty" maxLength:"255" doc:"Kept for clients; not supported."`
	JSONSchema     string   `json:"json_schema,omitempty" maxLength:"20480" doc:"Kept for clients; not supported."`
	PassThrough    int      `json:"pass_through,omitempty" enum:"1,2" doc:"1 passed through to the backend (default), 2 not."`
	Orchestrations []string `json:"orchestrations,omitempty" maxItems:"10" minLength:"1" maxLength:"65" doc:"Orchestration rules in their order; at most one parameter of an API may have them."`
}

// BackendParam is a parameter that the gateway sends to the backend.
type BackendParam struct {
	ID         string `json:"id,omitempty" readOnly:"true"`
	Origin     string `json:"origin" enum:"REQUEST,CONSTANT,SYSTEM"`
	Name       string `json:"name" minLength:"1" maxLength:"32" pattern:"^[A-Za-z][A-Za-z0-9\\-_.]*$"`
	Remark     string `json:"remark,omitempty" maxLength:"255"`
	Location   string `json:"location" enum:"PATH,QUERY,HEADER"`
	Value      string `json:"value" maxLength:"255" doc:"The name of a request parameter, the constant, or the name of a system parameter."`
	ReqParamID string `json:"req_param_id,omitempty" readOnly:"true"`
}

// Condition decides whether a backend policy applies.
type Condition struct {
	ID                          string `json:"id,omitempty" readOnly:"true"`
	ReqParamName                string `json:"req_param_name,omitempty" maxLength:"32"`
	SysParamName                string `json:"sys_param_name,omitempty" enum:"req_path,req_method,reqPath,reqMethod"`
	CookieParamName             string `json:"cookie_param_name,omitempty" maxLength:"255"`
	FrontendAuthorizerParamName string `json:"frontend_authorizer_param_name,omitempty" maxLength:"255"`
	ConditionType               string `json:"condition_type,omitempty" enum:"exact,enum,pattern"`
	ConditionOrigin             string `json:"condition_origin" enum:"param,source,system,cookie,frontend_authorizer"`
	ConditionValue              string `json:"condition_value" required:"false" maxLength:"1024" doc:"Not needed for origin system. A pattern has at most 512 characters."`
	ReqParamID                  string `json:"req_param_id,omitempty" readOnly:"true"`
	ReqParamLocation            string `json:"req_param_location,omitempty" readOnly:"true"`
	MappedParamName             string `json:"mapped_param_name,omitempty" maxLength:"255"`
	MappedParamLocation         string `json:"mapped_param_location,omitempty" enum:"header,query"`
}

// Policy is what every backend policy has: when it applies and what it adds to the request.
type Policy struct {
	ID            string         `json:"id,omitempty" readOnly:"true"`
	Name          string         `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_ ]*$" doc:"Unique in the API; letters, digits, Chinese, underscores, and spaces as the reference's own example has them."`
	EffectMode    string         `json:"effect_mode" enum:"ALL,ANY" doc:"Whether all conditions must hold or any."`
	Conditions    []Condition    `json:"conditions" minItems:"1" maxItems:"50"`
	BackendParams []BackendParam `json:"backend_params,omitempty" maxItems:"200"`
	AuthorizerID  string         `json:"authorizer_id,omitempty" maxLength:"65"`
}

// PolicyMock is a backend policy that answers by itself.
type PolicyMock struct {
	Policy
	ResultContent string `json:"result_content,omitempty" maxLength:"20480"`
}

// PolicyFunction is a backend policy that calls a function.
type PolicyFunction struct {
	Policy
	FunctionURN    string `json:"function_urn" maxLength:"512"`
	InvocationType string `json:"invocation_type" enum:"async,sync"`
	NetworkType    string `json:"network_type" enum:"V1,V2"`
	Version        string `json:"version,omitempty" maxLength:"64"`
	AliasURN       string `json:"alias_urn,omitempty" maxLength:"512"`
	Timeout        int    `json:"timeout,omitempty" minimum:"1" maximum:"600000" doc:"Milliseconds."`
	ReqProtocol    string `json:"req_protocol,omitempty" enum:"HTTPS,GRPCS"`
}

// PolicyHTTP is a backend policy that calls an HTTP(S) or gRPC backend.
type PolicyHTTP struct {
	Policy
	Endpoint
	Timeout int `json:"timeout,omitempty" minimum:"1" maximum:"600000" doc:"Milliseconds."`
}

// Endpoint is where and how an HTTP(S) or gRPC backend is reached.
type Endpoint struct {
	URLDomain           string           `json:"url_domain,omitempty" maxLength:"255" doc:"host[:port]; may hold #variable# references. The channel's id when a channel is used."`
	ReqProtocol         string           `json:"req_protocol,omitempty" enum:"HTTP,HTTPS,GRPC,GRPCS"`
	ReqMethod           string           `json:"req_method,omitempty" enum:"GET,POST,PUT,DELETE,HEAD,PATCH,OPTIONS,ANY"`
	ReqURI              string           `json:"req_uri,omitempty" maxLength:"512" doc:"Backend path; may hold path parameters and #variable# references."`
	RetryCount          string           `json:"retry_count,omitempty" pattern:"^(-1|[0-9]|10)$" doc:"-1 to 10; default -1: idempotent methods once."`
	EnableSmChannel     bool             `json:"enable_sm_channel,omitempty"`
	MemberGroupURLInfos []MemberGroupURL `json:"member_group_url_infos,omitempty" maxItems:"10" doc:"Required, and only kept, when vpc_channel_status is 4."`
	VPCChannelInfo      *VPCChannelRef   `json:"vpc_channel_info,omitempty"`
	VPCChannelStatus    int              `json:"vpc_channel_status,omitempty" enum:"1,2,3,4" doc:"1 a load balance channel is used, 2 it is not (default, unless vpc_channel_info is given), 4 a channel is used and every server group has its own address; 3 is not supported."`
}

// MemberGroupURL is how one server group of a channel is reached.
type MemberGroupURL struct {
	MemberGroupID string `json:"member_group_id" maxLength:"65" pattern:"^[A-Za-z0-9_\\-]+$"`
	ReqProtocol   string `json:"req_protocol" enum:"HTTP,HTTPS,GRPC,GRPCS"`
	ReqMethod     string `json:"req_method" enum:"GET,POST,PUT,DELETE,HEAD,PATCH,OPTIONS,ANY"`
	ReqURI        string `json:"req_uri" maxLength:"512"`
}

// Backend is an HTTP(S) or gRPC backend.
type Backend struct {
	ID string `json:"id,omitempty" readOnly:"true"`
	Endpoint
	Remark          string `json:"remark,omitempty" maxLength:"255"`
	Version         string `json:"version,omitempty" maxLength:"16"`
	Timeout         int    `json:"timeout" minimum:"1" maximum:"600000" doc:"Milliseconds; at most what the instance feature backend_timeout allows."`
	EnableClientSSL bool   `json:"enable_client_ssl,omitempty" doc:"Two-way TLS with the backend."`
	AuthorizerID    string `json:"authorizer_id,omitempty" maxLength:"65"`
}

// VPCChannelRef names the load balance channel of a backend.
type VPCChannelRef struct {
	VPCChannelID        string `json:"vpc_channel_id" maxLength:"65" pattern:"^[A-Za-z0-9_\\-]+$"`
	VPCChannelProxyHost string `json:"vpc_channel_proxy_host,omitempty" maxLength:"255" doc:"Host header sent to the backend: host[:port]."`
}
