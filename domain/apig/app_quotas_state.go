package apig

// appQuota is a credential quota with the apps that are bound to it.
type appQuota struct {
	AppQuota
	apps map[string]struct{} // ids
}

func (c *credentials) putQuota(now AppQuota) {
	q, ok := c.quotas[now.ID]
	if !ok {
		q = &appQuota{apps: map[string]struct{}{}}
		c.quotas[now.ID] = q
	} else {
		delete(c.quotaNames, q.Name)
	}
	q.AppQuota = now
	c.quotaNames[q.Name] = q.ID
}

func (c *credentials) dropQuota(id string) {
	q, ok := c.quotas[id]
	if !ok {
		return
	}
	for appID := range q.apps {
		c.unbind(appID)
	}
	delete(c.quotaNames, q.Name)
	delete(c.quotas, id)
}

// bind binds an app to a quota, and to no other any more.
func (c *credentials) bind(b AppQuotaBinding) {
	a, q := c.apps[b.AppID], c.quotas[b.QuotaID]
	if a == nil || q == nil {
		return
	}
	c.unbind(b.AppID)
	a.quota = &b
	q.apps[b.AppID] = struct{}{}
}

// unbind takes an app from the quota that it is bound to, if any.
func (c *credentials) unbind(appID string) {
	a, ok := c.apps[appID]
	if !ok || a.quota == nil {
		return
	}
	delete(c.quotas[a.quota.QuotaID].apps, appID)
	a.quota = nil
}
