package apig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// PluginCommands is everything that can be done to plug-ins (APIG V2 §3.27) but for CreatePlugin and
// UpdatePlugin, which deal with secrets and are methods of Commands.
type PluginCommands struct {
	DeletePlugin commands.UseCase[apig.DeletePlugin, apig.None]

	AttachAPIs    commands.UseCase[apig.AttachAPIs, []apig.AttachedPlugin]
	AttachPlugins commands.UseCase[apig.AttachPlugins, []apig.AttachedPlugin]
	DetachAPIs    commands.UseCase[apig.DetachAPIs, apig.None]
	DetachPlugins commands.UseCase[apig.DetachPlugins, apig.None]

	createPlugin commands.UseCase[apig.CreatePlugin, apig.PluginInfo]
	updatePlugin commands.UseCase[apig.UpdatePlugin, apig.PluginInfo]
}

func pluginCommands(s *commands.Surface) PluginCommands {
	return PluginCommands{
		DeletePlugin: commands.Define(s, "DeletePlugin", (*apig.State).DeletePlugin),

		AttachAPIs:    commands.Define(s, "AttachAPIs", (*apig.State).AttachAPIs),
		AttachPlugins: commands.Define(s, "AttachPlugins", (*apig.State).AttachPlugins),
		DetachAPIs:    commands.Define(s, "DetachAPIs", (*apig.State).DetachAPIs),
		DetachPlugins: commands.Define(s, "DetachPlugins", (*apig.State).DetachPlugins),

		createPlugin: commands.Define(s, "CreatePlugin", (*apig.State).CreatePlugin),
		updatePlugin: commands.Define(s, "UpdatePlugin", (*apig.State).UpdatePlugin),
	}
}

// CreatePlugin creates a plug-in (APIG V2 §3.27.1). The secrets in its content are sealed before the
// command leaves this process; the answer has the content as answers show it. Errors: those of
// apig.State.CreatePlugin.
func (c *Commands) CreatePlugin(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreatePlugin) (apig.PluginInfo, domain.Position, error) {
	var err error
	if in.Body, in.Digest, err = c.sealPlugin(ctx, call, in.InstanceID, in.Body); err != nil {
		return apig.PluginInfo{}, 0, err
	}
	p, at, err := c.createPlugin.Do(ctx, b, call, in)
	if err != nil {
		return apig.PluginInfo{}, at, err
	}
	p.Content, err = c.OpenPlugin(ctx, call, p.InstanceID, p.Content)
	return p, at, err
}

// UpdatePlugin changes a plug-in (APIG V2 §3.27.2), with secrets as by CreatePlugin; one that is masked
// means the one that is there. Errors: those of apig.State.UpdatePlugin.
func (c *Commands) UpdatePlugin(ctx context.Context, b *commands.Bus, call commands.Call, in apig.UpdatePlugin) (apig.PluginInfo, domain.Position, error) {
	var err error
	if in.Body, in.Digest, err = c.sealPlugin(ctx, call, in.InstanceID, in.Body); err != nil {
		return apig.PluginInfo{}, 0, err
	}
	p, at, err := c.updatePlugin.Do(ctx, b, call, in)
	if err != nil {
		return apig.PluginInfo{}, at, err
	}
	p.Content, err = c.OpenPlugin(ctx, call, p.InstanceID, p.Content)
	return p, at, err
}

// OpenPlugin returns the content of a plug-in as answers show it: what the client sent, byte for byte, but
// for the secrets that the reference masks.
func (c *Commands) OpenPlugin(ctx context.Context, call commands.Call, instanceID, content string) (string, error) {
	return apig.MapPluginSecrets(content, func(name, sealed string) (string, error) {
		if apig.IsMaskedPluginSecret(name) {
			return apig.MaskedSecret, nil
		}
		return c.open(ctx, call, pluginSecretOf(instanceID, name), sealed)
	})
}

// sealPlugin returns the body with the secrets of its content sealed, each with the escapes that it is
// written with, and a digest of the content if it has any.
func (c *Commands) sealPlugin(ctx context.Context, call commands.Call, instanceID string, b apig.PluginBody) (apig.PluginBody, string, error) {
	if err := b.Check(); err != nil {
		return b, "", err
	}
	sealed, err := apig.MapPluginSecrets(b.Content, func(name, literal string) (string, error) {
		if apig.IsMaskedPluginSecret(name) && literal == apig.MaskedSecret {
			return literal, nil // the one that is there
		}
		secret, err := c.seal(ctx, call, pluginSecretOf(instanceID, name), literal, 0)
		return secret.Text, err
	})
	if err != nil || sealed == b.Content {
		return b, "", err
	}
	sum := sha256.Sum256([]byte(instanceID + "/" + b.Content))
	b.Content = sealed
	return b, hex.EncodeToString(sum[:]), nil
}

// pluginSecretOf says what a sealed text is for: it opens as nothing else.
func pluginSecretOf(instanceID, name string) string { return "plugin/" + instanceID + "/" + name }
