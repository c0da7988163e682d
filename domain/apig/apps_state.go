package apig

// credentials is what an instance knows of its apps.
type credentials struct {
	apps  map[string]*app
	names map[string]string // name to id
	keys  map[string]string // app_key to id

	auths   map[string]AppAuth
	authIDs map[authKey]string
	authsOf map[authParty]map[string]struct{} // ids of the authorizations of an app, an API or an environment

	quotas     map[string]*appQuota
	quotaNames map[string]string // name to id
}

// app is an app with what belongs to it alone.
type app struct {
	App
	acl    *AppACL
	codes  map[string]struct{} // ids
	aiKeys map[string]struct{} // ids
	quota  *AppQuotaBinding
}

// authKey is what there is one authorization for.
type authKey struct{ appID, apiID, envID string }

func keyOfAuth(a AppAuth) authKey { return authKey{a.AppID, a.APIID, a.EnvID} }

// authParty is one of the three things that an authorization ends with.
type authParty struct{ kind, id string }

func ofApp(id string) authParty { return authParty{"app", id} }
func ofAPI(id string) authParty { return authParty{"api", id} }
func ofEnv(id string) authParty { return authParty{"env", id} }

func partiesOf(a AppAuth) []authParty {
	return []authParty{ofApp(a.AppID), ofAPI(a.APIID), ofEnv(a.EnvID)}
}

func newCredentials() credentials {
	return credentials{
		apps: map[string]*app{}, names: map[string]string{}, keys: map[string]string{},
		auths: map[string]AppAuth{}, authIDs: map[authKey]string{}, authsOf: map[authParty]map[string]struct{}{},
		quotas: map[string]*appQuota{}, quotaNames: map[string]string{},
	}
}

// putApp enters an app, new or changed.
func (c *credentials) putApp(now App) {
	a, ok := c.apps[now.ID]
	if !ok {
		a = &app{codes: map[string]struct{}{}, aiKeys: map[string]struct{}{}}
		c.apps[now.ID] = a
	} else {
		delete(c.names, a.Name)
		delete(c.keys, a.Key)
	}
	a.App = now
	c.names[a.Name], c.keys[a.Key] = a.ID, a.ID
}

// dropApp takes an app out with everything that it has.
func (c *credentials) dropApp(id string) {
	a, ok := c.apps[id]
	if !ok {
		return
	}
	c.dropAuths(ofApp(id))
	c.unbind(id)
	delete(c.names, a.Name)
	delete(c.keys, a.Key)
	delete(c.apps, id)
}

func (c *credentials) putAuth(a AppAuth) {
	c.auths[a.ID] = a
	c.authIDs[keyOfAuth(a)] = a.ID
	for _, of := range partiesOf(a) {
		if c.authsOf[of] == nil {
			c.authsOf[of] = map[string]struct{}{}
		}
		c.authsOf[of][a.ID] = struct{}{}
	}
}

func (c *credentials) dropAuth(id string) {
	a, ok := c.auths[id]
	if !ok {
		return
	}
	delete(c.auths, id)
	delete(c.authIDs, keyOfAuth(a))
	for _, of := range partiesOf(a) {
		delete(c.authsOf[of], id)
		if len(c.authsOf[of]) == 0 {
			delete(c.authsOf, of)
		}
	}
}

// dropAuths takes out all authorizations of an app, an API or an environment.
func (c *credentials) dropAuths(of authParty) {
	for id := range c.authsOf[of] {
		c.dropAuth(id)
	}
}
