package apig

import (
	"encoding/json"
	"strconv"
)

// pluginParameter is something of a request that the rules of a plug-in refer to by its name.
type pluginParameter struct {
	Type  string `json:"type" maxLength:"64" pattern:"^[a-z_]+$"` // header, query, path, method, system …
	Name  string `json:"name,omitempty" maxLength:"255"`
	Value string `json:"value,omitempty" maxLength:"255"`
}

// maxExpression bounds the expressions of rules, in characters. The reference states no bound; its longest
// example has 1,700.
const maxExpression = 20_000

// expression refuses what is no rule expression: a JSON list such as ["path", "==", "/a"], or a list of
// these behind "AND" or "OR". An empty one is none.
func expression(member, text string) error {
	if text == "" {
		return nil
	}
	if len(text) > maxExpression {
		return ErrInvalidBecause(contentPath(member), "is too long")
	}
	var terms []json.RawMessage
	if json.Unmarshal([]byte(text), &terms) != nil || len(terms) < 2 {
		return ErrInvalidBecause(contentPath(member), "is no rule expression, a JSON list")
	}
	return nil
}

// element names a member of an element of a list.
func element(list string, i int, member string) string {
	return list + "[" + strconv.Itoa(i) + "]." + member
}
