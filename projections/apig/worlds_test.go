package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

func TestDocumentOfAnAPIHasWhatIsBoundToItByEnvironment(t *testing.T) {
	t.Parallel()
	other := apig.Definition{Name: "orders", BackendAPI: &apig.Backend{Endpoint: apig.Endpoint{URLDomain: "#host#"}}}
	got := documentOf(apig.APIThen{
		API: apiTo("draft.example.com"),
		Publications: []apig.PublicationThen{
			{Publication: apig.Publication{EnvID: "e1", VersionID: "v1"}},
			{Publication: apig.Publication{EnvID: "e2", VersionID: "v2"}, Definition: &other, Values: map[string]string{"host": "live.example.com"}},
		},
		Bindings: []apig.BindingThen{
			{Family: "throttle", Binding: apig.Binding{PolicyID: "t1", EnvID: "e1"}},
			{Family: "acl", Binding: apig.Binding{PolicyID: "c1", EnvID: "e1"}}, {Family: "acl", Binding: apig.Binding{PolicyID: "c2", EnvID: "e1"}},
		},
		Auths: []apig.AppAuth{{AppID: "p1", EnvID: "e1"}, {AppID: "p2", EnvID: "e2"}, {AppID: "p3", EnvID: "e2"}},
	})
	hosts := map[string]string{}
	for env, live := range got.Live {
		hosts[env+" "+live.VersionID] = live.Run.BackendAPI.URLDomain
	}
	if diff := cmp.Diff(map[string]string{"e1 v1": "draft.example.com", "e2 v2": "live.example.com"}, hosts); diff != "" {
		t.Errorf("what runs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]map[string][]string{"e1": {"throttle": {"t1"}, "acl": {"c1", "c2"}}}, got.Policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string][]string{"e1": {"p1"}, "e2": {"p2", "p3"}}, got.Apps); diff != "" {
		t.Errorf("apps (-want +got):\n%s", diff)
	}
}
