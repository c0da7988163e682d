package apig

import (
	"fmt"
	"strings"
)

// cacheContent is ProxyCacheContent (SDK): responses are kept and given again.
type cacheContent struct {
	Key      *cacheKey     `json:"cache_key"`
	Statuses []cacheStatus `json:"cache_http_status_and_ttl,omitempty" maxItems:"100"`
	Client   *cacheClient  `json:"client_cache_control,omitempty"`
	Headers  []string      `json:"cacheable_headers,omitempty" maxItems:"20" minLength:"1" maxLength:"64"`
}

// cacheKey says which requests get the same response.
type cacheKey struct {
	SystemParams []string `json:"system_params,omitempty" maxItems:"100" minLength:"1" maxLength:"255"`
	Parameters   []string `json:"parameters,omitempty" maxItems:"100" minLength:"1" maxLength:"255"`
	Headers      []string `json:"headers,omitempty" maxItems:"100" minLength:"1" maxLength:"255"`
}

type cacheStatus struct {
	Statuses []int `json:"http_status,omitempty" maxItems:"500" minimum:"100" maximum:"599"`
	TTL      int   `json:"ttl,omitempty" minimum:"0" maximum:"2147483647"` // seconds
}

// cacheClient says whose Cache-Control counts.
type cacheClient struct {
	Mode string   `json:"mode,omitempty" enum:"off,all,apps"`
	Apps []string `json:"datas,omitempty" maxItems:"1000" minLength:"1" maxLength:"65"`
}

func (c *cacheContent) rules() error {
	if len(c.Key.SystemParams)+len(c.Key.Parameters)+len(c.Key.Headers) == 0 {
		return ErrMissing(contentPath("cache_key"))
	}
	for i, name := range c.Headers {
		if isGatewayHeader(strings.ToLower(name)) {
			return ErrInvalidBecause(contentPath(fmt.Sprintf("cacheable_headers[%d]", i)), "is a header of the gateway's own")
		}
	}
	return nil
}
