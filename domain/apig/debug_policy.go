package apig

import (
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// patternBudget bounds the work that the patterns of one request may cause: the sum over all of size of
// the pattern times length of the text. A pattern of 512 characters can stand for a program a thousand
// times as long, and a definition can have 2500 of them.
const patternBudget = 1 << 24

// backend is what a request goes to: the default backend, or that of the first policy that applies.
type backend struct {
	mock     *string   // answers by itself
	function bool      // a function
	endpoint *Endpoint // an HTTP(S) or gRPC backend
	timeout  int       // milliseconds, of an endpoint; 0 for the default
	params   []BackendParam
}

// chooseBackend takes the backend of the first policy whose conditions hold, else the default one. The
// order is that of the lists in a definition: mocks, functions, HTTP(S). It answers what needs no call.
func (g *debugging) chooseBackend() *DebugAnswer {
	g.target = g.defaultBackend()
	policies, budget := g.api.policies(), patternBudget
	for i, view := range policies {
		if g.applies(view.policy, &budget) {
			g.log("backend policy %q applies", shown(view.policy.Name))
			g.target = g.policyBackend(i)
			return g.answerWithoutCall()
		}
	}
	if len(policies) > 0 {
		g.log("no backend policy applies: default backend")
	}
	return g.answerWithoutCall()
}

func (g *debugging) defaultBackend() backend {
	d := g.api
	switch {
	case d.BackendType == "MOCK" && d.MockInfo != nil:
		return backend{mock: &d.MockInfo.ResultContent}
	case d.BackendType == "FUNCTION" && d.FuncInfo != nil:
		return backend{function: true}
	case (d.BackendType == "HTTP" || d.BackendType == "GRPC") && d.BackendAPI != nil:
		return backend{endpoint: &d.BackendAPI.Endpoint, timeout: d.BackendAPI.Timeout, params: d.BackendParams}
	default:
		return backend{}
	}
}

// policyBackend returns the backend of the i-th policy in the order of Definition.policies.
func (g *debugging) policyBackend(i int) backend {
	d := g.api
	if i < len(d.PolicyMocks) {
		return backend{mock: &d.PolicyMocks[i].ResultContent}
	}
	i -= len(d.PolicyMocks)
	if i < len(d.PolicyFunctions) {
		return backend{function: true}
	}
	p := &d.PolicyHTTPs[i-len(d.PolicyFunctions)]
	return backend{endpoint: &p.Endpoint, timeout: p.Timeout, params: p.BackendParams}
}

// answerWithoutCall answers for backends that are not called over HTTP(S).
func (g *debugging) answerWithoutCall() *DebugAnswer {
	e := g.target.endpoint
	switch {
	case g.target.mock != nil:
		return &DebugAnswer{Status: 200, Body: *g.target.mock}
	case g.target.function:
		return g.notCallable("functions")
	case e == nil:
		g.log("the definition has no backend of type %s", shown(g.api.BackendType))
		return g.noBackend()
	case isGRPC(e.ReqProtocol) || g.api.BackendType == "GRPC":
		return g.notCallable("gRPC backends")
	case e.VPCChannelInfo != nil || e.VPCChannelStatus == channelUsed || e.VPCChannelStatus == channelPerGroup:
		return g.notCallable("load balance channels")
	default:
		return nil
	}
}

// applies reports whether a policy's conditions hold, all of them or any as effect_mode says.
func (g *debugging) applies(p *Policy, budget *int) bool {
	holds := func(c Condition) bool { return g.holds(&c, budget) }
	if p.EffectMode == "ANY" {
		return slices.ContainsFunc(p.Conditions, holds)
	}
	fails := func(c Condition) bool { return !holds(c) }
	return len(p.Conditions) > 0 && !slices.ContainsFunc(p.Conditions, fails)
}

// holds reports whether a condition holds (APIG V2 §3.5.1, ApiConditionBase). One about something that
// the request lacks does not, nor does one about the frontend authorizer, which is not asked here.
func (g *debugging) holds(c *Condition, budget *int) bool {
	var value string
	var ok bool
	switch c.ConditionOrigin {
	case "param":
		_, v := g.named(c.ReqParamName)
		value, ok = v.first()
	case "source":
		return listsAddress(c.ConditionValue, g.context.SourceIP)
	case "system":
		value, ok = g.systemSubject(c.SysParamName)
	case "cookie":
		value, ok = g.cookie(c.CookieParamName)
	}
	return ok && g.compare(c, value, budget)
}

func (g *debugging) systemSubject(name string) (string, bool) {
	switch name {
	case "req_path", "reqPath":
		return g.body.Path, true
	case "req_method", "reqMethod":
		return g.body.Method, true
	default:
		return "", false
	}
}

func (g *debugging) compare(c *Condition, value string, budget *int) bool {
	switch c.ConditionType {
	case "exact":
		return value == c.ConditionValue
	case "enum":
		return slices.Contains(strings.Split(c.ConditionValue, ","), value)
	case "pattern":
		return g.matches(c.ConditionValue, value, budget)
	default:
		return false
	}
}

// matches reports whether the pattern, an RE2 expression, is found in text, if the budget allows.
func (g *debugging) matches(pattern, text string, budget *int) bool {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false
	}
	*budget -= min(patternSize(tree)*(len(text)+16), patternBudget+1)
	if *budget < 0 {
		g.log("the patterns of the backend policies are too costly: the rest is taken as not matched")
		*budget = 0
		return false
	}
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(text)
}

// patternSize estimates the length of the program that a pattern is compiled to.
func patternSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size += patternSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return size
}

// listsAddress reports whether list, IP addresses and CIDRs separated by commas, has the address.
func listsAddress(list, ip string) bool {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		if one, err := netip.ParseAddr(entry); err == nil && one.Unmap() == addr {
			return true
		}
		if network, err := netip.ParsePrefix(entry); err == nil && network.Contains(addr) {
			return true
		}
	}
	return false
}
