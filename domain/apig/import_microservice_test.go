package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
)

func microserviceBody(change ...func(*ImportMicroserviceBody)) ImportMicroserviceBody {
	b := ImportMicroserviceBody{
		GroupInfo: &MicroserviceGroup{GroupName: "from_engine"}, ServiceType: "CSE", CSE: &CSEImport{CSEInfo{EngineID: "e", ServiceID: "s"}, "1.0"},
		APIs: []MicroserviceAPI{{ReqURI: "/users/{id}"}, {Name: "orders", ReqMethod: "POST", ReqURI: "/orders", MatchMode: "SWA"}},
	}
	for _, f := range change {
		f(&b)
	}
	return b
}

// Public SDK: one channel, one group, and an API for each path, which all lead to the channel.
func TestImportMicroservice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*ImportMicroserviceBody)
		want   []string
	}{
		"into a new group": {func(*ImportMicroserviceBody) {}, []string{"apig.channel.created", "apig.group.created", "apig.api.created", "apig.api.created"}},
		"into a group":     {func(b *ImportMicroserviceBody) { b.GroupInfo = &MicroserviceGroup{GroupID: "g1"} }, []string{"apig.channel.created", "apig.api.created", "apig.api.created"}},
	} {
		h := shop()
		s := h.state()
		result, events, err := s.ImportMicroservice(moment(), ImportMicroservice{gw, microserviceBody(c.change)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var types []string
		for _, ev := range events {
			types = append(types, ev.EventType())
		}
		if diff := cmp.Diff(c.want, types); diff != "" {
			t.Errorf("%s: events:\n%s", name, diff)
		}
		if diff := cmp.Diff(h.state(), s, wholeState); diff != "" {
			t.Errorf("the decision changed the state:\n%s", diff)
		}
		after := given(h, events).state().instances[gw]
		if after.used[use{useChannel, result.ChannelID}] != 2 || after.channels.all[result.ChannelID].ChannelType != ChannelMicroservice {
			t.Errorf("%s: the channel %s is not what the APIs use", name, result.ChannelID)
		}
		if g := after.channels.all[result.ChannelID].Groups; len(g) != 1 || g[0].MicroserviceVersion != "1.0" {
			t.Errorf("%s: server groups %+v", name, g)
		}
		for i, want := range []struct{ name, method, match string }{{"API_ANY_1", "ANY", "NORMAL"}, {"orders", "POST", "SWA"}} {
			d := result.APIs[i].Definition
			if d.Name != want.name || d.ReqMethod != want.method || d.MatchMode != want.match || d.GroupID != result.GroupID || d.BackendAPI.VPCChannelInfo.VPCChannelID != result.ChannelID {
				t.Errorf("%s: API %d is %+v", name, i, d)
			}
		}
	}
}

// Given a request that breaks a rule, when it is decided, then nothing of it happens.
func TestImportMicroserviceRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*ImportMicroserviceBody)
		code   string
	}{
		"no group":               {func(b *ImportMicroserviceBody) { b.GroupInfo = nil }, "APIG.2001"},
		"no name for the group":  {func(b *ImportMicroserviceBody) { b.GroupInfo.GroupName = "" }, "APIG.2001"},
		"a bad name":             {func(b *ImportMicroserviceBody) { b.GroupInfo.GroupName = "!" }, "APIG.2011"},
		"a name that is taken":   {func(b *ImportMicroserviceBody) { b.GroupInfo.GroupName = "shop" }, "APIG.3201"},
		"an unknown group":       {func(b *ImportMicroserviceBody) { b.GroupInfo.GroupID = "g9" }, "APIG.3001"},
		"no registry":            {func(b *ImportMicroserviceBody) { b.ServiceType = "" }, "APIG.2001"},
		"nothing about it":       {func(b *ImportMicroserviceBody) { b.CSE = nil }, "APIG.2001"},
		"no APIs":                {func(b *ImportMicroserviceBody) { b.APIs = nil }, "APIG.2001"},
		"an API without a path":  {func(b *ImportMicroserviceBody) { b.APIs[0].ReqURI = "" }, "APIG.2001"},
		"the same API twice":     {func(b *ImportMicroserviceBody) { b.APIs[1] = b.APIs[0]; b.APIs[1].Name = "another" }, "APIG.3301"},
		"another authentication": {func(b *ImportMicroserviceBody) { b.AuthType = "AUTHORIZER" }, "APIG.2011"},
		"too many":               {func(b *ImportMicroserviceBody) { b.APIs = make([]MicroserviceAPI, 901) }, "APIG.2011"},
	} {
		_, events, err := shop().state().ImportMicroservice(moment(), ImportMicroservice{gw, microserviceBody(c.change)})
		if domain.CodeOf(err) != c.code || len(events) > 0 {
			t.Errorf("%s: %v, %d events; want %s", name, err, len(events), c.code)
		}
	}
	if _, _, err := gateway().state().ImportMicroservice(moment(), ImportMicroservice{"nothing", microserviceBody()}); domain.CodeOf(err) != "APIG.3030" {
		t.Errorf("no instance: %v", err)
	}
}
