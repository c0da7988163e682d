package apig

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// surface returns the description of the operations that are served, by method and path.
func surface(t *testing.T) (*huma.OpenAPI, map[string]*huma.Operation) {
	t.Helper()
	e := echo.New()
	config := huma.DefaultConfig("reference", "0")
	config.CreateHooks = nil // as in http/server
	api := humaecho.New(e, config)
	New(Deps{}).Register(api, e)
	all := map[string]*huma.Operation{}
	for path, item := range api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				all[op.Method+" "+path] = op
			}
		}
	}
	return api.OpenAPI(), all
}

// Every operation has the status of success that the reference gives it, and no other.
func TestEverySuccessHasItsDocumentedStatus(t *testing.T) {
	t.Parallel()
	_, served := surface(t)
	for _, row := range append(rows(t, catalogFile), rows(t, sdkFile)...) {
		op, there := served[row[1]+" "+row[2]]
		if !there {
			if row[4] == "yes" {
				t.Errorf("%s %s is not served", row[1], row[2])
			}
			continue
		}
		got := slices.DeleteFunc(slices.Collect(maps.Keys(op.Responses)), func(status string) bool { return !strings.HasPrefix(status, "2") })
		if diff := cmp.Diff([]string{row[3]}, got); diff != "" {
			t.Errorf("%s (-documented +served):\n%s", row[0], diff)
		}
	}
}

// §3.24: what goes wrong inside has a code of its own for endpoints.
func TestInternalErrorsOfEndpoints(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/vpc-endpoint/connections": "APIC.9007", "/vpc-endpoint/permissions/batch-add": "APIC.9007", "/eip": "APIC.9000"} {
		got := familyOf(instancePath+path).spell(silent, "test", errors.New("insides"))
		if got.Code != want || got.GetStatus() != 500 {
			t.Errorf("%s: %d %s, want 500 %s", path, got.GetStatus(), got.Code, want)
		}
	}
}

// §2.1: reading and deleting take no body; all others take JSON, imports a form.
func TestBodiesAreWhereTheReferenceHasThem(t *testing.T) {
	t.Parallel()
	_, served := surface(t)
	for name, op := range served {
		bodiless := op.Method == "GET" || op.Method == "DELETE"
		switch {
		case bodiless && op.RequestBody != nil:
			t.Errorf("%s takes a body", name)
		case op.RequestBody == nil:
		case strings.Contains(name, "/openapi/") && strings.HasSuffix(name, "import"):
			if diff := cmp.Diff([]string{"multipart/form-data"}, slices.Collect(maps.Keys(op.RequestBody.Content))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		default:
			if diff := cmp.Diff([]string{"application/json"}, slices.Collect(maps.Keys(op.RequestBody.Content))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// queryOf returns the names of the parameters in the query of an operation.
func queryOf(op *huma.Operation) []string {
	var all []string
	for _, p := range op.Parameters {
		if p.In == "query" {
			all = append(all, p.Name)
		}
	}
	return all
}

// §3, §5.1: a list is paged by offset and limit, of any number, and by nothing else. Its answer has size and
// total.
func TestListsArePagedByOffsetAndLimit(t *testing.T) {
	t.Parallel()
	api, served := surface(t)
	lists := 0
	for name, op := range served {
		query := queryOf(op)
		if slices.Contains(query, "page_size") || slices.Contains(query, "page_no") {
			t.Errorf("%s is paged as in §5.1", name)
		}
		if slices.Contains(query, "limit") != slices.Contains(query, "offset") {
			t.Errorf("%s has one of offset and limit", name)
		}
		if !slices.Contains(query, "limit") || op.Method != "GET" {
			continue
		}
		lists++
		for _, p := range op.Parameters {
			if usual := map[string]int{"offset": 0, "limit": 20}; p.In == "query" && (p.Name == "offset" || p.Name == "limit") {
				if p.Required || p.Schema.Minimum != nil || p.Schema.Maximum != nil || !reflect.DeepEqual(p.Schema.Default, usual[p.Name]) {
					t.Errorf("%s: %s is bounded, or has the default %v", name, p.Name, p.Schema.Default)
				}
			}
		}
		answer := op.Responses["200"].Content["application/json"].Schema
		if answer.Ref != "" {
			answer = api.Components.Schemas.SchemaFromRef(answer.Ref)
		}
		if answer.Properties["size"] == nil || answer.Properties["total"] == nil {
			t.Errorf("%s answers without size or total", name)
		}
	}
	if lists < 46 {
		t.Errorf("%d operations are lists, the reference has 46", lists)
	}
}

// §3: the lists that can be searched precisely.
func TestPreciseSearchIsWhereTheReferenceHasIt(t *testing.T) {
	t.Parallel()
	_, served := surface(t)
	var got []string
	for _, op := range served {
		if slices.Contains(queryOf(op), "precise_search") && op.Description != describedROMA && op.Description != describedSDK {
			got = append(got, op.OperationID)
		}
	}
	want := []string{
		"ListAclStrategiesV2", "ListApiGroupsV2", "ListApisV2", "ListAppsV2", "ListBackendInstancesV2", "ListEnvironmentVariablesV2",
		"ListMemberGroups", "ListPlugins", "ListRequestThrottlingPolicyV2", "ListSignatureKeysV2", "ListVpcChannelsV2",
	}
	if diff := cmp.Diff(want, sorted(got)); diff != "" {
		t.Errorf("lists with precise_search (-want +got):\n%s", diff)
	}
}
