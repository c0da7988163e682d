package apig

import (
	"encoding/json"
	"fmt"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// apply says what each event changes in the tables. It is the whole of the projection: a pure
// function of the event.
func apply(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.GroupCreated:
		putGroup(c, rec, ev.Group)
		return putResponse(c, rec, apig.DefaultResponseOf(ev.Group))
	case apig.GroupUpdated:
		putGroup(c, rec, ev.Group)
	case apig.GroupDeleted:
		groups.Delete(c, ev.GroupID)
		deleteDomains(c, "group_id", ev.GroupID)
		responses.DeleteWhere(c, "group_id", ev.GroupID)
		variables.DeleteWhere(c, "group_id", ev.GroupID)
	case apig.EnvCreated:
		putEnv(c, rec, ev.Env)
	case apig.EnvUpdated:
		putEnv(c, rec, ev.Env)
	case apig.EnvDeleted:
		envs.Delete(c, ev.InstanceID, ev.EnvID)
		variables.DeleteWhere(c, "env_key", envKey(ev.InstanceID, ev.EnvID))
		appAuths.DeleteWhere(c, "env_key", envKey(ev.InstanceID, ev.EnvID))
		pluginBindings.DeleteWhere(c, "env_key", envKey(ev.InstanceID, ev.EnvID))
	case apig.VariableCreated:
		putVariable(c, rec, ev.Variable)
	case apig.VariableUpdated:
		putVariable(c, rec, ev.Variable)
	case apig.VariableDeleted:
		variables.Delete(c, ev.VariableID)
	default:
		return applyAPI(rec, c)
	}
	return nil
}

func applyAPI(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.APICreated:
		attach(c, rec, ev.API)
		return putAPI(c, rec, ev.API)
	case apig.APIUpdated:
		apiTags.DeleteWhere(c, "api_id", ev.API.ID)
		reattach(c, rec, ev.API, ev.Changed)
		return putAPI(c, rec, ev.API)
	case apig.APIDeleted:
		deleteAPI(c, ev.APIID)
	case apig.APIPublished:
		putPublication(c, rec, ev.Publication)
		putVersion(c, rec, ev.Publication)
	case apig.APIVersionSwitched:
		putPublication(c, rec, ev.Publication)
	case apig.APITakenOffline:
		publications.Delete(c, ev.APIID, ev.EnvID)
		policyBindings.DeleteWhere(c, "place", placeOf(ev.APIID, ev.EnvID))
	case apig.FeatureConfigured:
		putFeature(c, rec, ev.Feature)
	case apig.QuotaSet:
		putQuota(c, rec, ev.Quota)
	case apig.AppCreated, apig.AppUpdated, apig.AppSecretReset, apig.AppDeleted, apig.AppACLSet, apig.AppACLDeleted,
		apig.AppCodeCreated, apig.AppCodeDeleted, apig.AppAuthGranted, apig.AppAuthRevoked:
		return applyApp(rec, c)
	case apig.OrchestrationCreated, apig.OrchestrationUpdated, apig.OrchestrationDeleted:
		return applyOrchestration(rec, c)
	case apig.TaskRequested, apig.TaskStarted, apig.TaskFinished, apig.TaskExpired:
		return applyTask(rec, c)
	case apig.AppQuotaCreated, apig.AppQuotaUpdated, apig.AppQuotaDeleted, apig.AppQuotaBound, apig.AppQuotaUnbound:
		applyAppQuota(rec, c)
	case apig.ChannelCreated, apig.ChannelUpdated, apig.ChannelDeleted:
		return applyChannel(rec, c)
	case apig.AuthorizerCreated, apig.AuthorizerUpdated, apig.AuthorizerDeleted:
		return applyAuthorizer(rec, c)
	case apig.ResponseCreated, apig.ResponseUpdated, apig.ResponseDeleted:
		return applyResponse(rec, c)
	case apig.CertificateCreated, apig.CertificateUpdated, apig.CertificateDeleted:
		return applyCertificate(rec, c)
	default:
		if done, err := applyInstance(rec, c); done || err != nil {
			return err
		}
		if applyAIKey(rec, c) || applyThrottle(rec, c) || applyACL(rec, c) || applySignature(rec, c) || applyPlugin(rec, c) || applyDomain(rec, c) {
			return nil
		}
		return fmt.Errorf("no rows are known for the event %T", ev)
	}
	return nil
}

// deleteInstance removes an instance with everything beneath it.
func deleteInstance(c *projections.Changes, id string) {
	instances.Delete(c, id)
	groups.DeleteWhere(c, "instance_id", id)
	envs.DeleteWhere(c, "instance_id", id)
	variables.DeleteWhere(c, "instance_id", id)
	apis.DeleteWhere(c, "instance_id", id)
	apiTags.DeleteWhere(c, "instance_id", id)
	publications.DeleteWhere(c, "instance_id", id)
	deleteChannels(c, "instance_id", id)
	authorizers.DeleteWhere(c, "instance_id", id)
	tasks.DeleteWhere(c, "instance_id", id)
	orchestrations.DeleteWhere(c, "instance_id", id)
	orchestratedAPIs.DeleteWhere(c, "instance_id", id)
	responses.DeleteWhere(c, "instance_id", id)
	versions.DeleteWhere(c, "instance_id", id)
	features.DeleteWhere(c, "instance_id", id)
	policyBindings.DeleteWhere(c, "instance_id", id)
	throttles.DeleteWhere(c, "instance_id", id)
	acls.DeleteWhere(c, "instance_id", id)
	signatures.DeleteWhere(c, "instance_id", id)
	throttleSpecials.DeleteWhere(c, "instance_id", id)
	quotas.DeleteWhere(c, "owner", id)
	deleteCredentials(c, id)
	deletePlugins(c, id)
	deleteNaming(c, id)
	instanceTags.DeleteWhere(c, "instance_id", id)
	deleteEndpoints(c, id)
}

func putGroup(c *projections.Changes, rec domain.Recorded, g apig.Group) {
	groups.Put(c, GroupRow{
		ID: g.ID, Tenant: rec.Tenant, InstanceID: g.InstanceID, Name: g.Name, Remark: g.Remark,
		SLDomainAccessEnabled: g.SLDomainAccessEnabled, RegisterTime: g.RegisterTime, UpdateTime: g.UpdateTime,
	})
}

func putEnv(c *projections.Changes, rec domain.Recorded, e apig.Environment) {
	envs.Put(c, EnvRow{
		InstanceID: e.InstanceID, ID: e.ID, Tenant: rec.Tenant, Name: e.Name, Remark: e.Remark, CreateTime: e.CreateTime,
	})
}

func envKey(instanceID, envID string) string { return instanceID + "/" + envID }

func putVariable(c *projections.Changes, rec domain.Recorded, v apig.Variable) {
	variables.Put(c, VariableRow{
		ID: v.ID, Tenant: rec.Tenant, InstanceID: v.InstanceID, GroupID: v.GroupID, EnvID: v.EnvID,
		EnvKey: envKey(v.InstanceID, v.EnvID), Name: v.Name, Value: v.Value,
	})
}

func putAPI(c *projections.Changes, rec domain.Recorded, a apig.API) error {
	brief, err := json.Marshal(BriefOf(a))
	if err != nil {
		return err
	}
	detail, err := json.Marshal(DetailOf(a))
	if err != nil {
		return err
	}
	d := a.Definition
	row := APIRow{
		ID: a.ID, Tenant: rec.Tenant, InstanceID: a.InstanceID, GroupID: d.GroupID, Name: d.Name, Type: d.Type,
		ReqProtocol: d.ReqProtocol, ReqMethod: d.ReqMethod, ReqURI: d.ReqURI, AuthType: d.AuthType,
		RegisterTime: a.RegisterTime, UpdateTime: a.UpdateTime, Position: rec.Position, Brief: brief, Detail: detail,
	}
	if d.BackendAPI != nil && d.BackendAPI.VPCChannelInfo != nil {
		row.VPCChannelID = d.BackendAPI.VPCChannelInfo.VPCChannelID
	}
	apis.Put(c, row)
	for _, tag := range d.Tags {
		apiTags.Put(c, TagRow{APIID: a.ID, Tag: tag, Tenant: rec.Tenant, InstanceID: a.InstanceID})
	}
	return nil
}

func deleteAPI(c *projections.Changes, id string) {
	apis.Delete(c, id)
	apiTags.DeleteWhere(c, "api_id", id)
	orchestratedAPIs.DeleteWhere(c, "api_id", id)
	publications.DeleteWhere(c, "api_id", id)
	versions.DeleteWhere(c, "api_id", id)
	appAuths.DeleteWhere(c, "api_id", id)
	policyBindings.DeleteWhere(c, "api_id", id)
	pluginBindings.DeleteWhere(c, "api_id", id)
}

func putPublication(c *projections.Changes, rec domain.Recorded, p apig.Publication) {
	publications.Put(c, PublicationRow{
		APIID: p.APIID, EnvID: p.EnvID, Tenant: rec.Tenant, InstanceID: p.InstanceID, GroupID: p.GroupID,
		PublishID: p.PublishID, VersionID: p.VersionID, PublishTime: p.PublishTime,
	})
}

func putVersion(c *projections.Changes, rec domain.Recorded, p apig.Publication) {
	versions.Put(c, VersionRow{
		ID: p.VersionID, Tenant: rec.Tenant, InstanceID: p.InstanceID, APIID: p.APIID, EnvID: p.EnvID, EnvName: p.EnvName,
		VersionNo: p.VersionNo, Remark: p.Remark, PublishTime: p.PublishTime, Position: rec.Position,
	})
}

func putFeature(c *projections.Changes, rec domain.Recorded, f apig.Feature) {
	features.Put(c, FeatureRow{
		InstanceID: f.InstanceID, Name: f.Name, Tenant: rec.Tenant, ID: f.ID, Enable: f.Enable, Config: f.Config, UpdateTime: f.UpdateTime,
	})
}

func putQuota(c *projections.Changes, rec domain.Recorded, q apig.Quota) {
	owner := q.InstanceID
	if owner == "" {
		owner = rec.Tenant
	}
	quotas.Put(c, QuotaRow{Owner: owner, Name: q.Name, Tenant: rec.Tenant, Value: q.Value, UpdateTime: q.UpdateTime})
}
