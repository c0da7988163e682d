package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// Plugin is a plug-in (APIG V2 §3.27): something more that a gateway does for the APIs it is bound to.
type Plugin struct {
	ID         string `json:"plugin_id"`
	InstanceID string `json:"instance_id"`
	// PluginBody's content is what the client sent, byte for byte, but for the secrets in it, which are
	// sealed: neither a state nor the log ever has them in the clear.
	PluginBody
	// Sealed says that the content has secrets.
	Sealed bool `json:"sealed,omitempty"`
	// RomaAppID is the integration app of a plug-in with the scope app (ROMA Connect).
	RomaAppID  string    `json:"roma_app_id,omitempty"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// PluginInfo is a plug-in with the name of its integration app, empty for none that is known.
type PluginInfo struct {
	Plugin
	RomaAppName string `json:"roma_app_name,omitempty"`
}

// PluginBody is the body of APIG V2 §3.27.1 and §3.27.2. A change replaces all of it; type and scope
// must be those that the plug-in has.
type PluginBody struct {
	Name    string `json:"plugin_name" minLength:"3" maxLength:"255" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_]*$" doc:"Name, unique in the instance."`
	Type    string `json:"plugin_type" enum:"cors,set_resp_headers,kafka_log,breaker,rate_limit,third_auth,proxy_cache,proxy_mirror,oidc_auth,jwt_auth" doc:"What the plug-in does."`
	Scope   string `json:"plugin_scope" enum:"global,app" doc:"global: seen everywhere; app: belongs to an integration app."`
	Content string `json:"plugin_content" maxLength:"65535" doc:"Configuration of the plug-in: a JSON text, as its type has it."`
	Remark  string `json:"remark,omitempty" maxLength:"255" doc:"Description."`
}

// PluginScopeApp is the scope of plug-ins that belong to an integration app (ROMA Connect).
const PluginScopeApp = "app"

// maxPlugins is the most plug-ins of an instance. The reference has no quota for them.
const maxPlugins = 1000

// CreatePlugin creates a plug-in (APIG V2 §3.27.1). The secrets in its content are sealed.
type CreatePlugin struct {
	InstanceID string     `json:"instance_id"`
	Body       PluginBody `json:"body"`
	RomaAppID  string     `json:"roma_app_id,omitempty"`
	// Digest stands for the content in comparisons when it has secrets: sealing gives another text each
	// time. It never gets into the log in the clear.
	Digest string `json:"digest,omitempty"`
}

// UpdatePlugin changes a plug-in (APIG V2 §3.27.2). The secrets in its content are sealed; a masked one
// means the one that is there.
type UpdatePlugin struct {
	InstanceID string     `json:"instance_id"`
	PluginID   string     `json:"plugin_id"`
	Body       PluginBody `json:"body"`
	RomaAppID  string     `json:"roma_app_id,omitempty"` // empty: as it is
	Digest     string     `json:"digest,omitempty"`      // see CreatePlugin
}

// DeletePlugin deletes a plug-in that is bound to no API (APIG V2 §3.27.3).
type DeletePlugin struct {
	InstanceID string `json:"instance_id"`
	PluginID   string `json:"plugin_id"`
}

// Fingerprint is what the client asked for, without what differs with every sending.
func (c CreatePlugin) Fingerprint() any {
	if c.Digest != "" {
		c.Body.Content = ""
	}
	return c
}

// Fingerprint is what the client asked for, without what differs with every sending.
func (c UpdatePlugin) Fingerprint() any {
	if c.Digest != "" {
		c.Body.Content = ""
	}
	return c
}

// Check refuses a body, with its secrets in the clear, that breaks a rule of its fields or of the model
// of its content: APIG.2001, APIG.2011. It is for whoever seals the secrets.
func (b PluginBody) Check() error {
	if err := violated(b); err != nil {
		return err
	}
	content, err := readContent(b.Type, b.Content)
	if err != nil {
		return err
	}
	if s, ok := content.(secretive); ok {
		return s.clear()
	}
	return nil
}

// checkSealed is Check for a body whose secrets are sealed, which makes its content longer.
func (b PluginBody) checkSealed() error {
	short := b
	if short.Content != "" {
		short.Content = "{}"
	}
	if err := violated(short); err != nil {
		return err
	}
	_, err := readContent(b.Type, b.Content)
	return err
}

// CreatePlugin decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3100
// (too many); APIG.3326 (name); APIG.3023 (channel).
func (s *State) CreatePlugin(m *domain.Moment, c CreatePlugin) (PluginInfo, []domain.Event, error) {
	if err := c.Body.checkSealed(); err != nil {
		return PluginInfo{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return PluginInfo{}, nil, err
	}
	if len(in.plugins.all) >= maxPlugins {
		return PluginInfo{}, nil, ErrTooMany("plugin_name", maxPlugins)
	}
	p := Plugin{ID: m.NewID(), InstanceID: in.ID, CreateTime: m.Now, UpdateTime: m.Now}
	if err := in.describePlugin(&p, c.Body, c.RomaAppID); err != nil {
		return PluginInfo{}, nil, err
	}
	return in.pluginInfo(p), []domain.Event{PluginCreated{p}}, nil
}

// UpdatePlugin decides on the command of that name. It takes effect at once for the APIs that the plug-in
// is bound to (§3.27.2). Errors: APIG.2001, 2011 (also for another type or scope); APIG.3030, 3718;
// APIG.3068; APIG.3326 (name); APIG.3023 (channel).
func (s *State) UpdatePlugin(m *domain.Moment, c UpdatePlugin) (PluginInfo, []domain.Event, error) {
	if err := c.Body.checkSealed(); err != nil {
		return PluginInfo{}, nil, err
	}
	in, old, err := s.changingPlugin(c.InstanceID, c.PluginID)
	if err != nil {
		return PluginInfo{}, nil, err
	}
	switch {
	case c.Body.Type != old.Type:
		return PluginInfo{}, nil, ErrInvalidBecause("plugin_type", "cannot be changed")
	case c.Body.Scope != old.Scope:
		return PluginInfo{}, nil, ErrInvalidBecause("plugin_scope", "cannot be changed")
	}
	p := *old
	if err := in.describePlugin(&p, c.Body, c.RomaAppID); err != nil {
		return PluginInfo{}, nil, err
	}
	changed := names(difference{"plugin_name", p.Name != old.Name}, difference{"plugin_content", p.Content != old.Content},
		difference{"remark", p.Remark != old.Remark}, difference{"roma_app_id", p.RomaAppID != old.RomaAppID})
	if changed == nil {
		return in.pluginInfo(p), nil, nil
	}
	p.UpdateTime = m.Now
	return in.pluginInfo(p), []domain.Event{PluginUpdated{p, changed}}, nil
}

func (in *instance) pluginInfo(p Plugin) PluginInfo {
	info := PluginInfo{Plugin: p}
	if a := in.credentials.apps[p.RomaAppID]; a != nil {
		info.RomaAppName = a.Name
	}
	return info
}

// romaApp has the rule of the id of an integration app.
type romaApp struct {
	ID string `json:"roma_app_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$"`
}

// describePlugin puts what the body says into p, which has its id and is as it was.
func (in *instance) describePlugin(p *Plugin, b PluginBody, romaAppID string) error {
	if err := violated(romaApp{romaAppID}); err != nil {
		return err
	}
	if id := in.plugins.names[b.Name]; id != "" && id != p.ID {
		return ErrPluginNameTaken()
	}
	content, err := withSecretsOf(p.Content, b.Content)
	if err != nil {
		return err
	}
	p.PluginBody = b
	p.Content, p.Sealed = content, len(secretsOf(content)) > 0
	if romaAppID != "" && b.Scope == PluginScopeApp { // it has no effect otherwise
		p.RomaAppID = romaAppID
	}
	for _, u := range usesOfPlugin(*p) {
		if _, err := in.channel(u.id); err != nil {
			return err
		}
	}
	return nil
}

// DeletePlugin decides on the command of that name. Errors: APIG.3030, 3718; APIG.3068; APIG.3462.
func (s *State) DeletePlugin(_ *domain.Moment, c DeletePlugin) (None, []domain.Event, error) {
	in, p, err := s.changingPlugin(c.InstanceID, c.PluginID)
	if err != nil {
		return None{}, nil, err
	}
	if len(in.plugins.bound.ofPolicy[p.ID]) > 0 {
		return None{}, nil, ErrPluginBound()
	}
	return None{}, []domain.Event{PluginDeleted{InstanceID: in.ID, PluginID: p.ID, Name: p.Name}}, nil
}

func (s *State) changingPlugin(instanceID, id string) (*instance, *Plugin, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, err
	}
	p, err := in.plugin(id)
	return in, p, err
}
