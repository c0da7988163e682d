package apig

import (
	"context"
	"fmt"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// AIKeyCommands are the use cases of the AI API keys that only the public SDK has. Creating one deals
// with a secret and is a method of Commands.
type AIKeyCommands struct {
	DeleteAIKey commands.UseCase[apig.DeleteAIKey, apig.None]

	createAIKey commands.UseCase[apig.CreateAIKey, apig.AIKey]
}

func aiKeyCommands(s *commands.Surface) AIKeyCommands {
	return AIKeyCommands{
		DeleteAIKey: commands.Define(s, "DeleteAIKey", (*apig.State).DeleteAIKey),
		createAIKey: commands.Define(s, "CreateAIKey", (*apig.State).CreateAIKey),
	}
}

// CreateAIKey gives an app an AI API key, the client's or a generated one. It is sealed before the
// command leaves this process; the answer has it in the clear. Errors: those of apig.State.CreateAIKey.
func (c *Commands) CreateAIKey(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreateAIKey) (apig.AIKey, domain.Position, error) {
	given := in.Body.Key
	if err := in.Body.Check(); err != nil {
		return apig.AIKey{}, 0, err
	}
	purpose := aiKeyOf(in.InstanceID, in.AppID)
	sealed, err := c.seal(ctx, call, purpose, given, appCodeBytes)
	if err != nil {
		return apig.AIKey{}, 0, err
	}
	in.Body.Key, in.Value = "", sealed
	k, at, err := c.createAIKey.Do(ctx, b, call, in)
	if err != nil {
		return apig.AIKey{}, at, err
	}
	k.Value, err = c.shownOnce(ctx, call, purpose, k.Value, given)
	return k, at, err
}

// OpenAIKey returns an AI API key in the clear, as the operation that shows one does.
func (c *Commands) OpenAIKey(ctx context.Context, call commands.Call, k apig.AIKey) (string, error) {
	plain, err := c.open(ctx, call, aiKeyOf(k.InstanceID, k.AppID), k.Value)
	if err != nil {
		return "", fmt.Errorf("AI API key %s: %w", k.ID, err)
	}
	return plain, nil
}

func aiKeyOf(instanceID, appID string) string { return "ai-key/" + instanceID + "/" + appID }
