package apig

// rateLimitContent is RateLimitContent (APIG V2 §3.27.1). A limit of 0 is none, as in the examples.
type rateLimitContent struct {
	Scope    string `json:"scope,omitempty" enum:"basic,share"`
	Unit     string `json:"default_time_unit,omitempty" enum:"second,minute,hour,day"`
	Interval int    `json:"default_interval,omitempty" minimum:"1" maximum:"2147483647"`
	API      int    `json:"api_limit" minimum:"-1" maximum:"2147483647"` // -1: no limit
	App      int    `json:"app_limit,omitempty" minimum:"1" maximum:"2147483647"`
	User     int    `json:"user_limit,omitempty" minimum:"1" maximum:"2147483647"`
	IP       int    `json:"ip_limit,omitempty" minimum:"1" maximum:"2147483647"`

	Algorithm  string             `json:"algorithm,omitempty" enum:"counter,haht,local"`
	Specials   []rateLimitSpecial `json:"specials,omitempty" maxItems:"100"`
	Parameters []pluginParameter  `json:"parameters,omitempty" maxItems:"100"`
	Rules      []rateLimitRule    `json:"rules,omitempty" maxItems:"100"`
}

// rateLimitSpecial are limits of certain apps or users.
type rateLimitSpecial struct {
	Type     string            `json:"type" enum:"app,user"`
	Policies []rateLimitPolicy `json:"policies,omitempty" maxItems:"1000"`
}

type rateLimitPolicy struct {
	Key   string `json:"key" maxLength:"255"`
	Limit int    `json:"limit" minimum:"1" maximum:"2147483647"`
}

// rateLimitRule is a limit of requests that fit an expression.
type rateLimitRule struct {
	Name     string `json:"rule_name,omitempty" maxLength:"255"`
	Match    string `json:"match_regex,omitempty"`
	Unit     string `json:"time_unit,omitempty" enum:"second,minute,hour,day"`
	Interval int    `json:"interval,omitempty" minimum:"1" maximum:"2147483647"`
	Limit    int    `json:"limit,omitempty" minimum:"-1" maximum:"2147483647"`
}

func (c *rateLimitContent) rules() error {
	switch {
	case c.User > 0 && c.above(c.User):
		return ErrInvalidBecause(contentPath("user_limit"), "is larger than api_limit")
	case c.App > 0 && c.User > 0 && c.App > c.User:
		return ErrInvalidBecause(contentPath("app_limit"), "is larger than user_limit")
	case c.above(c.App):
		return ErrInvalidBecause(contentPath("app_limit"), "is larger than api_limit")
	case c.above(c.IP):
		return ErrInvalidBecause(contentPath("ip_limit"), "is larger than api_limit")
	}
	for i, s := range c.Specials {
		for j, p := range s.Policies {
			if c.above(p.Limit) {
				return ErrInvalidBecause(contentPath(element("specials", i, element("policies", j, "limit"))), "is larger than api_limit")
			}
		}
	}
	for i, r := range c.Rules {
		if err := expression(element("rules", i, "match_regex"), r.Match); err != nil {
			return err
		}
	}
	return nil
}

// above reports whether a limit is more than the API's, which may have none.
func (c *rateLimitContent) above(limit int) bool { return c.API > 0 && limit > c.API }
