package apig

// thirdAuthContent is ThirdAuthContent (APIG V2 §3.27.1): a service of the customer's decides on requests.
type thirdAuthContent struct {
	Request     *thirdAuthRequest    `json:"auth_request,omitempty"`
	Identities  *thirdAuthIdentities `json:"identities,omitempty"`
	CarryBody   *thirdAuthBody       `json:"carry_body,omitempty"`
	CarryPath   bool                 `json:"carry_path_enabled,omitempty"`
	ReturnBody  bool                 `json:"return_resp_body_enabled,omitempty"`
	CarryHeader []string             `json:"carry_resp_header,omitempty" maxItems:"10" minLength:"1" maxLength:"64"`
	// The examples write the name of the list in the plural.
	CarryHeaders []string          `json:"carry_resp_headers,omitempty" maxItems:"10" minLength:"1" maxLength:"64"`
	Simple       bool              `json:"simple_auth_mode_enabled,omitempty"`
	Match        *thirdAuthMatch   `json:"match_auth,omitempty"`
	RuleEnabled  bool              `json:"rule_enabled,omitempty"`
	RuleType     string            `json:"rule_type,omitempty" enum:"allow,deny"`
	Parameters   []pluginParameter `json:"parameters,omitempty" maxItems:"100"`
	Rules        []thirdAuthRule   `json:"rules,omitempty" maxItems:"100"`
	ForbidLimit  int               `json:"custom_forbid_limit,omitempty" minimum:"0" maximum:"2147483647"` // failures in 5 minutes
	Downgrade    bool              `json:"auth_downgrade_enabled,omitempty"`
}

// thirdAuthRequest is how the service is asked.
type thirdAuthRequest struct {
	Method         string            `json:"method" enum:"GET,POST,PUT,HEAD"`
	Protocol       string            `json:"protocol" enum:"HTTP,HTTPS"`
	Domain         string            `json:"url_domain,omitempty" maxLength:"255" pattern:"^[^\\s/?#]+$"`
	Timeout        int               `json:"timeout,omitempty" minimum:"1" maximum:"60000"` // milliseconds
	Path           string            `json:"path" maxLength:"512" pattern:"^/[^\\s#]*$"`
	ChannelEnabled bool              `json:"vpc_channel_enabled"`
	Channel        *thirdAuthChannel `json:"vpc_channel_info,omitempty"`
}

type thirdAuthChannel struct {
	ID        string `json:"vpc_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$"`
	ProxyHost string `json:"vpc_proxy_host,omitempty" maxLength:"255"`
}

// thirdAuthIdentities say which parts of a request the service gets. An example writes query.
type thirdAuthIdentities struct {
	Headers []thirdAuthIdentity `json:"headers,omitempty" maxItems:"100"`
	Queries []thirdAuthIdentity `json:"queries,omitempty" maxItems:"100"`
	Query   []thirdAuthIdentity `json:"query,omitempty" maxItems:"100"`
}

type thirdAuthIdentity struct {
	Name string `json:"name" maxLength:"255"`
}

type thirdAuthBody struct {
	Enabled bool `json:"enabled,omitempty"`
	MaxSize int  `json:"max_body_size,omitempty" minimum:"0" maximum:"2147483647"` // bytes
}

// thirdAuthMatch is a header of the service's answer that means yes.
type thirdAuthMatch struct {
	Key   string `json:"key,omitempty" maxLength:"255"`
	Value string `json:"value,omitempty" maxLength:"1024"`
}

type thirdAuthRule struct {
	Name  string `json:"rule_name,omitempty" maxLength:"255"`
	Match string `json:"match_regex,omitempty"`
}

func (c *thirdAuthContent) rules() error {
	if c.RuleEnabled && c.RuleType == "" {
		return ErrMissing(contentPath("rule_type"))
	}
	for i, r := range c.Rules {
		if err := expression(element("rules", i, "match_regex"), r.Match); err != nil {
			return err
		}
	}
	switch r := c.Request; {
	case r == nil:
		return nil
	case r.ChannelEnabled && (r.Channel == nil || r.Channel.ID == ""):
		return ErrMissing(contentPath("auth_request.vpc_channel_info.vpc_id"))
	case !r.ChannelEnabled && r.Domain == "":
		return ErrMissing(contentPath("auth_request.url_domain"))
	}
	return nil
}

// uses implements channelUser: the channel through which the service is asked.
func (c *thirdAuthContent) uses() []use {
	if c.Request == nil || !c.Request.ChannelEnabled || c.Request.Channel == nil || c.Request.Channel.ID == "" {
		return nil
	}
	return []use{{usePluginChannel, c.Request.Channel.ID}}
}
