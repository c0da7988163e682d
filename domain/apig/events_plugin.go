package apig

import "github.com/gatelog/gatelog/domain"

// PluginCreated: a plug-in came into being (APIG V2 §3.27.1).
type PluginCreated struct {
	Plugin Plugin `json:"plugin"`
}

// PluginUpdated: a plug-in is called or configured differently (APIG V2 §3.27.2).
type PluginUpdated struct {
	Plugin  Plugin   `json:"plugin"`
	Changed []string `json:"changed"`
}

// PluginDeleted: a plug-in is gone. It was bound to no API any more (APIG V2 §3.27.3).
type PluginDeleted struct {
	InstanceID string `json:"instance_id"`
	PluginID   string `json:"plugin_id"`
	Name       string `json:"plugin_name"`
}

// PluginAttached: a plug-in was bound to an API in an environment (APIG V2 §3.27.6, §3.27.7). Replaced is
// the binding of a plug-in of the same type that gave way, empty for none.
type PluginAttached struct {
	Binding  Binding `json:"binding"`
	Replaced string  `json:"replaced,omitempty"`
}

// PluginDetached: a plug-in is no longer bound to an API in an environment (APIG V2 §3.27.8, §3.27.9).
type PluginDetached struct {
	Binding Binding `json:"binding"`
}

// EventType implements domain.Event.
func (PluginCreated) EventType() string { return "apig.plugin.created" }

// EventType implements domain.Event.
func (PluginUpdated) EventType() string { return "apig.plugin.updated" }

// EventType implements domain.Event.
func (PluginDeleted) EventType() string { return "apig.plugin.deleted" }

// EventType implements domain.Event.
func (PluginAttached) EventType() string { return "apig.plugin.attached" }

// EventType implements domain.Event.
func (PluginDetached) EventType() string { return "apig.plugin.detached" }

// Of implements domain.Event.
func (ev PluginCreated) Of() domain.Aggregate { return pluginAggregate(ev.Plugin.ID) }

// Of implements domain.Event.
func (ev PluginUpdated) Of() domain.Aggregate { return pluginAggregate(ev.Plugin.ID) }

// Of implements domain.Event.
func (ev PluginDeleted) Of() domain.Aggregate { return pluginAggregate(ev.PluginID) }

// Of implements domain.Event.
func (ev PluginAttached) Of() domain.Aggregate { return pluginAggregate(ev.Binding.PolicyID) }

// Of implements domain.Event.
func (ev PluginDetached) Of() domain.Aggregate { return pluginAggregate(ev.Binding.PolicyID) }

func pluginAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "plugin", ID: id} }

func (ev PluginCreated) at() string  { return ev.Plugin.InstanceID }
func (ev PluginUpdated) at() string  { return ev.Plugin.InstanceID }
func (ev PluginDeleted) at() string  { return ev.InstanceID }
func (ev PluginAttached) at() string { return ev.Binding.InstanceID }
func (ev PluginDetached) at() string { return ev.Binding.InstanceID }

// plugins is what an instance knows of its plug-ins. Unlike those of other policies, their bindings
// outlive the publication: an API in the list of §3.27.10 may be offline.
type plugins struct {
	all   map[string]*Plugin
	names map[string]string // name to id
	bound bindings
}

func newPlugins() plugins {
	return plugins{all: map[string]*Plugin{}, names: map[string]string{}, bound: newBindings()}
}

func (ev PluginCreated) fold(in *instance, _ domain.Recorded) { in.putPlugin(ev.Plugin) }

func (ev PluginUpdated) fold(in *instance, _ domain.Recorded) { in.putPlugin(ev.Plugin) }

func (ev PluginDeleted) fold(in *instance, _ domain.Recorded) {
	in.plugins.bound.dropPolicy(ev.PluginID)
	in.dropPlugin(ev.PluginID)
}

func (ev PluginAttached) fold(in *instance, _ domain.Recorded) { in.plugins.bound.add(ev.Binding) }

func (ev PluginDetached) fold(in *instance, _ domain.Recorded) { in.plugins.bound.drop(ev.Binding.ID) }

// putPlugin enters a plug-in as it is now, with what it uses.
func (in *instance) putPlugin(p Plugin) {
	in.dropPlugin(p.ID)
	in.plugins.all[p.ID], in.plugins.names[p.Name] = &p, p.ID
	in.hold(usesOfPlugin(p))
}

// dropPlugin takes a plug-in out, if it is there; what it is bound to stays.
func (in *instance) dropPlugin(id string) {
	if old, ok := in.plugins.all[id]; ok {
		in.letGo(usesOfPlugin(*old))
		delete(in.plugins.names, old.Name)
		delete(in.plugins.all, id)
	}
}

func (in *instance) plugin(id string) (*Plugin, error) {
	p, ok := in.plugins.all[id]
	if !ok {
		return nil, ErrPluginNotFound(id)
	}
	return p, nil
}
