package oas

import (
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// Bounds of a document.
const (
	// MaxDocument is the longest document that Parse reads, in bytes.
	MaxDocument = 10 << 20
	// MaxOperations is the default of ImportOptions.MaxOperations.
	MaxOperations = 1000
	// maxParams is the most parameters of one operation, and of one backend.
	maxParams = 200
	// maxListed bounds the other lists of a document: what comes after so many entries is not looked
	// at. References make it possible to read one list many times.
	maxListed = 100
)

// ImportOptions says how a document is read. The zero value is a plain import into an instance
// without channels, authorizers and responses. (The reference's simple_mode has no counterpart: it
// allows the extensions to be missing, which Parse always does.)
type ImportOptions struct {
	// MockMode gives every API a MOCK backend, whatever the document says (§3.16.2 mock_mode).
	MockMode bool
	// MaxOperations is the most operations that a document may have; 0 means the constant of that
	// name.
	MaxOperations int
	// OwnAuthorizers allows APIs to refer to the authorizers that the document itself defines.
	OwnAuthorizers bool
	// Channels, Authorizers and Responses give the ids of load balance channels, frontend custom
	// authorizers and group responses by name: documents name them, definitions refer to them by id.
	Channels, Authorizers, Responses map[string]string
}

// Document is what an OpenAPI document says about APIs.
type Document struct {
	// Title and Description are those of info: name and remark of a group that the import creates.
	// They are as written, and may break the rules of a group.
	Title, Description string
	// Version is info.version.
	Version string
	// Spec is the version of OpenAPI as the document states it, e.g. "2.0" or "3.0.1".
	Spec string
	// APIs are sorted by the path in the document, then by method in the order GET, POST, PUT, DELETE,
	// HEAD, PATCH, OPTIONS, ANY; those of x-gatelog-apis come last. No two have the same name; two can
	// have the same method and path.
	APIs []ImportedAPI
	// Failures are sorted by path.
	Failures []Failure
	// RateLimits, AccessControls and Authorizers are the policies that the document defines, by name.
	RateLimits     map[string]RateLimit
	AccessControls map[string]AccessControl
	Authorizers    map[string]Authorizer
}

// ImportedAPI is one operation as a definition. The definition has no group_id and no ids of parts;
// it can still break a rule of apig.Prepare, e.g. when its path is too long.
type ImportedAPI struct {
	// Method and Path are req_method and req_uri of the definition.
	Method, Path string
	Definition   apig.Definition
	// Notes say in English what the definition leaves out or calls by another name.
	Notes []string
	// RateLimit, AccessControl and Plugins are the names of what the API is to be bound to; "" or nil
	// when the document names none.
	RateLimit, AccessControl string
	Plugins                  []string
	// Authorizer is the name of an authorizer that the document defines and the options know no id for.
	Authorizer string `json:",omitempty"`
}

// Failure is an operation that cannot be imported (§3.16.2, table Failure).
type Failure struct {
	// Method is in upper case and Path as the document writes it; Method is "" when the path as a
	// whole cannot be read.
	Method, Path string
	Err          *domain.Error
}

// RateLimit is a request throttling policy (x-apigateway-ratelimits). A limit of 0 is none.
type RateLimit struct {
	APILimit  int                `json:"api-limit"`
	AppLimit  int                `json:"app-limit,omitempty"`
	UserLimit int                `json:"user-limit,omitempty"`
	IPLimit   int                `json:"ip-limit,omitempty"`
	Interval  int                `json:"interval"`
	Unit      string             `json:"unit"` // SECOND, MINUTE, HOUR or DAY
	Shared    bool               `json:"shared,omitempty"`
	Special   []SpecialRateLimit `json:"special,omitempty"`
}

// SpecialRateLimit is the limit of one app or user.
type SpecialRateLimit struct {
	Type     string `json:"type"` // APP or USER
	Limit    int    `json:"limit"`
	Instance string `json:"instance"` // id of the app or user
}

// AccessControl is an access control policy (x-apigateway-access-controls).
type AccessControl struct {
	Type       string `json:"acl-type"`    // PERMIT or DENY
	EntityType string `json:"entity-type"` // IP, DOMAIN or DOMAIN_ID
	Value      string `json:"value"`       // entries, separated by commas
}

// Authorizer is a custom authorizer (x-apigateway-authorizer of a security scheme). Timeout is in
// milliseconds, TTL in seconds.
type Authorizer struct {
	Type             string               `json:"type"` // FRONTEND or BACKEND
	AuthorizerType   string               `json:"authorizer_type,omitempty"`
	URI              string               `json:"authorizer_uri,omitempty"`
	AliasURI         string               `json:"authorizer_alias_uri,omitempty"`
	Version          string               `json:"authorizer_version,omitempty"`
	NetworkType      string               `json:"network_type,omitempty"`
	NeedBody         bool                 `json:"need_body,omitempty"`
	TTL              int                  `json:"ttl,omitempty"`
	Timeout          int                  `json:"timeout,omitempty"`
	RetryAttempts    int                  `json:"retry_attempts,omitempty"`
	DowngradeEnabled bool                 `json:"auth_downgrade_enabled,omitempty"`
	Identities       []AuthorizerIdentity `json:"identities,omitempty"`
}

// AuthorizerIdentity is a part of a request that an authorizer looks at.
type AuthorizerIdentity struct {
	Name       string `json:"name"`
	Location   string `json:"location"` // HEADER or QUERY
	Validation string `json:"validation,omitempty"`
}
