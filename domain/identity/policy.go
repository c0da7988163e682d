package identity

import (
	"slices"
	"strings"
)

// Effect is what a statement does to the actions it covers.
type Effect string

// The effects. Where both cover an action, Deny wins.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// MaxStatements is the largest number of statements that a user can have.
const MaxStatements = 20

// Statement is a rule of a user's policies: it covers the actions, in the projects, that its patterns
// match.
//
// An action is named by segments with colons between them, e.g. apig:apis:publish (APIG V2 §4). A
// pattern has the same number of segments; * stands for any one segment, and alone for every action.
// A project is named by its id; * stands for all, and is what actions on the account itself need.
type Statement struct {
	Effect   Effect   `json:"effect" enum:"Allow,Deny" doc:"Allow or Deny; where both cover an action, Deny wins."`
	Actions  []string `json:"actions" minItems:"1" maxItems:"100" maxLength:"128" pattern:"^(\\*|(\\*|[A-Za-z0-9_-]+)(:(\\*|[A-Za-z0-9_-]+)){1,3})$" doc:"Patterns of actions, such as apig:apis:get, apig:apis:* or *."`
	Projects []string `json:"projects" minItems:"1" maxItems:"100" pattern:"^(\\*|[0-9a-f]{32})$" doc:"Project ids, or * for all projects and the account itself."`
}

// Everything is the policy of an administrator.
func Everything() []Statement {
	return []Statement{{Effect: Allow, Actions: []string{"*"}, Projects: []string{"*"}}}
}

// Allows reports whether the statements allow an action in a tenant: a project, or Account. What no
// statement covers is not allowed.
func Allows(statements []Statement, tenant, action string) bool {
	allowed := false
	for _, s := range statements {
		if !s.covers(tenant, action) {
			continue
		}
		if s.Effect != Allow {
			return false
		}
		allowed = true
	}
	return allowed
}

// Reaches reports whether the statements allow anything at all in a project. Statements that deny some
// actions there do not change that, one that denies every action does.
func Reaches(statements []Statement, project string) bool {
	reached := false
	for _, s := range statements {
		if !s.concerns(project) {
			continue
		}
		if s.Effect != Allow && slices.Contains(s.Actions, "*") {
			return false
		}
		reached = reached || s.Effect == Allow
	}
	return reached
}

// Administers reports whether the statements make an administrator: one allows every action
// everywhere, and none denies anything.
func Administers(statements []Statement) bool {
	all := false
	for _, s := range statements {
		if s.Effect != Allow {
			return false
		}
		all = all || slices.Contains(s.Actions, "*") && slices.Contains(s.Projects, "*")
	}
	return all
}

func (s Statement) covers(tenant, action string) bool {
	return s.concerns(tenant) && slices.ContainsFunc(s.Actions, func(pattern string) bool { return matches(pattern, action) })
}

func (s Statement) concerns(tenant string) bool {
	return slices.ContainsFunc(s.Projects, func(p string) bool { return p == "*" || p == tenant })
}

// matches compares segment by segment, without allocating: every request asks.
func matches(pattern, action string) bool {
	if pattern == "*" {
		return true
	}
	for {
		p, patternRest, patternMore := strings.Cut(pattern, ":")
		a, actionRest, actionMore := strings.Cut(action, ":")
		if p != "*" && p != a || a == "" || patternMore != actionMore {
			return false
		}
		if !patternMore {
			return true
		}
		pattern, action = patternRest, actionRest
	}
}

// sameStatements reports whether two policies are spelled the same.
func sameStatements(a, b []Statement) bool {
	return slices.EqualFunc(a, b, func(x, y Statement) bool {
		return x.Effect == y.Effect && slices.Equal(x.Actions, y.Actions) && slices.Equal(x.Projects, y.Projects)
	})
}
