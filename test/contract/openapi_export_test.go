package contract

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// export returns the exported file.
func (c *client) export(t *testing.T, body doc, oasVersion string) string {
	t.Helper()
	answer, err := c.api.ExportApiDefinitionsV2(c.exportRequest(t, body, oasVersion))
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	var file bytes.Buffer
	if _, err := answer.Consume(&file); err != nil {
		t.Fatalf("read the export: %v", err)
	}
	if answer.HttpStatusCode != 200 {
		t.Fatalf("export: status %d", answer.HttpStatusCode)
	}
	return file.String()
}

func (c *client) exportRequest(t *testing.T, body doc, oasVersion string) *model.ExportApiDefinitionsV2Request {
	t.Helper()
	request := fromDoc[model.ExportApiDefinitionsV2Request](t, doc{"instance_id": c.instance, "body": body})
	if oasVersion != "" {
		request.OasVersion = fromDoc[model.ExportApiDefinitionsV2Request](t, doc{"oas_version": oasVersion}).OasVersion
	}
	return request
}

// exported returns an exported JSON file as a document.
func (c *client) exported(t *testing.T, body doc, oasVersion string) doc {
	t.Helper()
	file := c.export(t, body, oasVersion)
	var d doc
	if err := json.Unmarshal([]byte(file), &d); err != nil {
		t.Fatalf("the export is no JSON: %v: %.500s", err, file)
	}
	return d
}

// published makes a group with one published API and returns the group's id and the definition.
func (c *client) published(t *testing.T) (group string, definition doc) {
	t.Helper()
	group = c.newGroup(t)
	definition = httpAPI(group)
	c.publish(t, text(t, c.createAPI(t, definition), "id"), releaseEnv)
	return group, definition
}

// §3.16.1: version 2.0, JSON and the frontend alone, when nothing else is said.
func TestExportHasItsDefaults(t *testing.T) {
	t.Parallel()
	group, definition := admin.published(t)
	unpublished := mockAPI(group)
	admin.createAPI(t, unpublished)

	file := admin.exported(t, doc{"group_id": group, "env_id": releaseEnv}, "")

	wantFields(t, file, doc{"swagger": "2.0", "info": doc{"title": admin.showGroup(t, group)["name"]}})
	text(t, file, "info.version")
	paths, _ := file["paths"].(doc)
	if len(paths) != 1 {
		t.Fatalf("paths %v, want the published API alone", paths)
	}
	operation, _ := paths[text(t, definition, "req_uri")].(doc)["get"].(doc)
	wantFields(t, operation, doc{"operationId": definition["name"]})
	if strings.Contains(jsonOf(t, file), "backend.example.com") {
		t.Errorf("the basic export tells the backend: %v", file)
	}
}

func TestExportIsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	group, definition := admin.published(t)
	ask := doc{"group_id": group, "env_id": releaseEnv, "define": "proxy", "version": "7.3"}

	full := admin.exported(t, ask, "2.0")
	wantFields(t, full, doc{"swagger": "2.0", "info": doc{"version": "7.3"}})
	if !strings.Contains(jsonOf(t, full), "backend.example.com:8443") {
		t.Errorf("the full export lacks the backend: %v", full)
	}
	three := admin.exported(t, ask, "3.0")
	if version := text(t, three, "openapi"); !strings.HasPrefix(version, "3.0") {
		t.Errorf("openapi is %s, want 3.0", version)
	}
	yaml := admin.export(t, with(t, ask, "type", "yaml"), "")
	if strings.HasPrefix(strings.TrimSpace(yaml), "{") || !strings.Contains(yaml, "swagger: ") || !strings.Contains(yaml, text(t, definition, "req_uri")+":") {
		t.Errorf("the export is no YAML: %.500s", yaml)
	}
}

// §3.16.1: dev exports, with their backends, also APIs that are not published.
func TestExportOfUnpublishedAPIs(t *testing.T) {
	t.Parallel()
	group, _ := admin.published(t)
	unpublished := httpAPI(group)
	admin.createAPI(t, with(t, unpublished, "backend_api.url_domain", "unpublished.example.com"))

	file := jsonOf(t, admin.exported(t, doc{"group_id": group, "env_id": releaseEnv, "define": "dev"}, ""))

	if !strings.Contains(file, text(t, unpublished, "name")) || !strings.Contains(file, "unpublished.example.com") {
		t.Errorf("the export lacks the unpublished API or its backend: %s", file)
	}
}

func TestExportOfChosenAPIs(t *testing.T) {
	t.Parallel()
	group, published := admin.published(t)
	chosen := mockAPI(group)
	id := text(t, admin.createAPI(t, chosen), "id")
	admin.publish(t, id, releaseEnv)

	file := jsonOf(t, admin.exported(t, doc{"group_id": group, "env_id": releaseEnv, "apis": []string{id}}, ""))

	if !strings.Contains(file, text(t, chosen, "name")) || strings.Contains(file, text(t, published, "name")) {
		t.Errorf("the export is not the chosen API alone: %s", file)
	}
}

func TestExportIsRefused(t *testing.T) {
	t.Parallel()
	group, _ := admin.published(t)
	good := doc{"group_id": group, "env_id": releaseEnv}
	cases := map[string]struct {
		member string
		value  any
		oas    string
		want   refusal
	}{
		"no environment":      {"env_id", "", "", badParameter("env_id")},
		"no group":            {"group_id", "", "", badParameter("group_id")},
		"unknown environment": {"env_id", unknownID, "", noEnv},
		"unknown group":       {"group_id", unknownID, "", noGroup},
		"unknown define":      {"define", "everything", "", badParameter("define")},
		"unknown type":        {"type", "xml", "", badParameter("type")},
		"unknown OpenAPI":     {"define", "all", "1.2", badParameter("oas_version")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.ExportApiDefinitionsV2, admin.exportRequest(t, with(t, good, c.member, c.value), c.oas), c.want)
		})
	}
}

// definitionsOf returns the APIs of a group by method and path, without what differs by nature.
func (c *client) definitionsOf(t *testing.T, group string) map[string]doc {
	t.Helper()
	natural := append([]string{
		"group_id", "group_name", "api_group_info", "response_id", "run_env_id", "run_env_name", "publish_id", "publish_time",
	}, unnumbered...)
	all := map[string]doc{}
	for _, row := range list(t, c.listAPIs(t, doc{"group_id": group, "limit": 500}), "apis") {
		all[text(t, row, "req_method")+" "+text(t, row, "req_uri")] = without(t, c.showAPI(t, text(t, row, "id")), natural...)
	}
	return all
}

// What is exported as a whole and imported elsewhere is the same APIs.
func TestExportThenImportGivesTheSameAPIs(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	for _, b := range backends {
		admin.publish(t, text(t, admin.createAPI(t, b.definition(group)), "id"), releaseEnv)
	}
	want := admin.definitionsOf(t, group)
	for _, oasVersion := range []string{"2.0", "3.0"} {
		for _, format := range []string{"json", "yaml"} {
			t.Run(oasVersion+" "+format, func(t *testing.T) {
				file := admin.export(t, doc{"group_id": group, "env_id": releaseEnv, "define": "all", "type": format}, oasVersion)
				other := admin.newGroup(t)

				done := admin.importInto(t, other, file, nil)

				if failed := list(t, done, "failure"); len(failed) != 0 {
					t.Fatalf("failed: %v", failed)
				}
				if diff := cmp.Diff(want, admin.definitionsOf(t, other)); diff != "" {
					t.Errorf("exported and imported again (-exported +imported):\n%s", diff)
				}
			})
		}
	}
}
