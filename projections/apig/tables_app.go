package apig

import (
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// AppRow is a row of the table apps. It has no secret: no answer shows one that is kept.
type AppRow struct {
	ID               string    `json:"id"`
	Tenant           string    `json:"tenant"`
	InstanceID       string    `json:"instance_id"`
	Name             string    `json:"name"`
	Remark           string    `json:"remark"`
	Key              string    `json:"app_key"`
	RelatedDomainID  string    `json:"related_domain_id"`
	RelatedProjectID string    `json:"related_project_id"`
	RegisterTime     time.Time `json:"register_time"`
	UpdateTime       time.Time `json:"update_time"`
}

// AppCodeRow is a row of the table app_codes, with the value sealed.
type AppCodeRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	AppID      string    `json:"app_id"`
	Sealed     string    `json:"sealed"`
	CreateTime time.Time `json:"create_time"`
}

// AppAuthRow is a row of the table app_auths. EnvKey names the environment over all instances.
type AppAuthRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	AppID      string    `json:"app_id"`
	APIID      string    `json:"api_id"`
	EnvID      string    `json:"env_id"`
	EnvKey     string    `json:"env_key"`
	AuthTime   time.Time `json:"auth_time"`
}

// AppACLRow is a row of the table app_acls. Addresses is a JSON list.
type AppACLRow struct {
	AppID      string          `json:"app_id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	Type       string          `json:"type"`
	Addresses  json.RawMessage `json:"addresses"`
}

var (
	apps     = projections.NewTable[AppRow]("apps", "id")
	appCodes = projections.NewTable[AppCodeRow]("app_codes", "id")
	appACLs  = projections.NewTable[AppACLRow]("app_acls", "app_id")
	appAuths = projections.NewTable[AppAuthRow]("app_auths", "id")
)

func applyApp(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.AppCreated:
		putApp(c, rec, ev.App)
	case apig.AppUpdated:
		putApp(c, rec, ev.App)
	case apig.AppSecretReset:
		putApp(c, rec, ev.App)
	case apig.AppDeleted:
		deleteApp(c, ev.AppID)
	case apig.AppACLSet:
		return putAppACL(c, rec, ev.ACL)
	case apig.AppACLDeleted:
		appACLs.Delete(c, ev.AppID)
	case apig.AppCodeCreated:
		appCodes.Put(c, AppCodeRow{
			ID: ev.Code.ID, Tenant: rec.Tenant, InstanceID: ev.Code.InstanceID, AppID: ev.Code.AppID,
			Sealed: ev.Code.Value, CreateTime: ev.Code.CreateTime,
		})
	case apig.AppCodeDeleted:
		appCodes.Delete(c, ev.AppCodeID)
	case apig.AppAuthGranted:
		putAppAuth(c, rec, ev.Auth)
	case apig.AppAuthRevoked:
		appAuths.Delete(c, ev.Auth.ID)
	}
	return nil
}

func putApp(c *projections.Changes, rec domain.Recorded, a apig.App) {
	apps.Put(c, AppRow{
		ID: a.ID, Tenant: rec.Tenant, InstanceID: a.InstanceID, Name: a.Name, Remark: a.Remark, Key: a.Key,
		RelatedDomainID: a.RelatedDomainID, RelatedProjectID: a.RelatedProjectID,
		RegisterTime: a.RegisterTime, UpdateTime: a.UpdateTime,
	})
}

func putAppACL(c *projections.Changes, rec domain.Recorded, acl apig.AppACL) error {
	addresses, err := json.Marshal(acl.Values)
	if err != nil {
		return err
	}
	appACLs.Put(c, AppACLRow{AppID: acl.AppID, Tenant: rec.Tenant, InstanceID: acl.InstanceID, Type: acl.Type, Addresses: addresses})
	return nil
}

func putAppAuth(c *projections.Changes, rec domain.Recorded, a apig.AppAuth) {
	appAuths.Put(c, AppAuthRow{
		ID: a.ID, Tenant: rec.Tenant, InstanceID: a.InstanceID, AppID: a.AppID, APIID: a.APIID, EnvID: a.EnvID,
		EnvKey: envKey(a.InstanceID, a.EnvID), AuthTime: a.AuthTime,
	})
}

// deleteApp removes an app with everything that it has.
func deleteApp(c *projections.Changes, id string) {
	apps.Delete(c, id)
	throttleSpecials.DeleteWhere(c, "object_key", objectKey(apig.SpecialApp, id))
	appCodes.DeleteWhere(c, "app_id", id)
	aiKeys.DeleteWhere(c, "app_id", id)
	appACLs.Delete(c, id)
	appAuths.DeleteWhere(c, "app_id", id)
	appQuotaBindings.Delete(c, id)
}

// deleteCredentials removes what an instance has of apps.
func deleteCredentials(c *projections.Changes, instanceID string) {
	apps.DeleteWhere(c, "instance_id", instanceID)
	appCodes.DeleteWhere(c, "instance_id", instanceID)
	aiKeys.DeleteWhere(c, "instance_id", instanceID)
	appACLs.DeleteWhere(c, "instance_id", instanceID)
	appAuths.DeleteWhere(c, "instance_id", instanceID)
	appQuotas.DeleteWhere(c, "instance_id", instanceID)
	appQuotaBindings.DeleteWhere(c, "instance_id", instanceID)
}
