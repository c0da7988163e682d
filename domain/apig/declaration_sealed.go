package apig

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// This file has the kinds of things that have secrets. A declaration shows none: those of apps and signature
// keys are left out, those in contents are MaskedSecret, which means the one that is there.

var appKind = declaredKind[DeclaredApp]{
	name:   "app",
	known:  func(in *instance, _ string) map[string]string { return in.credentials.names },
	nameOf: func(d DeclaredApp) string { return d.Name },
	shown: func(in *instance, id string) DeclaredApp {
		a := in.credentials.apps[id]
		d := DeclaredApp{Name: a.Name, Remark: a.Remark, RelatedDomainID: a.RelatedDomainID, RelatedProjectID: a.RelatedProjectID}
		if a.acl != nil {
			d.ACL = &AppACLBody{Type: a.acl.Type, Values: a.acl.Values}
		}
		return d
	},
	create: func(p *planning, _ string, d DeclaredApp) ([]domain.Event, error) {
		body := AppBody{Name: d.Name, Remark: d.Remark, RelatedDomainID: d.RelatedDomainID, RelatedProjectID: d.RelatedProjectID}
		return events(p.s.CreateApp(p.m, CreateApp{p.in.ID, body, p.secrets.Apps[d.Name]}))
	},
	change: func(p *planning, id string, d DeclaredApp) ([]domain.Event, error) {
		body := AppUpdateBody{Name: d.Name, Remark: &d.Remark, RelatedDomainID: &d.RelatedDomainID, RelatedProjectID: &d.RelatedProjectID}
		return events(p.s.UpdateApp(p.m, UpdateApp{p.in.ID, id, body, SealedSecret{}}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteApp(p.m, DeleteApp{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return AppCreated{in.credentials.apps[id].App} },
}

// appACLKind is from where an app may call: one thing of an app at most.
var appACLKind = declaredKind[AppACLBody]{
	name: "app_acl",
	known: func(in *instance, app string) map[string]string {
		id := in.credentials.names[app]
		if a := in.credentials.apps[id]; a != nil && a.acl != nil {
			return map[string]string{"": id}
		}
		return nil
	},
	nameOf: func(AppACLBody) string { return "" },
	shown: func(in *instance, id string) AppACLBody {
		a := in.credentials.apps[id]
		return AppACLBody{Type: a.acl.Type, Values: a.acl.Values}
	},
	create: func(p *planning, app string, b AppACLBody) ([]domain.Event, error) {
		return events(p.s.SetAppACL(p.m, SetAppACL{p.in.ID, p.in.credentials.names[app], b}))
	},
	change: func(p *planning, id string, b AppACLBody) ([]domain.Event, error) {
		return events(p.s.SetAppACL(p.m, SetAppACL{p.in.ID, id, b}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteAppACL(p.m, DeleteAppACL{p.in.ID, id}))
	},
}

var appQuotaKind = declaredKind[DeclaredAppQuota]{
	name:   "app_quota",
	known:  func(in *instance, _ string) map[string]string { return in.credentials.quotaNames },
	nameOf: func(d DeclaredAppQuota) string { return d.Name },
	shown: func(in *instance, id string) DeclaredAppQuota {
		q := in.credentials.quotas[id]
		return DeclaredAppQuota{
			AppQuotaBody: AppQuotaBody{
				Name: q.Name, CallLimits: q.CallLimits, TimeUnit: q.TimeUnit, Interval: q.Interval,
				ResetTime: unlessEmpty(q.ResetTime), Remark: unlessEmpty(q.Remark),
			},
			Apps: quotaAppKind.allIn(in, q.Name),
		}
	},
	create: func(p *planning, _ string, d DeclaredAppQuota) ([]domain.Event, error) {
		return events(p.s.CreateAppQuota(p.m, CreateAppQuota{p.in.ID, d.AppQuotaBody}))
	},
	change: func(p *planning, id string, d DeclaredAppQuota) ([]domain.Event, error) {
		d.ResetTime, d.Remark = said(d.ResetTime), said(d.Remark)
		return events(p.s.UpdateAppQuota(p.m, UpdateAppQuota{p.in.ID, id, d.AppQuotaBody}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteAppQuota(p.m, DeleteAppQuota{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return AppQuotaCreated{in.credentials.quotas[id].AppQuota} },
}

// quotaAppKind are the apps that a credential quota holds for. An id is that of quota and app.
var quotaAppKind = declaredKind[string]{
	name: "app_quota_app",
	known: func(in *instance, quota string) map[string]string {
		byName := map[string]string{}
		if q := in.credentials.quotas[in.credentials.quotaNames[quota]]; q != nil {
			for id := range q.apps {
				byName[in.credentials.apps[id].Name] = q.ID + "/" + id
			}
		}
		return byName
	},
	nameOf: func(app string) string { return app },
	shown: func(in *instance, id string) string {
		_, app, _ := strings.Cut(id, "/")
		return in.credentials.apps[app].Name
	},
	create: func(p *planning, quota, app string) ([]domain.Event, error) {
		id, err := p.in.idOf(useApp, "", app)
		if err != nil {
			return nil, err
		}
		body := AppQuotaBindBody{AppIDs: []string{id}}
		return events(p.s.BindAppQuota(p.m, BindAppQuota{p.in.ID, p.in.credentials.quotaNames[quota], body}))
	},
	change: func(*planning, string, string) ([]domain.Event, error) { return nil, nil },
	remove: func(p *planning, id string) ([]domain.Event, error) {
		quota, app, _ := strings.Cut(id, "/")
		return events(p.s.UnbindAppQuota(p.m, UnbindAppQuota{p.in.ID, quota, app}))
	},
}

var signatureKind = declaredKind[DeclaredSignature]{
	name:   "signature",
	known:  func(in *instance, _ string) map[string]string { return in.signing.names },
	nameOf: func(d DeclaredSignature) string { return d.Name },
	shown: func(in *instance, id string) DeclaredSignature {
		sign := in.signing.keys[id]
		return DeclaredSignature{sign.Name, sign.Type, sign.Algorithm}
	},
	create: func(p *planning, _ string, d DeclaredSignature) ([]domain.Event, error) {
		fresh := p.secrets.Signatures[d.Name]
		return events(p.s.CreateSignature(p.m, CreateSignature{p.in.ID, d.Body(), fresh.Key, fresh.Secret}))
	},
	change: func(p *planning, id string, d DeclaredSignature) ([]domain.Event, error) {
		fresh := p.secrets.Signatures[d.Name]
		return events(p.s.UpdateSignature(p.m, UpdateSignature{p.in.ID, id, d.Body(), fresh.Key, fresh.Secret}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteSignature(p.m, DeleteSignature{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return SignatureCreated{in.signing.keys[id]} },
}

// Body is the body that makes the signature key.
func (d DeclaredSignature) Body() SignatureBody {
	return SignatureBody{Name: d.Name, Type: d.Type, Algorithm: d.Algorithm}
}

var pluginKind = declaredKind[DeclaredPlugin]{
	name:   "plugin",
	known:  func(in *instance, _ string) map[string]string { return in.plugins.names },
	nameOf: func(d DeclaredPlugin) string { return d.Name },
	shown: func(in *instance, id string) DeclaredPlugin {
		p := in.plugins.all[id]
		d := DeclaredPlugin{PluginBody: p.PluginBody, RomaAppID: p.RomaAppID}
		// The content was read before it was recorded.
		d.Content, _ = MapPluginSecrets(p.Content, func(string, string) (string, error) { return MaskedSecret, nil })
		return d
	},
	whole: func(in *instance, id string) DeclaredPlugin {
		return DeclaredPlugin{PluginBody: in.plugins.all[id].PluginBody, RomaAppID: in.plugins.all[id].RomaAppID}
	},
	create: func(p *planning, _ string, d DeclaredPlugin) ([]domain.Event, error) {
		content, err := unmaskedContent("", d.Content)
		if err != nil {
			return nil, err
		}
		d.Content = content
		return events(p.s.CreatePlugin(p.m, CreatePlugin{InstanceID: p.in.ID, Body: d.PluginBody, RomaAppID: d.RomaAppID}))
	},
	change: func(p *planning, id string, d DeclaredPlugin) ([]domain.Event, error) {
		content, err := unmaskedContent(p.in.plugins.all[id].Content, d.Content)
		if err != nil {
			return nil, err
		}
		d.Content = content
		return events(p.s.UpdatePlugin(p.m, UpdatePlugin{InstanceID: p.in.ID, PluginID: id, Body: d.PluginBody, RomaAppID: d.RomaAppID}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeletePlugin(p.m, DeletePlugin{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return PluginCreated{*in.plugins.all[id]} },
}

// unmaskedContent returns the content with the secrets of an older one wherever it has a mask.
func unmaskedContent(old, content string) (string, error) {
	known := secretsOf(old)
	return MapPluginSecrets(content, func(name, literal string) (string, error) {
		if literal != MaskedSecret {
			return literal, nil
		}
		if kept, there := known[name]; there {
			return kept, nil
		}
		return "", ErrInvalidBecause(contentPath(name), "stands for a secret that is not there: give it this once")
	})
}

// maskedConfig returns the configuration of a feature with its secrets masked.
func maskedConfig(feature, config string) string {
	masked, _ := json.Marshal(MaskedSecret)
	return mapConfig(feature, config, func(string, json.RawMessage) json.RawMessage { return masked })
}

// unmaskedConfig returns it with the secrets of an older configuration wherever it has a mask.
func unmaskedConfig(feature, config, old string) (string, error) {
	known := map[string]json.RawMessage{}
	mapConfig(feature, old, func(name string, value json.RawMessage) json.RawMessage {
		known[name] = value
		return value
	})
	var bad error
	config = mapConfig(feature, config, func(name string, value json.RawMessage) json.RawMessage {
		var text string
		if json.Unmarshal(value, &text) != nil || text != MaskedSecret {
			return value
		}
		if kept, there := known[name]; there {
			return kept
		}
		bad = ErrInvalidBecause("config", "has a mask for a secret that is not there: give it this once")
		return value
	})
	return config, bad
}

// mapConfig returns the configuration of a feature with its secret members as change says. One that has none,
// or is no JSON object, stays as it is.
func mapConfig(feature, config string, change func(name string, value json.RawMessage) json.RawMessage) string {
	var members map[string]json.RawMessage
	secrets := featureSpecs[feature].Secrets
	if len(secrets) == 0 || json.Unmarshal([]byte(config), &members) != nil {
		return config
	}
	found := false
	for _, name := range sortedNames(members) {
		if slices.Contains(secrets, name) {
			members[name], found = change(name, members[name]), true
		}
	}
	if !found {
		return config
	}
	text, err := json.Marshal(members)
	if err != nil {
		return config
	}
	return string(text)
}
