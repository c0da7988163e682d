package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

func (c *client) showVariable(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfEnvironmentVariableV2, &model.ShowDetailsOfEnvironmentVariableV2Request{
		InstanceId: c.instance, EnvVariableId: id,
	})
}

// §3.3.1, §3.3.3
func TestNewVariableIsShown(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)

	made := admin.createVariable(t, group, env, "address", "192.168.1.5")

	wantFields(t, made, doc{"variable_name": "address", "variable_value": "192.168.1.5", "group_id": group, "env_id": env})
	if diff := cmp.Diff(made, admin.showVariable(t, text(t, made, "id"))); diff != "" {
		t.Errorf("the variable as created and as shown (-created +shown):\n%s", diff)
	}
}

// §3.3.1: unique within group and environment, and case-sensitive.
func TestVariableNamesAreUniqueInGroupAndEnvironment(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	admin.createVariable(t, group, env, "port", "80")

	refuse(t, admin.api.CreateEnvironmentVariableV2, admin.variableRequest(t, group, env, "port", "81"), refusedAs(400, "APIG.3303"))

	admin.createVariable(t, group, env, "PORT", "82")
	admin.createVariable(t, group, releaseEnv, "port", "83")
	admin.createVariable(t, admin.newGroup(t), env, "port", "84")
}

// §3.3.5: only the value changes.
func TestVariableValueIsChanged(t *testing.T) {
	t.Parallel()
	before := admin.createVariable(t, admin.newGroup(t), admin.newEnv(t), "host", "a.example.com")
	id := text(t, before, "id")

	after := admin.updateVariable(t, id, "b.example.com:8080/path-1_x")

	if diff := cmp.Diff(with(t, before, "variable_value", "b.example.com:8080/path-1_x"), after); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(after, admin.showVariable(t, id)); diff != "" {
		t.Errorf("the variable as changed and as shown (-changed +shown):\n%s", diff)
	}
}

// §3.3.2
func TestDeletedVariableIsGone(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	id := text(t, admin.createVariable(t, group, env, "host", "a"), "id")
	remove := &model.DeleteEnvironmentVariableV2Request{InstanceId: admin.instance, EnvVariableId: id}

	call(t, admin.api.DeleteEnvironmentVariableV2, remove)

	show := &model.ShowDetailsOfEnvironmentVariableV2Request{InstanceId: admin.instance, EnvVariableId: id}
	refuse(t, admin.api.ShowDetailsOfEnvironmentVariableV2, show, noVariable)
	refuse(t, admin.api.DeleteEnvironmentVariableV2, remove, noVariable)
	admin.createVariable(t, group, env, "host", "b")
}

// §3.3.4
func TestVariablesAreFiltered(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	for _, name := range []string{"port", "report", "host"} {
		admin.createVariable(t, group, env, name, "in-env")
	}
	admin.createVariable(t, group, releaseEnv, "port", "in-release")
	admin.createVariable(t, admin.newGroup(t), env, "port", "in-another-group")
	cases := map[string]struct {
		filter doc
		want   []string
	}{
		"the group":                     {doc{}, []string{"host", "port", "port", "report"}},
		"an environment":                {doc{"env_id": env}, []string{"host", "port", "report"}},
		"a part of the name":            {doc{"env_id": env, "variable_name": "port"}, []string{"port", "report"}},
		"the exact name":                {doc{"env_id": env, "variable_name": "port", "precise_search": "name"}, []string{"port"}},
		"the exact name, the SDK's way": {doc{"env_id": env, "variable_name": "port", "precise_search": "variable_name"}, []string{"port"}},
		"no such environment's":         {doc{"env_id": unknownID}, nil},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			found := query(t, admin, admin.api.ListEnvironmentVariablesV2, k.filter, doc{"group_id": group})
			wantPage(t, found, "variables", len(k.want), len(k.want))
			got := column(t, list(t, found, "variables"), "variable_name")
			slices.Sort(got)
			if !slices.Equal(got, k.want) {
				t.Errorf("found %v, want %v", got, k.want)
			}
		})
	}
}

func TestVariablesAreListedInPages(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	for _, name := range []string{"one", "two", "three"} {
		admin.createVariable(t, group, env, name, "x")
	}
	page := func(offset int64, limit int32) doc {
		return call(t, admin.api.ListEnvironmentVariablesV2, &model.ListEnvironmentVariablesV2Request{
			InstanceId: admin.instance, GroupId: group, Offset: new(offset), Limit: new(limit),
		})
	}

	wantPage(t, page(0, 2), "variables", 2, 3)
	wantPage(t, page(2, 2), "variables", 1, 3)
	wantPage(t, page(-1, 0), "variables", 3, 3)
}

func TestVariableListNeedsAGroup(t *testing.T) {
	t.Parallel()
	admin.send(t, message{method: "GET", path: below("/env-variables")}).refused(t, badParameter("group_id"))
}

func TestVariableIsRefused(t *testing.T) {
	t.Parallel()
	group, env := admin.newGroup(t), admin.newEnv(t)
	good := doc{"group_id": group, "env_id": env, "variable_name": "fine", "variable_value": "fine"}
	cases := map[string]struct {
		member string
		value  any
		want   refusal
	}{
		"unknown group":            {"group_id", unknownID, noGroup},
		"unknown environment":      {"env_id", unknownID, noEnv},
		"no group":                 {"group_id", nil, badParameter("group_id")},
		"no environment":           {"env_id", nil, badParameter("env_id")},
		"no name":                  {"variable_name", nil, badParameter("variable_name")},
		"name too short":           {"variable_name", "ab", badParameter("variable_name")},
		"name too long":            {"variable_name", strings.Repeat("x", 33), badParameter("variable_name")},
		"name starts with a digit": {"variable_name", "1abc", badParameter("variable_name")},
		"name with a reference":    {"variable_name", "a#b", badParameter("variable_name")},
		"no value":                 {"variable_value", "", badParameter("variable_value")},
		"value too long":           {"variable_value", strings.Repeat("x", 256), badParameter("variable_value")},
		"value with a blank":       {"variable_value", "a b", badParameter("variable_value")},
		"value with a reference":   {"variable_value", "#other#", badParameter("variable_value")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, admin.api.CreateEnvironmentVariableV2, &model.CreateEnvironmentVariableV2Request{
				InstanceId: admin.instance, Body: fromDoc[model.EnvVariableCreate](t, with(t, good, c.member, c.value)),
			}, c.want)
		})
	}
}

func TestVariableValueIsRefusedOnChange(t *testing.T) {
	t.Parallel()
	id := text(t, admin.createVariable(t, admin.newGroup(t), releaseEnv, "host", "kept"), "id")
	for _, value := range []string{"", "a b", "ä", strings.Repeat("x", 256)} {
		refuse(t, admin.api.UpdateEnvironmentVariableV2, &model.UpdateEnvironmentVariableV2Request{
			InstanceId: admin.instance, EnvVariableId: id, Body: &model.EnvVariableBase{VariableValue: value},
		}, badParameter("variable_value"))
	}
	wantFields(t, admin.showVariable(t, id), doc{"variable_value": "kept"})
}

func TestUnknownVariableIsNotFound(t *testing.T) {
	t.Parallel()
	refuse(t, admin.api.ShowDetailsOfEnvironmentVariableV2,
		&model.ShowDetailsOfEnvironmentVariableV2Request{InstanceId: admin.instance, EnvVariableId: unknownID}, noVariable)
	refuse(t, admin.api.DeleteEnvironmentVariableV2,
		&model.DeleteEnvironmentVariableV2Request{InstanceId: admin.instance, EnvVariableId: unknownID}, noVariable)
	// The example of §3.3.5 answers with the environment's code.
	refuse(t, admin.api.UpdateEnvironmentVariableV2, &model.UpdateEnvironmentVariableV2Request{
		InstanceId: admin.instance, EnvVariableId: unknownID, Body: &model.EnvVariableBase{VariableValue: "x"},
	}, refusedAs(404, "APIG.3011", "APIG.3003"))
}
