package apig

// oidcContent is OIDCAuthContent (SDK): callers sign in at an identity provider.
type oidcContent struct {
	ClientID      string `json:"client_id" maxLength:"255"`
	ClientSecret  string `json:"client_secret"` // secret, masked in answers
	Discovery     string `json:"discovery" maxLength:"2048" pattern:"^https?://[^\\s]+$"`
	RedirectAPIID string `json:"redirect_api_id" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$"`
	LogoutAPIID   string `json:"logout_api_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$"`
	Scope         string `json:"scope,omitempty" maxLength:"1024"`
	ExpiresIn     int    `json:"access_token_expires_in,omitempty" minimum:"0" maximum:"2147483647"` // seconds
	JWTCache      *bool  `json:"jwt_cache_enabled,omitempty"`
	JWKS          *bool  `json:"jwks_enabled,omitempty"`
	PublicKey     string `json:"public_key,omitempty" maxLength:"16384"`
	AfterLogout   string `json:"redirect_after_logout_uri,omitempty" maxLength:"2048"`
}

const maxClientSecret = 1024

func (c *oidcContent) rules() error {
	if c.JWKS != nil && !*c.JWKS && c.PublicKey == "" {
		return ErrMissing(contentPath("public_key"))
	}
	return nil
}

// clear implements secretive.
func (c *oidcContent) clear() error {
	if len(c.ClientSecret) > maxClientSecret {
		return ErrInvalid(contentPath("client_secret"))
	}
	return nil
}
