package apig

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain"
)

// ruleAuthorizer: AUTHORIZER needs an authorizer. APP and IAM may have one (two-factor
// authentication, feature multi_auth); without authentication one makes no sense.
func ruleAuthorizer(d *Definition, _ Limits) *domain.Error {
	if d.AuthType == "AUTHORIZER" && d.AuthorizerID == "" {
		return ErrMissing("authorizer_id")
	}
	if d.AuthType == "NONE" && d.AuthorizerID != "" {
		return ErrAuthorizerParams("authorizer_id")
	}
	return nil
}

// ruleGRPCFrontend refuses what the request protocol GRPCS does not support. Its method, always POST,
// was set before.
func ruleGRPCFrontend(d *Definition, _ Limits) *domain.Error {
	if d.ReqProtocol != "GRPCS" {
		return nil
	}
	const why = "is not supported with req_protocol GRPCS"
	switch {
	case d.AuthType == "AUTHORIZER":
		return ErrInvalidBecause("auth_type", why)
	case d.AuthorizerID != "":
		return ErrInvalidBecause("authorizer_id", why)
	case len(d.ReqParams) > 0:
		return ErrInvalidBecause("req_params", why)
	case d.ResultNormalSample != "":
		return ErrInvalidBecause("result_normal_sample", why)
	case d.ResultFailureSample != "":
		return ErrInvalidBecause("result_failure_sample", why)
	}
	for _, list := range d.backendParamLists() {
		if len(list.params) > 0 {
			return ErrInvalidBecause(list.path, why)
		}
	}
	return nil
}

// ruleTracing: tracing needs a strategy; the parameter of RATE is a whole number of per cent. (Known
// from the public SDK only.)
func ruleTracing(d *Definition, _ Limits) *domain.Error {
	if d.TraceEnabled && d.SamplingStrategy == "" {
		return ErrMissing("sampling_strategy")
	}
	if d.SamplingStrategy != "RATE" {
		return nil
	}
	if percent, err := strconv.Atoi(d.SamplingParam); err != nil || percent < 0 || percent > 100 {
		return ErrInvalid("sampling_param")
	}
	return nil
}

// ruleBase64: a body can go to a function without Base64 only when it is JSON. (Known from the public
// SDK only.)
func ruleBase64(d *Definition, _ Limits) *domain.Error {
	if !*d.IsSendFgBodyBase64 && d.ContentType != "application/json" {
		return ErrInvalidBecause("is_send_fg_body_base64", "can be false only with content_type application/json")
	}
	return nil
}

// ruleReqURI: req_uri is the path of a URI, and every path parameter in it is defined in req_params.
func ruleReqURI(d *Definition, _ Limits) *domain.Error {
	if !frontPath.MatchString(d.ReqURI) {
		return ErrInvalid("req_uri")
	}
	for _, name := range pathParams(d.ReqURI) {
		if d.reqParam(name, "PATH") == nil {
			return ErrPathParamUndefined(name)
		}
	}
	return nil
}

// ruleReqParams: a name occurs once per location, and a parameter does not contradict itself.
func ruleReqParams(d *Definition, _ Limits) *domain.Error {
	type place struct{ location, name string }
	seen := map[place]bool{}
	for i := range d.ReqParams {
		p, path := &d.ReqParams[i], fmt.Sprintf("req_params[%d]", i)
		at := place{p.Location, p.Name}
		if seen[at] {
			return ErrParamNameTaken(path+".name", p.Name)
		}
		seen[at] = true
		if bad := p.validation(path); bad != nil {
			return bad
		}
	}
	return nil
}

// validation checks what the gateway would check in every call, so only when it is turned on: bounds
// that something fits into, and a default value that passes. Bounds of numbers are effective for type
// NUMBER, those of lengths for type STRING.
func (p *ReqParam) validation(path string) *domain.Error {
	if p.ValidEnable != 1 {
		return nil
	}
	size := float64(utf8.RuneCountInString(p.DefaultValue))
	low, high, bounds := p.MinSize, p.MaxSize, ".min_size"
	if p.Type == "NUMBER" {
		low, high, bounds = p.MinNum, p.MaxNum, ".min_num"
	}
	if low != nil && high != nil && *low > *high {
		return ErrInvalidBecause(path+bounds, "is larger than the maximum")
	}
	if p.DefaultValue == "" {
		return nil
	}
	if p.Type == "NUMBER" {
		var err error
		if size, err = strconv.ParseFloat(p.DefaultValue, 64); err != nil || math.IsNaN(size) || math.IsInf(size, 0) {
			return ErrInvalidBecause(path+".default_value", "is not a number")
		}
	}
	if low != nil && size < float64(*low) || high != nil && size > float64(*high) {
		return ErrInvalidBecause(path+".default_value", "is outside the parameter's own bounds")
	}
	if p.Enumerations != "" && !slices.Contains(strings.Split(p.Enumerations, ","), p.DefaultValue) {
		return ErrInvalidBecause(path+".default_value", "is not one of the enumerations")
	}
	return nil
}

// ruleOrchestrations: one parameter of an API at most has orchestration rules, each of them once.
// (Known from the public SDK only.)
func ruleOrchestrations(d *Definition, _ Limits) *domain.Error {
	found := false
	for i, p := range d.ReqParams {
		if len(p.Orchestrations) == 0 {
			continue
		}
		path := fmt.Sprintf("req_params[%d].orchestrations", i)
		if found {
			return ErrInvalidBecause(path, "can be given for one parameter only")
		}
		found = true
		sorted := slices.Sorted(slices.Values(p.Orchestrations))
		if len(slices.Compact(sorted)) < len(p.Orchestrations) {
			return ErrInvalidBecause(path, "names a rule twice")
		}
	}
	return nil
}
