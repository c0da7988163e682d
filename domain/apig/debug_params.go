package apig

import (
	"fmt"
	"math"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// paramValue is what a request has for one request parameter.
type paramValue struct {
	values    []string // none: the request lacks it, and there is no default
	many      bool     // as in pathValue
	defaulted bool     // values are the default
}

// first returns the value that counts where there can be only one.
func (v *paramValue) first() (string, bool) {
	if v == nil || len(v.values) == 0 {
		return "", false
	}
	return v.values[0], true
}

// readParams takes the request parameters from the request, fills in defaults, and refuses values that
// break the rules of a parameter (APIG V2 §3.5.1, ReqParamBase).
func (g *debugging) readParams() *DebugAnswer {
	for i := range g.api.ReqParams {
		p := &g.api.ReqParams[i]
		v := g.given(p)
		if len(v.values) == 0 && p.DefaultValue != "" {
			v.values, v.defaulted = []string{p.DefaultValue}, true
		}
		if why := p.refusal(v.values); why != "" {
			g.log("request parameter %s in %s %s", shown(p.Name), shown(p.Location), why)
			return g.badParams()
		}
		g.values[place{p.Location, p.Name}] = v
	}
	return nil
}

// given returns what the request has for p.
func (g *debugging) given(p *ReqParam) *paramValue {
	switch p.Location {
	case "PATH":
		if v, ok := g.path[p.Name]; ok {
			return &paramValue{values: []string{v.text}, many: v.many}
		}
	case "QUERY":
		return &paramValue{values: g.body.Query[p.Name]}
	case "HEADER":
		return &paramValue{values: g.header[textproto.CanonicalMIMEHeaderKey(p.Name)]}
	case "COOKIE":
		if v, ok := g.cookie(p.Name); ok {
			return &paramValue{values: []string{v}}
		}
	}
	return &paramValue{}
}

// named returns the value of what backend parameters and conditions call name: the first request
// parameter of that name.
func (g *debugging) named(name string) (*ReqParam, *paramValue) {
	p := g.api.reqParam(name, "")
	if p == nil {
		return nil, nil
	}
	return p, g.values[place{p.Location, p.Name}]
}

// cookie returns the value of the first cookie of that name.
func (g *debugging) cookie(name string) (string, bool) {
	for _, pair := range cookiePairs(g.header["Cookie"]) {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// cookiePairs returns the name=value pairs in the values of Cookie headers.
func cookiePairs(headers []string) []string {
	var pairs []string
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			pairs = append(pairs, strings.TrimSpace(pair))
		}
	}
	return pairs
}

// refusal says why the values cannot be those of p, in words that go after its name and show none of
// them; "" when they can. Only a parameter with valid_enable 1 refuses any.
func (p *ReqParam) refusal(values []string) string {
	if p.ValidEnable != 1 {
		return ""
	}
	required := p.Required == 1 || p.Required == 0 && p.Location == "PATH"
	if len(values) == 0 && required {
		return "is required"
	}
	for _, value := range values {
		if why := p.valueRefusal(value); why != "" {
			return why
		}
	}
	return ""
}

func (p *ReqParam) valueRefusal(value string) string {
	size, low, high, what := float64(utf8.RuneCountInString(value)), p.MinSize, p.MaxSize, "length"
	if p.Type == "NUMBER" {
		number, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			return "is not a number"
		}
		size, low, high, what = number, p.MinNum, p.MaxNum, "value"
	}
	switch {
	case low != nil && size < float64(*low):
		return fmt.Sprintf("has a %s below %d", what, *low)
	case high != nil && size > float64(*high):
		return fmt.Sprintf("has a %s above %d", what, *high)
	case p.Enumerations != "" && !slices.Contains(strings.Split(p.Enumerations, ","), value):
		return "is not one of the enumerations"
	default:
		return ""
	}
}
