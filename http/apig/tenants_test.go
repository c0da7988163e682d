package apig_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// stranger returns a user that may do everything, in a project of its own with an instance.
func stranger(t *testing.T) *nodetest.Client {
	t.Helper()
	own := nodetest.NewTenant(t)
	return own.NewUser(t, nodetest.Statement{Effect: "Allow", Actions: []string{"*"}, Projects: []string{own.Project}})
}

// nothingOf checks that an answer does not have what only the owner of a world can know.
func nothingOf(t *testing.T, owner *nodetest.Client, o operation, a nodetest.Answer) {
	t.Helper()
	if strings.Contains(a.Body, owner.Get("mark")) && !strings.Contains(owner.Fill(o.path+o.body), owner.Get("mark")) {
		t.Errorf("%s tells what another tenant has: %.1000s", o.id, a.Body)
	}
}

// §5.4: whoever may do everything in one project may do nothing in another, and sees nothing of it.
func TestAnotherProjectIsForbidden(t *testing.T) {
	t.Parallel()
	owner, before := wholeWorld(t), stranger(t)
	thief := owner.As(before)
	head := owner.Head(t)
	for _, o := range operations {
		a := thief.Send(t, o.request())
		if _, code := o.refused(); a.Status != 403 || a.Code() != code {
			t.Errorf("%s: %d %s, want 403 %s: %.500s", o.id, a.Status, a.Code(), code, a.Body)
		}
		nothingOf(t, owner, o, a)
	}
	if got := owner.Types(t, head); got != nil {
		t.Errorf("events by a stranger: %v", got)
	}
}

// An instance of another project is not there, whatever is asked of it by its right ids.
func TestAnotherTenantsInstanceIsNotThere(t *testing.T) {
	t.Parallel()
	owner, other := wholeWorld(t), stranger(t)
	thief := owner.As(other).In(other.Project, owner.Instance)
	head := owner.Head(t)
	for _, o := range operations {
		if !strings.HasPrefix(o.path, "/") || strings.Contains(o.path, "$instance") {
			a := thief.Send(t, o.request())
			want := map[bool]string{true: "APIC.7302", false: "APIG.3030"}[o.onInstances]
			if strings.HasPrefix(o.path, "vpc-endpoint/") {
				want = "APIC.7314" // §3.24: it is the endpoint service that is not there
			}
			if a.Status != 404 || a.Code() != want {
				t.Errorf("%s: %d %s, want 404 %s: %.500s", o.id, a.Status, a.Code(), want, a.Body)
			}
			nothingOf(t, owner, o, a)
		}
	}
	if got := append(owner.Types(t, head), thief.Types(t, head)...); got != nil {
		t.Errorf("events about another tenant's instance: %v", got)
	}
}

// listsNothing are operations that answer with an empty list, or a list of refusals, for ids that are
// not there; leave it to their task to find out, which then fails; or refuse the parameter.
var listsNothing = map[string]string{
	"ListEnvironmentVariablesV2":          `"total":0`,
	"BatchPublishOrOfflineApiV2":          `"success":[]`,
	"BatchDisassociateThrottlingPolicyV2": `"success_count":0`,
	"BatchDeleteAclV2":                    `"success_count":0`,
	"BatchDeleteApiAclBindingV2":          `"success_count":0`,
	"ExportApiDefinitionsAsync":           `"task_id"`,
	"ImportApiDefinitionsAsync":           `"task_id"`,
	"DeleteCustomIngressPort":             `[ingress_port_id]`,
	"ListCustomIngressPortDomains":        `[ingress_port_id]`,
}

// changes are events without those that take a task on.
func changes(types []string) []string {
	return slices.DeleteFunc(types, func(name string) bool { return name == "apig.task.requested" })
}

// Ids of another tenant, or of another instance of the same tenant, name nothing in an instance.
func TestIdsOfAnotherInstanceAreNotThere(t *testing.T) {
	t.Parallel()
	owner, other := wholeWorld(t), stranger(t)
	for name, thief := range map[string]*nodetest.Client{
		"another tenant":   owner.As(other).In(other.Project, other.Instance),
		"another instance": owner.In(owner.Project, owner.NewInstance(t)),
	} {
		t.Run(name, func(t *testing.T) {
			head := owner.Head(t)
			for _, o := range operations {
				if !o.inside() {
					continue
				}
				o.body = strings.ReplaceAll(o.body, `"env_id":"$env"`, `"env_id":"`+nodetest.ReleaseEnv+`"`)
				a := thief.Send(t, o.request())
				if part := listsNothing[o.id]; a.Status != 404 && (part == "" || !strings.Contains(a.Body, part)) {
					t.Errorf("%s: %d, want 404: %.500s", o.id, a.Status, a.Body)
				}
				nothingOf(t, owner, o, a)
			}
			if got := changes(append(owner.Types(t, head), thief.Types(t, head)...)); len(got) > 0 {
				t.Errorf("events about what is not there: %v", got)
			}
		})
	}
}
