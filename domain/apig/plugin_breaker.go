package apig

// breakerContent is BreakerContent (APIG V2 §3.27.1).
type breakerContent struct {
	Scope      string             `json:"scope,omitempty" enum:"basic,share"`
	Condition  *breakerCondition  `json:"breaker_condition"`
	Default    *breakerDowngrade  `json:"downgrade_default,omitempty"`
	Parameters []pluginParameter  `json:"downgrade_parameters,omitempty" maxItems:"100"`
	Rules      []breakerDownRules `json:"downgrade_rules,omitempty" maxItems:"100"`
}

// breakerCondition is when the breaker opens.
type breakerCondition struct {
	Type       string `json:"breaker_type" enum:"timeout,condition"`
	Mode       string `json:"breaker_mode,omitempty" enum:"counter,percentage"`
	Unhealthy  string `json:"unhealthy_condition,omitempty"` // a rule expression
	Threshold  int    `json:"unhealthy_threshold,omitempty" minimum:"1" maximum:"2147483647"`
	MinCalls   int    `json:"min_call_threshold,omitempty" minimum:"1" maximum:"2147483647"`
	Percentage int    `json:"unhealthy_percentage,omitempty" minimum:"1" maximum:"100"`
	Window     int    `json:"time_window" minimum:"1" maximum:"2147483647"`       // seconds
	OpenTime   int    `json:"open_breaker_time" minimum:"1" maximum:"2147483647"` // seconds
}

// breakerDownRules are other conditions, and another backend, for requests that fit an expression.
type breakerDownRules struct {
	Name       string            `json:"rule_name" maxLength:"255"`
	Match      string            `json:"match_regex"`
	Parameters []string          `json:"parameters,omitempty" maxItems:"100" maxLength:"255"`
	Condition  *breakerCondition `json:"breaker_condition,omitempty"`
	Backend    *breakerDowngrade `json:"downgrade_backend,omitempty"`
}

// breakerDowngrade is the backend that answers while the breaker is open.
type breakerDowngrade struct {
	Type    string       `json:"type" enum:"http,http_vpc,function,mock,passthrough"`
	HTTP    *breakerHTTP `json:"http_info,omitempty"`
	HTTPVPC *breakerHTTP `json:"http_vpc_info,omitempty"`
	Mock    *breakerMock `json:"mock_info,omitempty"`
}

type breakerHTTP struct {
	ChannelID string `json:"vpc_channel_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$"`
	Address   string `json:"address,omitempty" maxLength:"255"`
	Scheme    string `json:"scheme,omitempty" maxLength:"16"`
	Method    string `json:"method,omitempty" maxLength:"16"`
	Path      string `json:"path,omitempty" maxLength:"512"`
	Timeout   int    `json:"timeout,omitempty" minimum:"1" maximum:"600000"` // milliseconds
}

type breakerMock struct {
	Status int    `json:"status_code,omitempty" minimum:"200" maximum:"599"`
	Result string `json:"result_content,omitempty" maxLength:"65535"`
}

func (c *breakerContent) rules() error {
	if err := c.Condition.rules("breaker_condition."); err != nil {
		return err
	}
	for i, r := range c.Rules {
		if err := expression(element("downgrade_rules", i, "match_regex"), r.Match); err != nil {
			return err
		}
		if err := r.Condition.rules(element("downgrade_rules", i, "breaker_condition.")); err != nil {
			return err
		}
	}
	return nil
}

// rules holds the condition against its mode; at is its path, ending in a dot.
func (c *breakerCondition) rules(at string) error {
	if c == nil {
		return nil
	}
	switch {
	case c.Mode == "counter" && c.Threshold == 0:
		return ErrMissing(contentPath(at + "unhealthy_threshold"))
	case c.Mode == "percentage" && c.MinCalls == 0:
		return ErrMissing(contentPath(at + "min_call_threshold"))
	case c.Mode == "percentage" && c.Percentage == 0:
		return ErrMissing(contentPath(at + "unhealthy_percentage"))
	case c.Type == "condition" && c.Unhealthy == "":
		return ErrMissing(contentPath(at + "unhealthy_condition"))
	}
	return expression(at+"unhealthy_condition", c.Unhealthy)
}

// uses implements channelUser: a channel that answers while the breaker is open.
func (c *breakerContent) uses() []use {
	var all []use
	add := func(d *breakerDowngrade) {
		if d == nil {
			return
		}
		for _, h := range []*breakerHTTP{d.HTTP, d.HTTPVPC} {
			if h != nil && h.ChannelID != "" {
				all = append(all, use{useChannel, h.ChannelID})
			}
		}
	}
	add(c.Default)
	for _, r := range c.Rules {
		add(r.Backend)
	}
	return all
}
