package oas

// Extensions of the reference (§3.16, §3.30.3) and of the user guide that it refers to.
const (
	extAnyMethod       = "x-apigateway-any-method"
	extRequestType     = "x-apigateway-request-type"
	extMatchMode       = "x-apigateway-match-mode"
	extCors            = "x-apigateway-cors"
	extBase64          = "x-apigateway-is-send-fg-body-base64"
	extContentType     = "x-apigateway-content-type"
	extResponse        = "x-apigateway-response"
	extNormalSample    = "x-apigateway-result-normal-sample"
	extFailureSample   = "x-apigateway-result-failure-sample"
	extPassThrough     = "x-apigateway-pass-through"
	extSample          = "x-apigateway-sample"
	extOrchestrations  = "x-apigateway-orchestrations"
	extBackend         = "x-apigateway-backend"
	extBackendPolicies = "x-apigateway-backend-policies"
	extAuthType        = "x-apigateway-auth-type"
	extAuthOpt         = "x-apigateway-auth-opt"
	extAuthorizer      = "x-apigateway-authorizer"
	extRateLimit       = "x-apigateway-ratelimit"
	extRateLimits      = "x-apigateway-ratelimits"
	extAccessControl   = "x-apigateway-access-control"
	extAccessControls  = "x-apigateway-access-controls"
	extPlugins         = "x-apigateway-plugins"
)

// Extensions of our own, see the package's comment.
const (
	extExport     = "x-gatelog-export"
	extUnplaced   = "x-gatelog-apis"
	extDefinition = "x-gatelog-definition"
	extParam      = "x-gatelog-param"
	extEffectMode = "x-gatelog-effect-mode"
)

// Security schemes of exported documents (§3.30.3).
const (
	schemeApp       = "apig-auth-app"
	schemeAppHeader = "apig-auth-app-header"
	schemeIAM       = "apig-auth-iam"
)

// backendTypes are the values of type in x-apigateway-backend: the backend type, and whether it is
// reached through a load balance channel. The guide has the first four; it says nothing about gRPC.
var backendTypes = map[string]struct {
	backend string
	channel bool
}{
	"HTTP": {"HTTP", false}, "HTTP-VPC": {"HTTP", true}, "FUNCTION": {"FUNCTION", false}, "MOCK": {"MOCK", false},
	"GRPC": {"GRPC", false}, "GRPC-VPC": {"GRPC", true},
}

// defaultTimeout is the guide's default of a backend's timeout, in milliseconds.
const defaultTimeout = 5000
