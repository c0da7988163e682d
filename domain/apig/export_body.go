package apig

// ExportBody is what to export, and how (APIG V2 §3.16.1).
type ExportBody struct {
	EnvID   string   `json:"env_id" maxLength:"65" doc:"Environment whose published definitions are exported."`
	GroupID string   `json:"group_id" maxLength:"65" doc:"Group."`
	Define  string   `json:"define,omitempty" enum:"spec,proxy,all,dev" doc:"spec: frontend (default); proxy: and backend; all: and policies; dev: drafts, published or not."`
	Type    string   `json:"type,omitempty" enum:"json,yaml,yml" doc:"Format of the document (default json)."`
	Version string   `json:"version,omitempty" maxLength:"64" doc:"Version of the document; default: the time."`
	APIs    []string `json:"apis,omitempty" maxItems:"1000" maxLength:"65" doc:"Only these APIs."`
}

// Check returns APIG.2001 or APIG.2011 for the first member that breaks its rule.
func (b ExportBody) Check() error {
	return violated(b)
}
