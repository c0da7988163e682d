package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/internal/envelope"
)

func rawEvent(kind, id, eventType, data string) envelope.Raw {
	surface, _, _ := strings.Cut(eventType, ".")
	return envelope.Raw{Surface: surface, Type: eventType, Schema: 1, About: domain.Aggregate{Kind: kind, ID: id}, Data: json.RawMessage(data)}
}

// said is what a test looks at of a fact.
type said struct {
	Member, Part, Instance, Name, Document string
	Gone                                   bool
}

func TestWhatAnEventSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind, id, eventType, data string
		want                            said
	}{
		{
			"a thing that was changed", "group", "g1", "apig.group.updated", `{"group":{"id":"g1","instance_id":"gw","name":"shop"},"changed":["name"]}`,
			said{Instance: "gw", Name: "shop", Document: `{"id":"g1","instance_id":"gw","name":"shop"}`},
		},
		{
			"one whose member has a short name", "appquota", "q1", "apig.appquota.created", `{"quota":{"app_quota_id":"q1","instance_id":"gw","name":"daily"}}`,
			said{Instance: "gw", Name: "daily", Document: `{"app_quota_id":"q1","instance_id":"gw","name":"daily"}`},
		},
		{
			"one whose definition has the name", "api", "a1", "apig.api.created", `{"api":{"id":"a1","instance_id":"gw","definition":{"name":"list"}}}`,
			said{Instance: "gw", Name: "list", Document: `{"id":"a1","instance_id":"gw","definition":{"name":"list"}}`},
		},
		{
			"one whose subject has a longer id", "env", "gw_e1", "apig.env.created", `{"env":{"id":"e1","instance_id":"gw","name":"DEV"}}`,
			said{Instance: "gw", Name: "DEV", Document: `{"id":"e1","instance_id":"gw","name":"DEV"}`},
		},
		{
			"the resource itself, changed in a part", "app", "p1", "apig.app.secret_reset", `{"app":{"id":"p1","name":"shop"}}`,
			said{Name: "shop", Document: `{"id":"p1","name":"shop"}`},
		},
		{
			"a part of a thing", "app", "p1", "apig.app.code_created", `{"code":{"id":"c1","app_id":"p1"}}`,
			said{Member: "code", Part: "c1", Document: `{"id":"c1","app_id":"p1"}`},
		},
		{
			"a part that is gone", "app", "p1", "apig.app.code_deleted", `{"instance_id":"gw","app_id":"p1","app_code_id":"c1"}`,
			said{Member: "code", Part: "c1", Instance: "gw", Gone: true},
		},
		{
			"a binding that is gone tells what it was", "acl", "c1", "apig.acl.unbound", `{"binding":{"id":"b1","policy_id":"c1"}}`,
			said{Part: "b1", Gone: true, Document: `{"id":"b1","policy_id":"c1"}`},
		},
		{
			"a thing that is gone", "group", "g1", "apig.group.deleted", `{"instance_id":"gw","group_id":"g1","name":"shop"}`,
			said{Instance: "gw", Name: "shop", Gone: true},
		},
		{
			"a publication", "api", "a1", "apig.api.published", `{"instance_id":"gw","api_id":"a1","api_name":"list","env_id":"e1","variables":{"host":"v1"}}`,
			said{Member: flat, Part: "e1", Instance: "gw", Name: "list", Document: `{"instance_id":"gw","api_id":"a1","api_name":"list","env_id":"e1","variables":{"host":"v1"}}`},
		},
		{
			"an API that is taken offline", "api", "a1", "apig.api.taken_offline", `{"api_id":"a1","env_id":"e1"}`,
			said{Member: flat, Part: "e1", Gone: true, Document: `{"api_id":"a1","env_id":"e1"}`},
		},
		{
			"an instance is its own instance", "instance", "gw", "apig.instance.updated", `{"instance":{"id":"gw","instance_name":"gateway"}}`,
			said{Instance: "gw", Name: "gateway", Document: `{"id":"gw","instance_name":"gateway"}`},
		},
		{
			"a sealed secret, wherever it stands", "feature", "gw_app", "apig.feature.configured",
			`{"feature":{"config":"{\"key\":\"v1.0123456789abcdef.` + strings.Repeat("A", 60) + `\"}"}}`,
			said{Document: `{"config":"{\"key\":\"******\"}"}`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, err := factOf(rawEvent(c.kind, c.id, c.eventType, c.data))
			if err != nil {
				t.Fatal(err)
			}
			got := said{f.member, f.part, f.instance, f.name, string(f.document), f.gone}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEventWithoutAnObjectStopsTheTrail(t *testing.T) {
	t.Parallel()
	for _, data := range []string{``, `null x`, `[]`, `"text"`} {
		if _, err := factOf(rawEvent("x", "1", "toy.x.made", data)); err == nil {
			t.Errorf("%q was read", data)
		}
	}
}

// Every event that the log can have by now is read, and one that ends something has no document of what is left.
func TestEveryStoredExampleIsRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../domain/*/testdata/events/*.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		eventType := filepath.Base(file)[:strings.LastIndex(filepath.Base(file), ".v")]
		kind := strings.Split(eventType, ".")[1]
		f, err := factOf(rawEvent(kind, "id", eventType, string(data)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		ends := strings.HasSuffix(eventType, "deleted") || strings.HasSuffix(eventType, "unbound") || strings.HasSuffix(eventType, "offline") || strings.HasSuffix(eventType, "revoked")
		if f.gone != ends || !f.gone && len(f.document) == 0 {
			t.Errorf("%s: gone %v, document %s", eventType, f.gone, f.document)
		}
		if len(f.document) > 0 && !json.Valid(f.document) {
			t.Errorf("%s: the document is no JSON: %s", eventType, f.document)
		}
	}
}
