package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// rowsOf counts the rows of the tables about apps.
func (p *past) rowsOf() map[string]int {
	p.t.Helper()
	all := map[string]int{}
	for _, table := range []string{"apps", "app_codes", "app_acls", "app_auths", "app_quotas", "app_quota_bindings"} {
		var n int
		if err := p.db.Get(&n, "SELECT count(*) FROM apig."+table); err != nil {
			p.t.Fatal(err)
		}
		if n > 0 {
			all[table] = n
		}
	}
	return all
}

// credentialEvents is an app with one of everything, and another that has nothing.
func credentialEvents() []domain.Event {
	app := apig.App{ID: "p1", InstanceID: pastInstance, Name: "mobile", Key: "k1", Secret: "sealed"}
	other := apig.App{ID: "p2", InstanceID: pastInstance, Name: "web", Key: "k2", Secret: "sealed"}
	return []domain.Event{
		created("h"), apig.AppCreated{App: app}, apig.AppCreated{App: other},
		apig.AppCodeCreated{Code: apig.AppCode{ID: "c1", InstanceID: pastInstance, AppID: "p1", Value: "sealed"}},
		apig.AppACLSet{ACL: apig.AppACL{InstanceID: pastInstance, AppID: "p1", Type: "DENY", Values: []string{"10.0.0.1"}}},
		apig.AppAuthGranted{Auth: apig.AppAuth{ID: "h1", InstanceID: pastInstance, AppID: "p1", APIID: "a1", EnvID: "e1"}},
		apig.AppQuotaCreated{Quota: apig.AppQuota{ID: "q1", InstanceID: pastInstance, Name: "daily"}},
		apig.AppQuotaBound{InstanceID: pastInstance, QuotaID: "q1", Bindings: []apig.AppQuotaBinding{{QuotaID: "q1", AppID: "p1"}}},
	}
}

// What goes takes with it what the reference says, and nothing else (§3.5.3, §3.28.3, §3.29.5).
func TestRowsOfAppsGoWithWhatTheyBelongTo(t *testing.T) {
	t.Parallel()
	all := map[string]int{"apps": 2, "app_codes": 1, "app_acls": 1, "app_auths": 1, "app_quotas": 1, "app_quota_bindings": 1}
	but := func(gone ...string) map[string]int {
		left := map[string]int{}
		for table, n := range all {
			left[table] = n
		}
		for _, table := range gone {
			if left[table]--; left[table] == 0 {
				delete(left, table)
			}
		}
		return left
	}
	for name, c := range map[string]struct {
		then domain.Event
		want map[string]int
	}{
		"nothing":          {apig.GroupUpdated{Group: apig.Group{ID: "g1", InstanceID: pastInstance, Name: "shop"}}, all},
		"app changed":      {apig.AppUpdated{App: apig.App{ID: "p1", InstanceID: pastInstance, Name: "new"}}, all},
		"secret reset":     {apig.AppSecretReset{App: apig.App{ID: "p1", InstanceID: pastInstance, Name: "mobile"}}, all},
		"app deleted":      {apig.AppDeleted{InstanceID: pastInstance, AppID: "p1"}, map[string]int{"apps": 1, "app_quotas": 1}},
		"code deleted":     {apig.AppCodeDeleted{InstanceID: pastInstance, AppID: "p1", AppCodeID: "c1"}, but("app_codes")},
		"ACL deleted":      {apig.AppACLDeleted{InstanceID: pastInstance, AppID: "p1"}, but("app_acls")},
		"revoked":          {apig.AppAuthRevoked{Auth: apig.AppAuth{ID: "h1", InstanceID: pastInstance}}, but("app_auths")},
		"API deleted":      {apig.APIDeleted{InstanceID: pastInstance, APIID: "a1"}, but("app_auths")},
		"env deleted":      {apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e1"}, but("app_auths")},
		"another env":      {apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e2"}, all},
		"quota changed":    {apig.AppQuotaUpdated{Quota: apig.AppQuota{ID: "q1", InstanceID: pastInstance, Name: "new"}}, all},
		"quota deleted":    {apig.AppQuotaDeleted{InstanceID: pastInstance, QuotaID: "q1"}, but("app_quotas", "app_quota_bindings")},
		"unbound":          {apig.AppQuotaUnbound{InstanceID: pastInstance, QuotaID: "q1", AppID: "p1"}, but("app_quota_bindings")},
		"instance deleted": {apig.InstanceDeleted{InstanceID: pastInstance}, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(credentialEvents()...)
			p.has(c.then)
			if diff := cmp.Diff(c.want, p.project().rowsOf()); diff != "" {
				t.Errorf("rows left (-want +got):\n%s", diff)
			}
		})
	}
}

// The secret of an app is in no row.
func TestRowsOfAppsHaveNoSecret(t *testing.T) {
	t.Parallel()
	for _, column := range apps.Columns() {
		if column == "app_secret" {
			t.Error("the table apps has a column for the secret")
		}
	}
}
