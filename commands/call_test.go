package commands

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestAuthorize(t *testing.T) {
	t.Parallel()
	all := policy{"t1": {"toy:counters:create": true}}
	c, err := Authorize(all, "t1", Meta{Actor: domain.Actor{UserID: "u1", Client: strings.Repeat("x", 254) + "é…"}}, "toy:other", "toy:counters:create")
	if err != nil || c.Tenant() != "t1" || c.Meta().Actor.UserID != "u1" {
		t.Errorf("call %+v, %v", c, err)
	}
	if want := strings.Repeat("x", 254) + "é"; c.Meta().Actor.Client != want {
		t.Errorf("client of %d bytes, want it cut to %d", len(c.Meta().Actor.Client), len(want))
	}
	long := strings.Repeat("x", 2000)
	for name, c := range map[string]struct {
		tenant  string
		meta    Meta
		actions []string
		code    string
	}{
		"other tenant":    {"t2", Meta{}, []string{"toy:counters:create"}, domain.CodeForbidden},
		"other action":    {"t1", Meta{}, []string{"toy:counters:delete"}, domain.CodeForbidden},
		"no action":       {"t1", Meta{}, nil, domain.CodeForbidden},
		"long reason":     {"t1", Meta{Reason: long}, []string{"toy:counters:create"}, domain.CodeInvalid},
		"long key":        {"t1", Meta{IdempotencyKey: long[:256]}, []string{"toy:counters:create"}, domain.CodeInvalid},
		"long request id": {"t1", Meta{RequestID: long[:257]}, []string{"toy:counters:create"}, domain.CodeInvalid},
		"long user":       {"t1", Meta{Actor: domain.Actor{UserName: long}}, []string{"toy:counters:create"}, domain.CodeInvalid},
	} {
		if _, err := Authorize(all, c.tenant, c.meta, c.actions...); domain.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if c := System("t1", "r1", "first start"); c.Tenant() != "t1" || c.Meta().Actor.UserID != "gatelog" || c.Meta().Reason != "first start" {
		t.Errorf("the system's own call: %+v", c)
	}
}

type policy map[string]map[string]bool

func (p policy) Allows(tenant, action string) bool { return p[tenant][action] }

func TestDefinePanicsOnANameThatIsTaken(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	toy := newToy()
	if toy.create.Name() != "toy.Create" {
		t.Errorf("name %s", toy.create.Name())
	}
	Define(toy.surface, "Create", createCounter)
}
