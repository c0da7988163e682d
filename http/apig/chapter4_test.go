package apig_test

import (
	_ "embed"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

//go:embed testdata/actions.tsv
var actionsTable string

// allowances are the requests that each action of chapter 4 of the reference allows, or each of several.
func allowances() map[string][]nodetest.Request {
	all := map[string][]nodetest.Request{}
	parameter := regexp.MustCompile(`\{[a-z_]+\}`)
	for line := range strings.Lines(actionsTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := append(strings.Split(strings.TrimSpace(line), "\t"), "")
		path := strings.Replace(f[1], "{project_id}", "$project", 1)
		r := nodetest.Request{Method: f[0], Path: parameter.ReplaceAllString(path, "nowhere"), Body: f[3]}
		switch {
		case strings.HasSuffix(path, "import"):
			r.Header, r.Body = formHeader, form(nil, document)
		case r.Body == "" && r.Method != http.MethodGet && r.Method != http.MethodDelete:
			r.Body = "{}"
		}
		all[f[2]] = append(all[f[2]], r)
	}
	return all
}

// Chapter 4: given a user with every action but one, when it calls what that action allows, then it is refused;
// given that action alone, it is not. The paths name no instance, so that nothing happens.
func TestActionsOfChapter4(t *testing.T) {
	t.Parallel()
	c := nodetest.NewTenant(t)
	u := c.NewUser(t)
	requests := 0
	for allowed, all := range allowances() {
		actions := strings.Fields(allowed)
		c.SetPolicies(t, u.UserID, nodetest.Allow("*"), nodetest.Statement{Effect: "Deny", Actions: actions, Projects: one("*")})
		for _, r := range all {
			requests++
			if a := u.Send(t, r); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "do not allow apig") {
				t.Errorf("%s %s without %s: %d %.300s", r.Method, r.Path, allowed, a.Status, a.Body)
			}
		}
		for _, action := range actions {
			c.SetPolicies(t, u.UserID, nodetest.Allow(action))
			for _, r := range all {
				if a := u.Send(t, r); a.Status == http.StatusForbidden || a.Status >= http.StatusInternalServerError {
					t.Errorf("%s %s with %s: %d %.300s", r.Method, r.Path, action, a.Status, a.Body)
				}
			}
		}
	}
	if requests != 123 {
		t.Errorf("%d requests were tried, chapter 4 has 123", requests)
	}
}
