package contract

import (
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

var (
	noSign        = refusedAs(404, "APIG.3017")
	noSignBinding = refusedAs(404, "APIG.3018")
	noSignType    = refusedAs(412, "APIG.3548")
)

func (c *client) signRequest(t *testing.T, body doc) *model.CreateSignatureKeyV2Request {
	t.Helper()
	return &model.CreateSignatureKeyV2Request{InstanceId: c.instance, Body: fromDoc[model.BaseSignature](t, body)}
}

func (c *client) createSign(t *testing.T, body doc) doc {
	t.Helper()
	return call(t, c.api.CreateSignatureKeyV2, c.signRequest(t, body))
}

func (c *client) newSign(t *testing.T) string {
	t.Helper()
	return text(t, c.createSign(t, doc{"name": unique("sign")}), "id")
}

func (c *client) signUpdate(t *testing.T, id string, body doc) *model.UpdateSignatureKeyV2Request {
	t.Helper()
	return &model.UpdateSignatureKeyV2Request{InstanceId: c.instance, SignId: id, Body: fromDoc[model.BaseSignature](t, body)}
}

func (c *client) listSigns(t *testing.T, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListSignatureKeysV2, filter)
}

func (c *client) bindSignRequest(sign string, publications ...string) *model.AssociateSignatureKeyV2Request {
	return &model.AssociateSignatureKeyV2Request{InstanceId: c.instance, Body: &model.SignApiBinding{SignId: sign, PublishIds: publications}}
}

func (c *client) bindSign(t *testing.T, sign, publication string) doc {
	t.Helper()
	return list(t, call(t, c.api.AssociateSignatureKeyV2, c.bindSignRequest(sign, publication)), "bindings")[0]
}

func (c *client) signedAPIs(t *testing.T, sign string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisBindedToSignatureKeyV2, filter, doc{"sign_id": sign})
}

func (c *client) unsignedAPIs(t *testing.T, sign string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListApisNotBoundWithSignatureKeyV2, filter, doc{"sign_id": sign})
}

func (c *client) signsOf(t *testing.T, api string, filter doc) doc {
	t.Helper()
	return query(t, c, c.api.ListSignatureKeysBindedToApiV2, filter, doc{"api_id": api})
}

// §3.6.1, §3.6.4: the secret is shown once.
func TestSignatureKeyIsCreated(t *testing.T) {
	t.Parallel()
	body := doc{"name": unique("sign"), "sign_key": "signkeysignkey", "sign_secret": "signsecretsignsecret"}

	made := admin.createSign(t, body)

	wantFields(t, made, merged(body, doc{"sign_type": "hmac"}))
	wantRecent(t, made, "create_time", "update_time")
	page := admin.listSigns(t, doc{"id": made["id"]})
	wantPage(t, page, "signs", 1, 1)
	wantFields(t, list(t, page, "signs")[0], merged(made, doc{"sign_secret": maskedValue, "bind_num": 0.0, "ldapi_bind_num": 0.0}))
}

// §3.6.1: keys and secrets are generated in the form of each type.
func TestSignatureKeysAreGenerated(t *testing.T) {
	t.Parallel()
	for signType, lengths := range map[string][2]int{"hmac": {32, 32}, "basic": {32, 32}, "aes": {16, 16}} {
		made := admin.createSign(t, doc{"name": unique("sign"), "sign_type": signType})
		if got := [2]int{len(text(t, made, "sign_key")), len(text(t, made, "sign_secret"))}; got != lengths {
			t.Errorf("%s: lengths %v, want %v", signType, got, lengths)
		}
		// What was generated is what a client could have given.
		admin.createSign(t, merged(doc{"name": unique("sign"), "sign_type": signType}, doc{
			"sign_key": made["sign_key"], "sign_secret": made["sign_secret"],
		}))
	}
	wantFields(t, admin.createSign(t, doc{"name": unique("sign"), "sign_type": "aes", "sign_algorithm": "aes-256-cfb"}), doc{"sign_algorithm": "aes-256-cfb"})
}

// §3.6.2: what is left out stays; §3.6.3.
func TestSignatureKeyIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	made := admin.createSign(t, doc{"name": unique("sign"), "sign_key": "signkeysignkey"})
	id, name := text(t, made, "id"), unique("sign")
	change := admin.api.UpdateSignatureKeyV2

	wantFields(t, call(t, change, admin.signUpdate(t, id, doc{"name": name})), doc{"id": id, "name": name, "sign_key": "signkeysignkey", "sign_secret": maskedValue})
	wantFields(t, call(t, change, admin.signUpdate(t, id, doc{"name": name, "sign_key": "otherkey"})), doc{"sign_key": "otherkey"})
	other := call(t, change, admin.signUpdate(t, id, doc{"name": name, "sign_type": "aes"}))
	wantFields(t, other, doc{"sign_type": "aes", "sign_algorithm": "aes-128-cfb"})
	if len(text(t, other, "sign_key")) != 16 || len(text(t, other, "sign_secret")) != 16 || other["sign_secret"] == made["sign_secret"] {
		t.Errorf("another type has another key and secret: %v", other)
	}
	wantFields(t, list(t, admin.listSigns(t, doc{"id": id}), "signs")[0], merged(other, doc{"sign_secret": maskedValue}))

	refuse(t, change, admin.signUpdate(t, id, doc{"name": name, "sign_key": "short"}), badParameter("sign_key"))
	refuse(t, change, admin.signUpdate(t, id, doc{"name": name, "sign_type": "public_key"}), noSignType)
	refuse(t, change, admin.signUpdate(t, unknownID, doc{"name": name}), noSign)
	remove := &model.DeleteSignatureKeyV2Request{InstanceId: admin.instance, SignId: id}
	call(t, admin.api.DeleteSignatureKeyV2, remove)
	refuse(t, admin.api.DeleteSignatureKeyV2, remove, noSign)
}

func TestSignatureKeysAreRefused(t *testing.T) {
	t.Parallel()
	name := unique("sign")
	admin.createSign(t, doc{"name": name})
	create := admin.api.CreateSignatureKeyV2
	refuse(t, create, admin.signRequest(t, doc{"name": name}), refusedAs(400, "APIG.3207"))
	refuse(t, create, admin.signRequest(t, doc{"name": unique("sign"), "sign_type": "public_key"}), noSignType)
	for member, bad := range map[string]string{
		"name": "1x", "sign_type": "rsa", "sign_key": "short", "sign_secret": strings.Repeat("x", 65), "sign_algorithm": "aes-128-cfb",
	} {
		refuse(t, create, admin.signRequest(t, merged(doc{"name": unique("sign")}, doc{member: bad})), badParameter(member))
	}
	refuse(t, create, &model.CreateSignatureKeyV2Request{InstanceId: unknownID, Body: fromDoc[model.BaseSignature](t, doc{"name": unique("sign")})}, noInstance)
}

// §3.6.4, and the quota of §5.4.
func TestSignatureKeysAreListed(t *testing.T) {
	t.Parallel()
	c := newTenant(t)
	c.setQuota(t, "SIGN_NUM_LIMIT", 2)
	c.createSign(t, doc{"name": "red_one"})
	c.createSign(t, doc{"name": "red_two"})
	refuse(t, c.api.CreateSignatureKeyV2, c.signRequest(t, doc{"name": "blue"}), refusedAs(403, "APIG.3105"))
	wantPage(t, c.listSigns(t, doc{}), "signs", 2, 2)
	wantPage(t, c.listSigns(t, doc{"limit": 1, "offset": 1}), "signs", 1, 2)
	wantPage(t, c.listSigns(t, doc{"name": "two"}), "signs", 1, 1)
	wantPage(t, c.listSigns(t, doc{"name": "red", "precise_search": "name"}), "signs", 0, 0)
}

// §3.7.1 to §3.7.5: a key is bound, seen from both ends, replaced and unbound.
func TestSignatureKeyIsBound(t *testing.T) {
	t.Parallel()
	group := admin.newGroup(t)
	api, publication := admin.online(t, group)
	admin.newAPI(t, group) // published nowhere
	first, second := admin.createSign(t, doc{"name": unique("sign"), "sign_key": "signkeysignkey"}), admin.newSign(t)
	id, inGroup := text(t, first, "id"), doc{"group_id": group}
	wantPage(t, admin.unsignedAPIs(t, id, inGroup), "apis", 1, 1)

	made := admin.bindSign(t, id, publication)

	binding := doc{"id": made["id"], "publish_id": publication, "api_id": api, "env_id": releaseEnv, "env_name": "RELEASE", "sign_id": id, "sign_name": first["name"]}
	withKey := merged(binding, doc{"sign_key": "signkeysignkey", "sign_secret": maskedValue, "sign_type": "hmac"})
	wantFields(t, made, withKey)
	wantFields(t, list(t, admin.signsOf(t, api, doc{"env_id": releaseEnv, "sign_id": id, "sign_name": "sign"}), "bindings")[0], withKey)
	wantPage(t, admin.signsOf(t, api, doc{"sign_name": "nothing"}), "bindings", 0, 0)
	wantFields(t, list(t, admin.signedAPIs(t, id, doc{"api_id": api, "group_id": group, "env_id": releaseEnv}), "bindings")[0], binding)
	wantPage(t, admin.signedAPIs(t, id, doc{"api_name": "nothing_is_called_so"}), "bindings", 0, 0)
	wantPage(t, admin.unsignedAPIs(t, id, inGroup), "apis", 0, 0)
	wantFields(t, list(t, admin.unsignedAPIs(t, second, inGroup), "apis")[0], doc{"id": api, "signature_name": first["name"]})
	wantFields(t, list(t, admin.listSigns(t, doc{"id": id}), "signs")[0], doc{"bind_num": 1.0})

	// §3.7.3: one key an environment, whatever is published there.
	next := admin.bindSign(t, second, text(t, admin.publish(t, api, releaseEnv), "publish_id"))
	wantPage(t, admin.signedAPIs(t, id, doc{}), "bindings", 0, 0)
	wantPage(t, admin.signsOf(t, api, doc{}), "bindings", 1, 1)

	remove := &model.DisassociateSignatureKeyV2Request{InstanceId: admin.instance, SignBindingsId: text(t, next, "id")}
	call(t, admin.api.DisassociateSignatureKeyV2, remove)
	refuse(t, admin.api.DisassociateSignatureKeyV2, remove, noSignBinding)
}

// §3.6.3: a key takes its bindings with it; so does taking offline.
func TestSignatureBindingsEnd(t *testing.T) {
	t.Parallel()
	sign := admin.newSign(t)
	api, publication := admin.online(t, admin.newGroup(t))
	admin.bindSign(t, sign, publication)
	admin.offline(t, api, releaseEnv)
	wantPage(t, admin.signsOf(t, api, doc{}), "bindings", 0, 0)

	admin.bindSign(t, sign, text(t, admin.publish(t, api, releaseEnv), "publish_id"))
	call(t, admin.api.DeleteSignatureKeyV2, &model.DeleteSignatureKeyV2Request{InstanceId: admin.instance, SignId: sign})
	wantPage(t, admin.signsOf(t, api, doc{}), "bindings", 0, 0)
}

func TestSignatureBindingsAreRefused(t *testing.T) {
	t.Parallel()
	sign := admin.newSign(t)
	_, publication := admin.online(t, admin.newGroup(t))
	refuse(t, admin.api.AssociateSignatureKeyV2, admin.bindSignRequest(unknownID, publication), noSign)
	refuse(t, admin.api.AssociateSignatureKeyV2, admin.bindSignRequest(sign, unknownID), notPublic)
	refuse(t, admin.api.AssociateSignatureKeyV2, admin.bindSignRequest(sign), badParameter("publish_ids"))
	refuse(t, admin.api.ListApisBindedToSignatureKeyV2, &model.ListApisBindedToSignatureKeyV2Request{InstanceId: admin.instance, SignId: unknownID}, noSign)
	refuse(t, admin.api.ListApisNotBoundWithSignatureKeyV2, &model.ListApisNotBoundWithSignatureKeyV2Request{InstanceId: admin.instance, SignId: unknownID}, noSign)
	refuse(t, admin.api.ListSignatureKeysBindedToApiV2, &model.ListSignatureKeysBindedToApiV2Request{InstanceId: admin.instance, ApiId: unknownID}, noAPI)
}
