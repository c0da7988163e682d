package apig

import (
	"fmt"
	"regexp/syntax"
	"unicode/utf8"

	"github.com/gatelog/gatelog/domain"
)

// maxPattern bounds the pattern of a condition, in characters.
const maxPattern = 512

// rulePolicyNames: a policy's name occurs once among the policies of all kinds.
func rulePolicyNames(d *Definition, _ Limits) *domain.Error {
	seen := map[string]bool{}
	for _, p := range d.policies() {
		if seen[p.policy.Name] {
			return ErrPolicyNameTaken(p.path+".name", p.policy.Name)
		}
		seen[p.policy.Name] = true
	}
	return nil
}

// ruleConditions: a condition has the members that its origin needs.
func ruleConditions(d *Definition, _ Limits) *domain.Error {
	for _, p := range d.policies() {
		for i := range p.policy.Conditions {
			if bad := d.condition(fmt.Sprintf("%s.conditions[%d]", p.path, i), &p.policy.Conditions[i]); bad != nil {
				return bad
			}
		}
	}
	return nil
}

func (d *Definition) condition(path string, c *Condition) *domain.Error {
	member, subject := c.subject()
	switch {
	case member != "" && subject == "":
		return ErrMissing(path + "." + member)
	case c.ConditionOrigin != "source" && c.ConditionType == "":
		return ErrMissing(path + ".condition_type")
	case c.ConditionOrigin != "system" && c.ConditionValue == "":
		return ErrMissing(path + ".condition_value")
	case c.ConditionType == "pattern" && !validPattern(c.ConditionValue):
		return ErrInvalid(path + ".condition_value")
	case c.ConditionOrigin == "param" && d.reqParam(subject, "") == nil:
		return ErrInvalidBecause(path+"."+member, "is not the name of a request parameter")
	case c.ConditionOrigin == "frontend_authorizer" && !isAuthorizerParam(subject, frontendParamPrefix):
		return ErrInvalid(path + "." + member)
	case c.ConditionOrigin == "frontend_authorizer" && d.AuthorizerID == "":
		return ErrAuthorizerParams(path + "." + member)
	}
	return nil
}

// subject returns the member that says what the condition looks at, and its value; two empty texts
// for the caller's address, which needs no name.
func (c *Condition) subject() (member, value string) {
	switch c.ConditionOrigin {
	case "param":
		return "req_param_name", c.ReqParamName
	case "system":
		return "sys_param_name", c.SysParamName
	case "cookie":
		return "cookie_param_name", c.CookieParamName
	case "frontend_authorizer":
		return "frontend_authorizer_param_name", c.FrontendAuthorizerParamName
	default:
		return "", ""
	}
}

// validPattern reports whether text is a regular expression of RE2. It only parses: that decides the
// question, and a compiled program can be a thousand times as long as its text.
func validPattern(text string) bool {
	if utf8.RuneCountInString(text) > maxPattern {
		return false
	}
	_, err := syntax.Parse(text, syntax.Perl)
	return err == nil
}
