package apig

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// Bytes of randomness behind what is generated; each gives two hexadecimal digits. An AppCode has at
// least 64 (APIG V2 §3.28.8).
const (
	secretBytes  = 16
	appCodeBytes = 32
)

// CreateApp creates an app (APIG V2 §3.28.1). Its secret, the client's or a generated one, is sealed
// before the command leaves this process; the answer has it in the clear, this one time. Errors: those
// of apig.State.CreateApp.
func (c *Commands) CreateApp(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreateApp) (apig.App, domain.Position, error) {
	given := in.Body.Secret
	if err := in.Body.Check(); err != nil {
		return apig.App{}, 0, err
	}
	sealed, err := c.seal(ctx, call, appSecretOf(in.InstanceID), given, secretBytes)
	if err != nil {
		return apig.App{}, 0, err
	}
	in.Body.Secret, in.Secret = "", sealed
	a, at, err := c.createApp.Do(ctx, b, call, in)
	if err != nil {
		return apig.App{}, at, err
	}
	a.Secret, err = c.shownOnce(ctx, call, appSecretOf(in.InstanceID), a.Secret, given)
	return a, at, err
}

// UpdateApp changes an app (APIG V2 §3.28.2). The answer has the secret masked. Errors: those of
// apig.State.UpdateApp.
func (c *Commands) UpdateApp(ctx context.Context, b *commands.Bus, call commands.Call, in apig.UpdateApp) (apig.App, domain.Position, error) {
	given := in.Body.Secret
	if err := in.Body.Check(); err != nil {
		return apig.App{}, 0, err
	}
	if given != "" {
		sealed, err := c.seal(ctx, call, appSecretOf(in.InstanceID), given, secretBytes)
		if err != nil {
			return apig.App{}, 0, err
		}
		in.Body.Secret, in.Secret = "", sealed
	}
	a, at, err := c.updateApp.Do(ctx, b, call, in)
	if err != nil {
		return apig.App{}, at, err
	}
	if given != "" {
		_, err = c.shownOnce(ctx, call, appSecretOf(in.InstanceID), a.Secret, given)
	}
	a.Secret = apig.MaskedSecret
	return a, at, err
}

// ResetAppSecret gives an app another secret: the one of the body, or a generated one (APIG V2
// §3.28.4). The answer has it in the clear, this one time. Errors: those of apig.State.ResetAppSecret.
func (c *Commands) ResetAppSecret(ctx context.Context, b *commands.Bus, call commands.Call, in apig.ResetAppSecret, body apig.AppResetBody) (apig.App, domain.Position, error) {
	if err := body.Check(); err != nil {
		return apig.App{}, 0, err
	}
	sealed, err := c.seal(ctx, call, appSecretOf(in.InstanceID), body.Secret, secretBytes)
	if err != nil {
		return apig.App{}, 0, err
	}
	in.Secret = sealed
	a, at, err := c.resetAppSecret.Do(ctx, b, call, in)
	if err != nil {
		return apig.App{}, at, err
	}
	a.Secret, err = c.shownOnce(ctx, call, appSecretOf(in.InstanceID), a.Secret, body.Secret)
	return a, at, err
}

// CreateAppCode gives an app an AppCode of the client's (APIG V2 §3.28.8). Errors: APIG.2001, 2011, and
// those of apig.State.CreateAppCode.
func (c *Commands) CreateAppCode(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreateAppCode, body apig.AppCodeBody) (apig.AppCode, domain.Position, error) {
	if err := body.Check(); err != nil {
		return apig.AppCode{}, 0, err
	}
	return c.addAppCode(ctx, b, call, in, body.Code)
}

// GenerateAppCode gives an app a generated AppCode (APIG V2 §3.28.9). Errors: those of
// apig.State.CreateAppCode.
func (c *Commands) GenerateAppCode(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreateAppCode) (apig.AppCode, domain.Position, error) {
	return c.addAppCode(ctx, b, call, in, "")
}

func (c *Commands) addAppCode(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreateAppCode, given string) (apig.AppCode, domain.Position, error) {
	purpose := appCodeOf(in.InstanceID, in.AppID)
	sealed, err := c.seal(ctx, call, purpose, given, appCodeBytes)
	if err != nil {
		return apig.AppCode{}, 0, err
	}
	in.Value = sealed
	code, at, err := c.createAppCode.Do(ctx, b, call, in)
	if err != nil {
		return apig.AppCode{}, at, err
	}
	code.Value, err = c.shownOnce(ctx, call, purpose, code.Value, given)
	return code, at, err
}

// OpenAppCode returns the value of an AppCode in the clear, as §3.28.11 and §3.28.12 show it.
func (c *Commands) OpenAppCode(ctx context.Context, call commands.Call, code apig.AppCode) (string, error) {
	return c.open(ctx, call, appCodeOf(code.InstanceID, code.AppID), code.Value)
}

// appSecretOf and appCodeOf say what a sealed text is for: it opens as nothing else.
func appSecretOf(instanceID string) string      { return "app-secret/" + instanceID }
func appCodeOf(instanceID, appID string) string { return "app-code/" + instanceID + "/" + appID }

// seal seals what the client gave, or something random of that many bytes.
func (c *Commands) seal(ctx context.Context, call commands.Call, purpose, given string, random int) (apig.SealedSecret, error) {
	plain := given
	if plain == "" {
		b := make([]byte, random)
		if _, err := rand.Read(b); err != nil {
			return apig.SealedSecret{}, fmt.Errorf("generate %s: %w", purpose, err)
		}
		plain = hex.EncodeToString(b)
	}
	text, err := c.sealer.SealText(ctx, call.Tenant(), purpose, []byte(plain))
	if err != nil {
		return apig.SealedSecret{}, fmt.Errorf("seal %s: %w", purpose, err)
	}
	return apig.SealedSecret{Text: text, Own: given != ""}, nil
}

func (c *Commands) open(ctx context.Context, call commands.Call, purpose, sealed string) (string, error) {
	plain, err := c.sealer.OpenText(ctx, call.Tenant(), purpose, sealed)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", purpose, err)
	}
	return string(plain), nil
}

// shownOnce opens the secret of an answer. That may be the answer to an earlier sending with the same
// Idempotency-Key, and so tells what was sealed then: another secret than the one given now means that
// the key was used for another request.
func (c *Commands) shownOnce(ctx context.Context, call commands.Call, purpose, sealed, given string) (string, error) {
	plain, err := c.open(ctx, call, purpose, sealed)
	if err != nil {
		return "", err
	}
	if given != "" && subtle.ConstantTimeCompare([]byte(given), []byte(plain)) != 1 {
		return "", domain.Errorf(domain.CodeKeyReused, "this Idempotency-Key was used for a different request: use a new key")
	}
	return plain, nil
}
