package contract

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

// newGroup makes a group and returns its id.
func (c *client) newGroup(t *testing.T) string {
	t.Helper()
	return text(t, c.createGroup(t, doc{"name": unique("group")}), "id")
}

func (c *client) createGroup(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateApiGroupV2, &model.CreateApiGroupV2Request{
		InstanceId: c.instance, Body: fromDoc[model.ApiGroupCreate](t, body),
	})
}

func (c *client) showGroup(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfApiGroupV2, &model.ShowDetailsOfApiGroupV2Request{InstanceId: c.instance, GroupId: id})
}

// newEnv makes an environment and returns its id.
func (c *client) newEnv(t *testing.T) string {
	t.Helper()
	return text(t, c.createEnv(t, doc{"name": unique("env")}), "id")
}

func (c *client) createEnv(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateEnvironmentV2, &model.CreateEnvironmentV2Request{
		InstanceId: c.instance, Body: fromDoc[model.EnvCreate](t, body),
	})
}

// createVariable makes a variable of a group in an environment.
func (c *client) createVariable(t *testing.T, group, env, name, value string) doc {
	t.Helper()
	return call(t, c.api.CreateEnvironmentVariableV2, c.variableRequest(t, group, env, name, value))
}

func (c *client) variableRequest(t *testing.T, group, env, name, value string) *model.CreateEnvironmentVariableV2Request {
	t.Helper()
	return &model.CreateEnvironmentVariableV2Request{
		InstanceId: c.instance,
		Body: fromDoc[model.EnvVariableCreate](t, doc{
			"group_id": group, "env_id": env, "variable_name": name, "variable_value": value,
		}),
	}
}

func (c *client) updateVariable(t *testing.T, id, value string) doc {
	t.Helper()
	return call(t, c.api.UpdateEnvironmentVariableV2, &model.UpdateEnvironmentVariableV2Request{
		InstanceId: c.instance, EnvVariableId: id, Body: &model.EnvVariableBase{VariableValue: value},
	})
}

// createAPI makes an API from a definition.
func (c *client) createAPI(t *testing.T, definition doc) doc {
	t.Helper()
	return call(t, c.api.CreateApiV2, c.createAPIRequest(t, definition))
}

func (c *client) createAPIRequest(t *testing.T, definition doc) *model.CreateApiV2Request {
	t.Helper()
	return &model.CreateApiV2Request{InstanceId: c.instance, Body: fromDoc[model.ApiCreate](t, definition)}
}

// newAPI makes a mock API in a group and returns its id.
func (c *client) newAPI(t *testing.T, group string) string {
	t.Helper()
	return text(t, c.createAPI(t, mockAPI(group)), "id")
}

func (c *client) updateAPI(t *testing.T, id string, definition doc) doc {
	t.Helper()
	return call(t, c.api.UpdateApiV2, &model.UpdateApiV2Request{
		InstanceId: c.instance, ApiId: id, Body: fromDoc[model.ApiCreate](t, definition),
	})
}

func (c *client) showAPI(t *testing.T, id string) doc {
	t.Helper()
	return call(t, c.api.ShowDetailsOfApiV2, &model.ShowDetailsOfApiV2Request{InstanceId: c.instance, ApiId: id})
}

func (c *client) deleteAPI(t *testing.T, id string) {
	t.Helper()
	call(t, c.api.DeleteApiV2, &model.DeleteApiV2Request{InstanceId: c.instance, ApiId: id})
}

// publish puts an API into an environment; offline takes it out. Both give the publication record.
func (c *client) publish(t *testing.T, api, env string) doc {
	t.Helper()
	return call(t, c.api.CreateOrDeletePublishRecordForApiV2, c.action(t, "online", api, env))
}

func (c *client) offline(t *testing.T, api, env string) doc {
	t.Helper()
	return call(t, c.api.CreateOrDeletePublishRecordForApiV2, c.action(t, "offline", api, env))
}

func (c *client) action(t *testing.T, action, api, env string) *model.CreateOrDeletePublishRecordForApiV2Request {
	t.Helper()
	return &model.CreateOrDeletePublishRecordForApiV2Request{
		InstanceId: c.instance,
		Body:       fromDoc[model.ApiActionInfo](t, doc{"action": action, "api_id": api, "env_id": env}),
	}
}

// history returns the versions of an API in an environment.
func (c *client) history(t *testing.T, api, env string) []doc {
	t.Helper()
	answer := call(t, c.api.ListApiVersionsV2, &model.ListApiVersionsV2Request{
		InstanceId: c.instance, ApiId: api, EnvId: new(env), Limit: new(int32(500)),
	})
	return list(t, answer, "api_versions")
}

func (c *client) switchTo(t *testing.T, api, version string) doc {
	t.Helper()
	return call(t, c.api.ChangeApiVersionV2, &model.ChangeApiVersionV2Request{
		InstanceId: c.instance, ApiId: api, Body: &model.ApiVersion{VersionId: new(version)},
	})
}

// runtime returns what an environment runs, with every member that the server sent.
func (c *client) runtime(t *testing.T, api, env string) doc {
	t.Helper()
	call(t, c.api.ListApiRuntimeDefinitionV2, c.runtimeRequest(api, env))
	return c.send(t, message{
		method: "GET", path: below("/apis/runtime/%s", api), query: map[string]string{"env_id": env},
	}).want(t, 200).doc(t)
}

func (c *client) runtimeRequest(api, env string) *model.ListApiRuntimeDefinitionV2Request {
	return &model.ListApiRuntimeDefinitionV2Request{InstanceId: c.instance, ApiId: api, EnvId: new(env)}
}

func (c *client) showVersion(t *testing.T, version string) doc {
	t.Helper()
	return call(t, c.api.ListApiVersionDetailV2, &model.ListApiVersionDetailV2Request{InstanceId: c.instance, VersionId: version})
}

// listAPIs lists with a filter: the members of the SDK's request.
func (c *client) listAPIs(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisV2, filter)
}
