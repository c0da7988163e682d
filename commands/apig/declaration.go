package apig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/eventstore"
)

// DeclarationCommands say what an instance has, and make it what is declared. Use them through Declare,
// DeclareAt and ApplyDeclaration of Commands, which look up what runs and seal secrets.
type DeclarationCommands struct {
	findRunning      commands.UseCase[apig.FindRunning, []domain.Position]
	declare          commands.UseCase[apig.Declare, apig.Declaration]
	applyDeclaration commands.UseCase[apig.ApplyDeclaration, apig.ChangePlan]
}

func declarationCommands(s *commands.Surface) DeclarationCommands {
	return DeclarationCommands{
		findRunning:      commands.Define(s, "FindRunning", (*apig.State).FindRunning),
		declare:          commands.Define(s, "Declare", (*apig.State).Declare),
		applyDeclaration: commands.Define(s, "ApplyDeclaration", (*apig.State).ApplyDeclaration),
	}
}

// ReadDefinition returns the definition that the event at a position of the log holds.
type ReadDefinition func(ctx context.Context, at domain.Position) (apig.Definition, error)

// readingTries is how often what runs is looked up again because something was published meanwhile.
const readingTries = 5

// Declare returns an instance, or the group of that name, in its declared form, as the writer of the project knows
// it. On another node than the writer's DeclareAt is better: an instance is a long answer to send around. Errors:
// those of apig.State.Declare.
func (c *Commands) Declare(ctx context.Context, b *commands.Bus, call commands.Call, in apig.Declare, read ReadDefinition) (apig.Declaration, domain.Position, error) {
	return whileRunning(func() (apig.Declaration, domain.Position, error) {
		var err error
		if in.Written, err = c.written(ctx, b, call, apig.FindRunning{InstanceID: in.InstanceID, Groups: groupsOf(in)}, read); err != nil {
			return apig.Declaration{}, 0, err
		}
		return c.declare.Do(ctx, b, call.Asking(), in)
	})
}

// DeclareAt is Declare for what was when the log ended at a position. It reads the history of the whole project.
func (c *Commands) DeclareAt(ctx context.Context, log eventstore.Log, call commands.Call, in apig.Declare, at domain.Position, read ReadDefinition) (apig.Declaration, error) {
	state, err := c.Surface.StateAt(ctx, log, call.Tenant(), at)
	if err != nil {
		return apig.Declaration{}, err
	}
	then := state.(*apig.State)
	positions, _, err := then.FindRunning(nil, apig.FindRunning{InstanceID: in.InstanceID, Groups: groupsOf(in)})
	if err != nil {
		return apig.Declaration{}, err
	}
	if in.Written, err = readAll(ctx, positions, read); err != nil {
		return apig.Declaration{}, err
	}
	d, _, err := then.Declare(nil, in)
	return d, err
}

// Recall returns a thing of an instance as it was when the log ended at a position, for RestoreResource. It reads
// the history of the whole project. Errors: those of apig.State.Recall.
func (c *Commands) Recall(ctx context.Context, log eventstore.Log, call commands.Call, instanceID, kind, id string, at domain.Position) (apig.Recalled, error) {
	state, err := c.Surface.StateAt(ctx, log, call.Tenant(), at)
	if err != nil {
		return apig.Recalled{}, err
	}
	return state.(*apig.State).Recall(instanceID, kind, id)
}

// ApplyDeclaration makes an instance, or groups of it, what is declared. Secrets that are given are sealed before
// the command leaves this process, and so are fresh ones for apps and signature keys that may have to be made.
// Errors: those of apig.State.ApplyDeclaration.
func (c *Commands) ApplyDeclaration(ctx context.Context, b *commands.Bus, call commands.Call, in apig.ApplyDeclaration, read ReadDefinition) (apig.ChangePlan, domain.Position, error) {
	said, err := json.Marshal(in.Declaration)
	if err != nil {
		return apig.ChangePlan{}, 0, err
	}
	sum := sha256.Sum256(append([]byte(in.InstanceID+"/"), said...))
	in.Digest = hex.EncodeToString(sum[:])
	if err := c.sealDeclaration(ctx, call, &in); err != nil {
		return apig.ChangePlan{}, 0, err
	}
	asked := apig.FindRunning{InstanceID: in.InstanceID}
	if in.Declaration.Scope == apig.ScopeGroups {
		for _, g := range in.Declaration.Groups {
			asked.Groups = append(asked.Groups, g.Name)
		}
	}
	if speaksOfAPIs := in.Declaration.Groups != nil && (asked.Groups != nil || in.Declaration.Scope != apig.ScopeGroups); !speaksOfAPIs {
		return c.applyDeclaration.Do(ctx, b, call, in)
	}
	return whileRunning(func() (apig.ChangePlan, domain.Position, error) {
		var err error
		if in.Written, err = c.written(ctx, b, call, asked, read); err != nil {
			return apig.ChangePlan{}, 0, err
		}
		return c.applyDeclaration.Do(ctx, b, call, in)
	})
}

func groupsOf(in apig.Declare) []string {
	if in.Group == "" {
		return nil
	}
	return []string{in.Group}
}

// whileRunning tries again while something is published between looking up what runs and the decision.
func whileRunning[R any](do func() (R, domain.Position, error)) (R, domain.Position, error) {
	for range readingTries - 1 {
		if r, at, err := do(); domain.CodeOf(err) != domain.CodeConflict {
			return r, at, err
		}
	}
	return do()
}

// written looks up what runs and is no draft.
func (c *Commands) written(ctx context.Context, b *commands.Bus, call commands.Call, asked apig.FindRunning, read ReadDefinition) (map[domain.Position]apig.Definition, error) {
	positions, _, err := c.findRunning.Do(ctx, b, call.Asking(), asked)
	if err != nil {
		return nil, err
	}
	return readAll(ctx, positions, read)
}

func readAll(ctx context.Context, positions []domain.Position, read ReadDefinition) (map[domain.Position]apig.Definition, error) {
	written := make(map[domain.Position]apig.Definition, len(positions))
	for _, at := range positions {
		d, err := read(ctx, at)
		if err != nil {
			return nil, err
		}
		written[at] = d
	}
	return written, nil
}

// sealDeclaration seals the secrets of a declaration, in copies of the lists that it changes.
func (c *Commands) sealDeclaration(ctx context.Context, call commands.Call, in *apig.ApplyDeclaration) error {
	d := &in.Declaration
	d.Channels, d.Features, d.Plugins = slices.Clone(d.Channels), slices.Clone(d.Features), slices.Clone(d.Plugins)
	var err error
	for i := range d.Channels {
		if d.Channels[i], err = c.sealChannel(ctx, call.Tenant(), in.InstanceID, d.Channels[i]); err != nil {
			return err
		}
	}
	for i, f := range d.Features {
		if bad := domain.Check(f); bad != nil {
			return apig.FromViolation(bad)
		}
		if d.Features[i].Config, err = c.sealConfig(ctx, call.Tenant(), apig.ConfigureFeature{InstanceID: in.InstanceID, Body: f}); err != nil {
			return err
		}
	}
	for i, p := range d.Plugins {
		if d.Plugins[i].Content, err = c.sealContent(ctx, call, in.InstanceID, p.PluginBody); err != nil {
			return err
		}
	}
	return errors.Join(c.freshApps(ctx, call, in), c.freshSignatures(ctx, call, in))
}

// sealContent seals the secrets in the content of a plug-in but for those that are masked.
func (c *Commands) sealContent(ctx context.Context, call commands.Call, instanceID string, b apig.PluginBody) (string, error) {
	masked := 0
	content, err := apig.MapPluginSecrets(b.Content, func(name, literal string) (string, error) {
		if literal == apig.MaskedSecret {
			masked++
			return literal, nil
		}
		secret, err := c.seal(ctx, call, pluginSecretOf(instanceID, name), literal, 0)
		return secret.Text, err
	})
	if err == nil && masked == 0 {
		err = b.Check()
	}
	return content, err
}

func (c *Commands) freshApps(ctx context.Context, call commands.Call, in *apig.ApplyDeclaration) error {
	in.Secrets.Apps = map[string]apig.SealedSecret{}
	for _, a := range in.Declaration.Apps {
		secret, err := c.seal(ctx, call, appSecretOf(in.InstanceID), "", secretBytes)
		if err != nil {
			return err
		}
		in.Secrets.Apps[a.Name] = secret
	}
	return nil
}

func (c *Commands) freshSignatures(ctx context.Context, call commands.Call, in *apig.ApplyDeclaration) error {
	in.Secrets.Signatures = map[string]apig.FreshSignature{}
	for _, s := range in.Declaration.Signatures {
		key, secret, err := c.sealSignature(ctx, call, in.InstanceID, s.Body())
		if err != nil {
			return err
		}
		in.Secrets.Signatures[s.Name] = apig.FreshSignature{Key: key, Secret: secret}
	}
	return nil
}
