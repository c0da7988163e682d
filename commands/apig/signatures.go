package apig

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// SignatureCommands is everything that can be done to signature keys (APIG V2 §3.6, §3.7) but for
// CreateSignature and UpdateSignature, which deal with secrets and are methods of Commands.
type SignatureCommands struct {
	DeleteSignature commands.UseCase[apig.DeleteSignature, apig.None]
	UnbindSignature commands.UseCase[apig.UnbindSignature, apig.None]

	createSignature commands.UseCase[apig.CreateSignature, apig.Signature]
	updateSignature commands.UseCase[apig.UpdateSignature, apig.Signature]
	bindSignature   commands.UseCase[apig.BindSignature, apig.BoundSignature]
}

func signatureCommands(s *commands.Surface) SignatureCommands {
	return SignatureCommands{
		DeleteSignature: commands.Define(s, "DeleteSignature", (*apig.State).DeleteSignature),
		UnbindSignature: commands.Define(s, "UnbindSignature", (*apig.State).UnbindSignature),
		createSignature: commands.Define(s, "CreateSignature", (*apig.State).CreateSignature),
		updateSignature: commands.Define(s, "UpdateSignature", (*apig.State).UpdateSignature),
		bindSignature:   commands.Define(s, "BindSignature", (*apig.State).BindSignature),
	}
}

// CreateSignature creates a signature key (APIG V2 §3.6.1). Key and secret, the client's or generated ones,
// are sealed before the command leaves this process; the answer has both in the clear, the secret this one
// time. Errors: those of apig.State.CreateSignature.
func (c *Commands) CreateSignature(ctx context.Context, b *commands.Bus, call commands.Call, in apig.CreateSignature) (apig.Signature, domain.Position, error) {
	given := in.Body
	var err error
	if in.Key, in.Secret, err = c.sealSignature(ctx, call, in.InstanceID, given); err != nil {
		return apig.Signature{}, 0, err
	}
	in.Body.Key, in.Body.Secret = "", ""
	sign, at, err := c.createSignature.Do(ctx, b, call, in)
	if err != nil {
		return apig.Signature{}, at, err
	}
	if sign.Key, err = c.shownOnce(ctx, call, signKeyOf(in.InstanceID), sign.Key, given.Key); err != nil {
		return apig.Signature{}, at, err
	}
	sign.Secret, err = c.shownOnce(ctx, call, signSecretOf(in.InstanceID), sign.Secret, given.Secret)
	return sign, at, err
}

// UpdateSignature changes a signature key (APIG V2 §3.6.2). The answer has the secret masked, but for one
// that was generated because the type changed. Errors: those of apig.State.UpdateSignature.
func (c *Commands) UpdateSignature(ctx context.Context, b *commands.Bus, call commands.Call, in apig.UpdateSignature) (apig.Signature, domain.Position, error) {
	given := in.Body
	var err error
	if in.Key, in.Secret, err = c.sealSignature(ctx, call, in.InstanceID, given); err != nil {
		return apig.Signature{}, 0, err
	}
	in.Body.Key, in.Body.Secret = "", ""
	sign, at, err := c.updateSignature.Do(ctx, b, call, in)
	if err != nil {
		return apig.Signature{}, at, err
	}
	if sign.Key, err = c.shownOnce(ctx, call, signKeyOf(in.InstanceID), sign.Key, given.Key); err != nil {
		return apig.Signature{}, at, err
	}
	generated := given.Secret == "" && sign.Secret == in.Secret.Text
	if sign.Secret, err = c.shownOnce(ctx, call, signSecretOf(in.InstanceID), sign.Secret, given.Secret); !generated {
		sign.Secret = apig.MaskedSecret
	}
	return sign, at, err
}

// BindSignature binds a signature key to publications (APIG V2 §3.7.1). The answer has the key in the clear
// and the secret masked. Errors: those of apig.State.BindSignature.
func (c *Commands) BindSignature(ctx context.Context, b *commands.Bus, call commands.Call, in apig.BindSignature) (apig.BoundSignature, domain.Position, error) {
	bound, at, err := c.bindSignature.Do(ctx, b, call, in)
	if err != nil {
		return apig.BoundSignature{}, at, err
	}
	bound.Signature.Secret = apig.MaskedSecret
	bound.Signature.Key, err = c.OpenSignKey(ctx, call, in.InstanceID, bound.Signature.Key)
	return bound, at, err
}

// OpenSignKey returns the key of a signature key in the clear, as §3.6.4 and §3.7.3 show it.
func (c *Commands) OpenSignKey(ctx context.Context, call commands.Call, instanceID, sealed string) (string, error) {
	return c.open(ctx, call, signKeyOf(instanceID), sealed)
}

// signKeyOf and signSecretOf say what a sealed text is for: it opens as nothing else.
func signKeyOf(instanceID string) string    { return "sign-key/" + instanceID }
func signSecretOf(instanceID string) string { return "sign-secret/" + instanceID }

// sealSignature seals key and secret of a request, generated ones where it has none.
func (c *Commands) sealSignature(ctx context.Context, call commands.Call, instanceID string, b apig.SignatureBody) (key, secret apig.SignSecret, err error) {
	if err := b.Check(); err != nil {
		return key, secret, err
	}
	keyLength, secretLength := b.GeneratedLengths()
	if key.SealedSecret, err = c.sealPart(ctx, call, signKeyOf(instanceID), b.Key, keyLength); err != nil {
		return key, secret, err
	}
	secret.SealedSecret, err = c.sealPart(ctx, call, signSecretOf(instanceID), b.Secret, secretLength)
	key.Forms, secret.Forms = b.KeyForms(), b.SecretForms()
	return key, secret, err
}

func (c *Commands) sealPart(ctx context.Context, call commands.Call, purpose, given string, length int) (apig.SealedSecret, error) {
	plain := given
	if plain == "" {
		var err error
		if plain, err = randomText(length); err != nil {
			return apig.SealedSecret{}, fmt.Errorf("generate %s: %w", purpose, err)
		}
	}
	sealed, err := c.seal(ctx, call, purpose, plain, 0)
	sealed.Own = given != ""
	return sealed, err
}

// signAlphabet has 64 characters, of which the first 32 are letters: all can be in every form of key.
const signAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// randomText returns a random text that starts with a letter, with 6 bits a character behind it.
func randomText(length int) (string, error) {
	b := make([]byte, length)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	for i := range b {
		letters := 64
		if i == 0 {
			letters = 32
		}
		b[i] = signAlphabet[int(b[i])%letters]
	}
	return string(b), nil
}
