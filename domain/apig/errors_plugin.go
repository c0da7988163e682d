package apig

import "github.com/gatelog/gatelog/domain"

// ErrPluginNotFound is APIG.3068.
func ErrPluginNotFound(id string) *domain.Error { return missing("APIG.3068", "Plugin", id) }

// ErrPluginNameTaken is APIG.3326.
func ErrPluginNameTaken() *domain.Error {
	return about("plugin_name", domain.Errorf("APIG.3326", "The plugin name already exists"))
}

// ErrPluginBound is APIG.3462 (§3.27.3).
func ErrPluginBound() *domain.Error {
	return domain.Errorf("APIG.3462", "The plugin has been attached to the APIs and cannot perform the current operation")
}

// ErrPluginUnpublished is APIG.3707: an API is not published where a plug-in shall be bound to it.
func ErrPluginUnpublished(apiID string) *domain.Error {
	return missingID("APIG.3707", "Only published APIs can be bound with plug-ins", apiID)
}

// ErrChannelInPlugin is APIG.3710: a third_auth plug-in uses the channel.
func ErrChannelInPlugin() *domain.Error {
	return domain.Errorf("APIG.3710", "The VPC channel is being used by another third_auth plugin")
}
