package apig

import "github.com/gatelog/gatelog/domain"

// AttachAPIs binds a plug-in to APIs in an environment (APIG V2 §3.27.6).
type AttachAPIs struct {
	InstanceID string         `json:"instance_id"`
	PluginID   string         `json:"plugin_id"`
	Body       PluginAPIsBody `json:"body"`
}

// DetachAPIs takes a plug-in from APIs in an environment (APIG V2 §3.27.8).
type DetachAPIs struct {
	InstanceID string         `json:"instance_id"`
	PluginID   string         `json:"plugin_id"`
	Body       PluginAPIsBody `json:"body"`
}

// PluginAPIsBody is the body of APIG V2 §3.27.6 and §3.27.8.
type PluginAPIsBody struct {
	EnvID  string   `json:"env_id" minLength:"1" maxLength:"65" doc:"Environment."`
	APIIDs []string `json:"api_ids" minItems:"1" maxItems:"500" minLength:"1" maxLength:"65" doc:"APIs; one given twice counts once."`
}

// AttachPlugins binds plug-ins to an API in an environment (APIG V2 §3.27.7).
type AttachPlugins struct {
	InstanceID string         `json:"instance_id"`
	APIID      string         `json:"api_id"`
	Body       APIPluginsBody `json:"body"`
}

// DetachPlugins takes plug-ins from an API in an environment (APIG V2 §3.27.9).
type DetachPlugins struct {
	InstanceID string         `json:"instance_id"`
	APIID      string         `json:"api_id"`
	Body       APIPluginsBody `json:"body"`
}

// APIPluginsBody is the body of APIG V2 §3.27.7 and §3.27.9.
type APIPluginsBody struct {
	EnvID     string   `json:"env_id" minLength:"1" maxLength:"65" doc:"Environment."`
	PluginIDs []string `json:"plugin_ids" minItems:"1" maxItems:"500" minLength:"1" maxLength:"65" doc:"Plug-ins; of several of one type the last counts."`
}

// AttachedPlugin is a binding of a plug-in with what answers tell of both ends.
type AttachedPlugin struct {
	Bound
	PluginName  string `json:"plugin_name"`
	PluginType  string `json:"plugin_type"`
	PluginScope string `json:"plugin_scope"`
}

// AttachAPIs decides on the command of that name: of each type, an API has at most one plug-in in an
// environment, and the newest binding counts (§3.27.6). Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3068; APIG.3003; APIG.3002; APIG.3707.
func (s *State) AttachAPIs(m *domain.Moment, c AttachAPIs) ([]AttachedPlugin, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return nil, nil, err
	}
	in, p, err := s.changingPlugin(c.InstanceID, c.PluginID)
	if err != nil {
		return nil, nil, err
	}
	var places []placement
	for _, id := range distinct(c.Body.APIIDs) {
		at, err := in.pluginPlace(id, c.Body.EnvID)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, at)
	}
	attached, events := in.attach(m, p, places)
	return attached, events, nil
}

// AttachPlugins decides on the command of that name. Errors: those of AttachAPIs.
func (s *State) AttachPlugins(m *domain.Moment, c AttachPlugins) ([]AttachedPlugin, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return nil, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return nil, nil, err
	}
	at, err := in.pluginPlace(c.APIID, c.Body.EnvID)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := in.pluginsToAttach(c.Body.PluginIDs)
	if err != nil {
		return nil, nil, err
	}
	var all []AttachedPlugin
	var events []domain.Event
	for _, p := range chosen {
		attached, caused := in.attach(m, p, []placement{at})
		all, events = append(all, attached...), append(events, caused...)
	}
	return all, events, nil
}

// pluginPlace is where plug-ins are bound to an API that is published there. Errors: APIG.3003;
// APIG.3002; APIG.3707.
func (in *instance) pluginPlace(apiID, envID string) (placement, error) {
	at, err := in.pluginPlaceOffline(apiID, envID)
	if err != nil {
		return at, err
	}
	if _, published := in.apis[apiID].inEffect[envID]; !published {
		return at, ErrPluginUnpublished(apiID)
	}
	return at, nil
}

// pluginPlaceOffline is pluginPlace for an API that may be offline.
func (in *instance) pluginPlaceOffline(apiID, envID string) (placement, error) {
	if _, err := in.env(envID); err != nil {
		return placement{}, err
	}
	_, err := in.api(apiID)
	return placement{apiID, envID}, err
}

// pluginsToAttach returns the plug-ins with these ids, in their order; of those of one type the last.
func (in *instance) pluginsToAttach(ids []string) ([]*Plugin, error) {
	last := map[string]string{}
	for _, id := range ids {
		p, err := in.plugin(id)
		if err != nil {
			return nil, err
		}
		last[p.Type] = id
	}
	var chosen []*Plugin
	for _, id := range distinct(ids) {
		if p := in.plugins.all[id]; last[p.Type] == id {
			chosen = append(chosen, p)
		}
	}
	return chosen, nil
}

// attach decides on binding a plug-in.
func (in *instance) attach(m *domain.Moment, p *Plugin, places []placement) ([]AttachedPlugin, []domain.Event) {
	bound, events := in.bindAt(m, in.family(FamilyPlugin), p.ID, p.Type, places)
	attached := make([]AttachedPlugin, len(bound))
	for i, b := range bound {
		attached[i] = AttachedPlugin{Bound: b, PluginName: p.Name, PluginType: p.Type, PluginScope: p.Scope}
	}
	return attached, events
}

// DetachAPIs decides on the command of that name. An API that the plug-in is not bound to stays as it is.
// Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3068; APIG.3003; APIG.3002.
func (s *State) DetachAPIs(_ *domain.Moment, c DetachAPIs) (None, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return None{}, nil, err
	}
	in, p, err := s.changingPlugin(c.InstanceID, c.PluginID)
	if err != nil {
		return None{}, nil, err
	}
	var events []domain.Event
	for _, id := range distinct(c.Body.APIIDs) {
		at, err := in.pluginPlaceOffline(id, c.Body.EnvID)
		if err != nil {
			return None{}, nil, err
		}
		events = append(events, in.detach(p, at)...)
	}
	return None{}, events, nil
}

// DetachPlugins decides on the command of that name. A plug-in that is not bound to the API stays as it
// is. Errors: those of DetachAPIs.
func (s *State) DetachPlugins(_ *domain.Moment, c DetachPlugins) (None, []domain.Event, error) {
	if err := violated(c.Body); err != nil {
		return None{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	at, err := in.pluginPlaceOffline(c.APIID, c.Body.EnvID)
	if err != nil {
		return None{}, nil, err
	}
	var events []domain.Event
	for _, id := range distinct(c.Body.PluginIDs) {
		p, err := in.plugin(id)
		if err != nil {
			return None{}, nil, err
		}
		events = append(events, in.detach(p, at)...)
	}
	return None{}, events, nil
}

// detach decides on taking a plug-in from a place, if it is bound there.
func (in *instance) detach(p *Plugin, at placement) []domain.Event {
	one, ok := in.plugins.bound.all[in.plugins.bound.slots[slot{at, p.Type}]]
	if !ok || one.PolicyID != p.ID {
		return nil
	}
	return []domain.Event{PluginDetached{one}}
}
