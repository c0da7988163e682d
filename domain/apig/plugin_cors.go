package apig

// corsContent is CorsPluginContent (APIG V2 §3.27.1; its members are in the SDK).
type corsContent struct {
	AllowOrigin   string `json:"allow_origin" maxLength:"4096" pattern:"^[^\\s,]+(\\s*,\\s*[^\\s,]+)*$"`
	AllowMethods  string `json:"allow_methods,omitempty" maxLength:"255" pattern:"^[A-Za-z*]+(\\s*,\\s*[A-Za-z*]+)*$"`
	AllowHeaders  string `json:"allow_headers,omitempty" maxLength:"4096" pattern:"^[\\w.*-]+(\\s*,\\s*[\\w.*-]+)*$"`
	ExposeHeaders string `json:"expose_headers,omitempty" maxLength:"4096" pattern:"^[\\w.*-]+(\\s*,\\s*[\\w.*-]+)*$"`
	// The SDK says at most 86400 seconds; the reference's examples have 172800.
	MaxAge           int  `json:"max_age,omitempty" minimum:"0" maximum:"172800"`
	AllowCredentials bool `json:"allow_credentials,omitempty"`
}

func (c *corsContent) rules() error { return nil }
