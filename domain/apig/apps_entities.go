package apig

import "time"

// App is a credential: an identity that can call the APIs it is authorized for (APIG V2 §3.28).
type App struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
	Remark     string `json:"remark,omitempty"`
	Key        string `json:"app_key"`
	// Secret is sealed: neither a state nor the log ever has it in the clear.
	Secret           string    `json:"app_secret"`
	RelatedDomainID  string    `json:"related_domain_id,omitempty"`
	RelatedProjectID string    `json:"related_project_id,omitempty"`
	RegisterTime     time.Time `json:"register_time"`
	UpdateTime       time.Time `json:"update_time"`
}

// AppCode is a value that an app can show instead of a signature: simple authentication (APIG V2
// §3.28.8).
type AppCode struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	AppID      string `json:"app_id"`
	// Value is sealed.
	Value      string    `json:"app_code"`
	CreateTime time.Time `json:"create_time"`
}

// AppACL says from which addresses an app may call, or may not (APIG V2 §3.28.14).
type AppACL struct {
	InstanceID string   `json:"instance_id"`
	AppID      string   `json:"app_id"`
	Type       string   `json:"app_acl_type"`
	Values     []string `json:"app_acl_values"`
}

// SealedSecret is a secret as it travels in a command.
type SealedSecret struct {
	Text string `json:"text,omitempty"`
	// Own says that the client gave it, and nobody generated it.
	Own bool `json:"own,omitempty"`
}

// asked returns the secret without the sealed text, which is another one with every sealing.
func (s SealedSecret) asked() SealedSecret { return SealedSecret{Own: s.Own} }
