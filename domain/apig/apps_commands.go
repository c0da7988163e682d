package apig

// CreateApp creates an app (APIG V2 §3.28.1). The secret has left the body by now: Secret has it sealed.
type CreateApp struct {
	InstanceID string       `json:"instance_id"`
	Body       AppBody      `json:"body"`
	Secret     SealedSecret `json:"secret"`
}

// AppBody is the body of APIG V2 §3.28.1. Key and secret are generated when they are left out.
type AppBody struct {
	Name             string `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]{2,63}$" doc:"App name, unique in the instance."`
	Remark           string `json:"remark,omitempty" maxLength:"255" doc:"Description."`
	Key              string `json:"app_key,omitempty" minLength:"8" maxLength:"200" pattern:"^[A-Za-z0-9][A-Za-z0-9_-]{7,199}$" doc:"Own key, unique in the instance."`
	Secret           string `json:"app_secret,omitempty" minLength:"8" maxLength:"128" pattern:"^[A-Za-z0-9][A-Za-z0-9_\\-!@#$%]{7,127}$" doc:"Own secret."`
	RelatedDomainID  string `json:"related_domain_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Account that the app is for."`
	RelatedProjectID string `json:"related_project_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Project that the app is for."`
}

// UpdateApp changes an app (APIG V2 §3.28.2).
type UpdateApp struct {
	InstanceID string        `json:"instance_id"`
	AppID      string        `json:"app_id"`
	Body       AppUpdateBody `json:"body"`
	Secret     SealedSecret  `json:"secret"`
}

// AppUpdateBody is the body of APIG V2 §3.28.2. What is left out, but for the name, stays as it is.
type AppUpdateBody struct {
	Name             string  `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]{2,63}$" doc:"App name, unique in the instance."`
	Remark           *string `json:"remark,omitempty" maxLength:"255" doc:"Description."`
	Key              string  `json:"app_key,omitempty" minLength:"8" maxLength:"200" pattern:"^[A-Za-z0-9][A-Za-z0-9_-]{7,199}$" doc:"Another key."`
	Secret           string  `json:"app_secret,omitempty" minLength:"8" maxLength:"128" pattern:"^[A-Za-z0-9][A-Za-z0-9_\\-!@#$%]{7,127}$" doc:"Another secret."`
	RelatedDomainID  *string `json:"related_domain_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Account that the app is for."`
	RelatedProjectID *string `json:"related_project_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Project that the app is for."`
}

// DeleteApp deletes an app with everything that it has (APIG V2 §3.28.3).
type DeleteApp struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
}

// ResetAppSecret gives an app another secret (APIG V2 §3.28.4).
type ResetAppSecret struct {
	InstanceID string       `json:"instance_id"`
	AppID      string       `json:"app_id"`
	Secret     SealedSecret `json:"secret"`
}

// AppResetBody is the body of APIG V2 §3.28.4. A secret is generated when it is left out.
type AppResetBody struct {
	Secret string `json:"app_secret,omitempty" minLength:"8" maxLength:"128" pattern:"^[A-Za-z0-9][A-Za-z0-9_\\-!@#$%]{7,127}$" doc:"Own secret."`
}

// CreateAppCode gives an app one more AppCode (APIG V2 §3.28.8, §3.28.9). Value.Own is not used: both
// operations are always allowed.
type CreateAppCode struct {
	InstanceID string       `json:"instance_id"`
	AppID      string       `json:"app_id"`
	Value      SealedSecret `json:"value"`
}

// AppCodeBody is the body of APIG V2 §3.28.8.
type AppCodeBody struct {
	Code string `json:"app_code" minLength:"64" maxLength:"180" pattern:"^[A-Za-z0-9+/][A-Za-z0-9+_!@#$%\\-/=]{63,179}$" doc:"The AppCode."`
}

// DeleteAppCode takes an AppCode from its app (APIG V2 §3.28.10).
type DeleteAppCode struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	AppCodeID  string `json:"app_code_id"`
}

// SetAppACL sets from where an app may call (APIG V2 §3.28.14).
type SetAppACL struct {
	InstanceID string     `json:"instance_id"`
	AppID      string     `json:"app_id"`
	Body       AppACLBody `json:"body"`
}

// AppACLBody is the body of APIG V2 §3.28.14.
type AppACLBody struct {
	Type   string   `json:"app_acl_type" enum:"PERMIT,DENY" doc:"PERMIT: only from these addresses, DENY: from all others."`
	Values []string `json:"app_acl_values" minItems:"1" maxItems:"1000" minLength:"1" maxLength:"100" doc:"IP addresses, ranges (from-to) and CIDR blocks."`
}

// DeleteAppACL lets an app call from everywhere again (APIG V2 §3.28.16).
type DeleteAppACL struct {
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
}

// Check refuses a body that breaks a rule of its fields: APIG.2001, APIG.2011. It is for whoever takes
// the secret out of the body.
func (b AppBody) Check() error { return violated(b) }

// Check does for a change what AppBody.Check does.
func (b AppUpdateBody) Check() error { return violated(b) }

// Check does for a reset what AppBody.Check does.
func (b AppResetBody) Check() error { return violated(b) }

// Check does for an AppCode what AppBody.Check does.
func (b AppCodeBody) Check() error { return violated(b) }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c CreateApp) Fingerprint() any { c.Secret = c.Secret.asked(); return c }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c UpdateApp) Fingerprint() any { c.Secret = c.Secret.asked(); return c }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c ResetAppSecret) Fingerprint() any { c.Secret = c.Secret.asked(); return c }

// Fingerprint is what the client asked for, without what differs with every sending.
func (c CreateAppCode) Fingerprint() any { c.Value = c.Value.asked(); return c }
