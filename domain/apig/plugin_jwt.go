package apig

import (
	"encoding/json"
	"strconv"
)

// jwtContent is JWTAuthContent (SDK): callers have a signed token.
type jwtContent struct {
	Service     *struct{}         `json:"jwks_service,omitempty"` // where the keys are got from
	Keys        string            `json:"jwks,omitempty"`         // the keys themselves; secret
	Location    string            `json:"token_location,omitempty" enum:"header,query,cookie"`
	Name        string            `json:"token_name,omitempty" maxLength:"255"`
	Prefix      string            `json:"token_prefix,omitempty" maxLength:"255"`
	Tolerance   json.Number       `json:"token_expiration_tolerance,omitempty"` // seconds
	PassThrough bool              `json:"token_pass_through_enabled,omitempty"`
	Payload     *struct{}         `json:"carry_payload,omitempty"`
	SkipMissing bool              `json:"missing_token_skip_auth_enabled,omitempty"`
	IgnoreExp   bool              `json:"ignore_expiration_validation_enabled,omitempty"`
	Claims      []json.RawMessage `json:"claims_to_headers,omitempty" maxItems:"100"`
	Blacklist   []json.RawMessage `json:"blacklist,omitempty" maxItems:"100"`
	Whitelist   []json.RawMessage `json:"whitelist,omitempty" maxItems:"100"`
}

const (
	maxTolerance = 86_400 // seconds
	maxJWKS      = 50 << 10
)

func (c *jwtContent) rules() error {
	if c.Service == nil && c.Keys == "" {
		return ErrMissing(contentPath("jwks"))
	}
	if c.Location == "cookie" && c.Name == "" {
		return ErrMissing(contentPath("token_name"))
	}
	if n, err := strconv.Atoi(c.Tolerance.String()); c.Tolerance != "" && (err != nil || n < 0 || n > maxTolerance) {
		return ErrInvalid(contentPath("token_expiration_tolerance"))
	}
	return nil
}

// clear implements secretive: the keys are a JSON object of at most 50 KB.
func (c *jwtContent) clear() error {
	var keys map[string]json.RawMessage
	if c.Keys != "" && (len(c.Keys) > maxJWKS || json.Unmarshal([]byte(c.Keys), &keys) != nil) {
		return ErrInvalid(contentPath("jwks"))
	}
	return nil
}
