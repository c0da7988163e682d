package apig

// mirrorContent is ProxyMirrorContent (SDK): requests go to another service as well.
type mirrorContent struct {
	Protocol   string  `json:"protocol" enum:"HTTP,HTTPS,GRPC,GRPCS,http,https,grpc,grpcs"`
	Host       string  `json:"host" maxLength:"255" pattern:"^[^\\s/?#]+$"` // host[:port]
	Path       string  `json:"path,omitempty" maxLength:"512" pattern:"^/[^\\s?#]*$"`
	PathMode   string  `json:"path_concat_mode,omitempty" enum:"replace,prefix"`
	Ratio      float64 `json:"sample_ratio,omitempty" minimum:"0" maximum:"1"`
	Timeout    int     `json:"timeout,omitempty" minimum:"1" maximum:"600000"` // milliseconds
	MirrorBody *bool   `json:"mirror_request_body_enabled,omitempty"`
}

func (c *mirrorContent) rules() error { return nil }
