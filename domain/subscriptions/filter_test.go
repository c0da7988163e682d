package subscriptions_test

import (
	"testing"

	"github.com/gatelog/gatelog/domain/subscriptions"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	published := subscriptions.Fact{Surface: "apig", Kind: "api", ID: "a1", Type: "apig.api.published", Data: []byte(`{"instance_id":"gw"}`)}
	created := subscriptions.Fact{Surface: "apig", Kind: "group", ID: "g1", Type: "apig.group.created", Data: []byte(`{"changed":["x"],"group":{"id":"g1","instance_id":"gw"}}`)}
	instance := subscriptions.Fact{Surface: "apig", Kind: "instance", ID: "gw", Type: "apig.instance.updated", Data: []byte(`{"instance":{"id":"gw"}}`)}
	odd := subscriptions.Fact{Tenant: "p2", Surface: "other", Kind: "thing", ID: "x", Type: "other.thing.done", Data: []byte(`[1]`)}
	kernel := subscriptions.Fact{Surface: "apig", Kind: "answer", ID: "x", Type: "gatelog.answer.recorded", Data: []byte(`{}`)}
	all := map[string]subscriptions.Fact{"published": published, "created": created, "instance": instance, "odd": odd, "kernel": kernel}
	for name, c := range map[string]struct {
		filter subscriptions.Filter
		fit    []string
	}{
		"everything but the log's own":  {subscriptions.Filter{}, []string{"published", "created", "instance", "odd"}},
		"a surface":                     {subscriptions.Filter{Surfaces: []string{"other"}}, []string{"odd"}},
		"surfaces":                      {subscriptions.Filter{Surfaces: []string{"other", "apig"}}, []string{"published", "created", "instance", "odd"}},
		"kinds":                         {subscriptions.Filter{Kinds: []string{"api", "thing"}}, []string{"published", "odd"}},
		"a type":                        {subscriptions.Filter{Types: []string{"apig.api.published"}}, []string{"published"}},
		"a pattern":                     {subscriptions.Filter{Types: []string{"apig.*.created", "other.*"}}, []string{"created", "odd"}},
		"a pattern in the middle":       {subscriptions.Filter{Types: []string{"*.api.*"}}, []string{"published"}},
		"a beginning is no pattern":     {subscriptions.Filter{Types: []string{"apig.api"}}, nil},
		"no type of the log itself":     {subscriptions.Filter{Types: []string{"gatelog.*"}}, nil},
		"an instance, however it named": {subscriptions.Filter{Instances: []string{"gw"}}, []string{"published", "created", "instance"}},
		"another instance":              {subscriptions.Filter{Instances: []string{"gw2"}}, nil},
		"a tenant":                      {subscriptions.Filter{Tenants: []string{"p2"}}, []string{"odd"}},
		"all members at once":           {subscriptions.Filter{Kinds: []string{"api"}, Instances: []string{"gw"}, Types: []string{"*.created"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wanted := map[string]bool{}
			for _, name := range c.fit {
				wanted[name] = true
			}
			for name, fact := range all {
				if got := c.filter.Fits(fact); got != wanted[name] {
					t.Errorf("%s fits: %v", name, got)
				}
			}
		})
	}
}
