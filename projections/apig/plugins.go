package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// PluginRow is a row of the table plugins. The secrets in its content are sealed; Sealed says that there
// are some.
type PluginRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	Name       string    `json:"name"`
	Type       string    `json:"type"`
	Scope      string    `json:"scope"`
	Content    string    `json:"content"`
	Sealed     bool      `json:"sealed"`
	Remark     string    `json:"remark"`
	RomaAppID  string    `json:"roma_app_id"`
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// PluginBindingRow is a row of the table plugin_bindings: a plug-in that is bound to an API in an
// environment, whether the API is published there or not. Place names both over all instances; a place
// has one plug-in of a type. EnvKey names the environment over all instances.
type PluginBindingRow struct {
	Place      string    `json:"place"`
	Type       string    `json:"type"`
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	PluginID   string    `json:"plugin_id"`
	APIID      string    `json:"api_id"`
	EnvID      string    `json:"env_id"`
	EnvKey     string    `json:"env_key"`
	BindTime   time.Time `json:"bind_time"`
}

var (
	plugins        = projections.NewTable[PluginRow]("plugins", "id")
	pluginBindings = projections.NewTable[PluginBindingRow]("plugin_bindings", "place", "type")
)

// applyPlugin says what the events of §3.27 change; false for any other event.
func applyPlugin(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.PluginCreated:
		putPlugin(c, rec, ev.Plugin)
	case apig.PluginUpdated:
		putPlugin(c, rec, ev.Plugin)
	case apig.PluginDeleted:
		plugins.Delete(c, ev.PluginID)
		pluginBindings.DeleteWhere(c, "plugin_id", ev.PluginID)
	case apig.PluginAttached:
		putPluginBinding(c, rec, ev.Binding)
	case apig.PluginDetached:
		pluginBindings.Delete(c, placeOf(ev.Binding.APIID, ev.Binding.EnvID), ev.Binding.Kind)
	default:
		return false
	}
	return true
}

func putPlugin(c *projections.Changes, rec domain.Recorded, p apig.Plugin) {
	plugins.Put(c, PluginRow{
		ID: p.ID, Tenant: rec.Tenant, InstanceID: p.InstanceID, Name: p.Name, Type: p.Type, Scope: p.Scope, Content: p.Content,
		Sealed: p.Sealed, Remark: p.Remark, RomaAppID: p.RomaAppID, CreateTime: p.CreateTime, UpdateTime: p.UpdateTime,
	})
}

func putPluginBinding(c *projections.Changes, rec domain.Recorded, b apig.Binding) {
	pluginBindings.Put(c, PluginBindingRow{
		Place: placeOf(b.APIID, b.EnvID), Type: b.Kind, ID: b.ID, Tenant: rec.Tenant, InstanceID: b.InstanceID, PluginID: b.PolicyID,
		APIID: b.APIID, EnvID: b.EnvID, EnvKey: envKey(b.InstanceID, b.EnvID), BindTime: b.BindTime,
	})
}

// deletePlugins removes the plug-ins of an instance with their bindings.
func deletePlugins(c *projections.Changes, instanceID string) {
	plugins.DeleteWhere(c, "instance_id", instanceID)
	pluginBindings.DeleteWhere(c, "instance_id", instanceID)
}
