// Package subscriptions lists the use cases on webhooks. Their secrets are made and sealed here, on their way
// to the domain, which sees them sealed only.
package subscriptions

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/subscriptions"
	"github.com/gatelog/gatelog/internal/feed"
)

// Commands is everything that can be done to the subscriptions of a tenant. Create, RotateSecret and Rewind
// are methods.
type Commands struct {
	Update commands.UseCase[subscriptions.Update, subscriptions.Subscription]
	Pause  commands.UseCase[subscriptions.Pause, subscriptions.Subscription]
	Resume commands.UseCase[subscriptions.Resume, subscriptions.Subscription]
	Delete commands.UseCase[subscriptions.Delete, subscriptions.None]

	// Surface is what the kernel knows of this surface.
	Surface *commands.Surface

	create       commands.UseCase[subscriptions.Create, subscriptions.Subscription]
	rotateSecret commands.UseCase[subscriptions.RotateSecret, subscriptions.Subscription]
	rewind       commands.UseCase[subscriptions.Rewind, subscriptions.Subscription]
	sealer       commands.Sealer
}

// New returns the use cases of a new surface. sealer seals the secrets.
func New(sealer commands.Sealer) *Commands {
	s := &commands.Surface{
		Name: subscriptions.Surface, Codec: subscriptions.Codec(),
		NewState: func(tenant string) domain.State { return subscriptions.NewState(tenant) },
	}
	return &Commands{
		Surface: s, sealer: sealer,
		Update:       commands.Define(s, "Update", (*subscriptions.State).Update),
		Pause:        commands.Define(s, "Pause", (*subscriptions.State).Pause),
		Resume:       commands.Define(s, "Resume", (*subscriptions.State).Resume),
		Delete:       commands.Define(s, "Delete", (*subscriptions.State).Delete),
		create:       commands.Define(s, "Create", (*subscriptions.State).Create),
		rotateSecret: commands.Define(s, "RotateSecret", (*subscriptions.State).RotateSecret),
		rewind:       commands.Define(s, "Rewind", (*subscriptions.State).Rewind),
	}
}

// Purpose is what the secret of a subscription is sealed for: it opens as nothing else.
const Purpose = "webhook-secret"

// Bounds of a secret that a client gives, in bytes; how many random ones are behind one that is generated.
const (
	minSecret    = 16
	maxSecret    = 256
	secretRandom = 32
)

// Create makes a subscription that begins at start. Its secret, the client's or a generated one, is sealed
// before the command leaves this process; the second answer is the secret in the clear, this one time.
// Errors: those of subscriptions.State.Create; domain.CodeInvalid for the secret or the start.
func (c *Commands) Create(ctx context.Context, b *commands.Bus, call commands.Call, body subscriptions.Body, secret string, start feed.Start) (subscriptions.Subscription, string, domain.Position, error) {
	var none subscriptions.Subscription
	if err := body.Check(); err != nil {
		return none, "", 0, err
	}
	after, err := start.Position(ctx, b.Log)
	if err != nil {
		return none, "", 0, err
	}
	sealed, err := c.seal(ctx, call, secret)
	if err != nil {
		return none, "", 0, err
	}
	command := subscriptions.Create{Body: body, Start: domain.Position(after), Secret: sealed}
	n, at, err := c.create.Do(ctx, b, call, command)
	if err != nil {
		return none, "", at, err
	}
	shown, err := c.shownOnce(ctx, call, n.Secret, secret)
	return n, shown, at, err
}

// RotateSecret gives a subscription another secret, the client's or a generated one. The second answer has it
// in the clear, this one time. Errors: those of subscriptions.State.RotateSecret; domain.CodeInvalid.
func (c *Commands) RotateSecret(ctx context.Context, b *commands.Bus, call commands.Call, id, secret string) (subscriptions.Subscription, string, domain.Position, error) {
	sealed, err := c.seal(ctx, call, secret)
	if err != nil {
		return subscriptions.Subscription{}, "", 0, err
	}
	n, at, err := c.rotateSecret.Do(ctx, b, call, subscriptions.RotateSecret{ID: id, Secret: sealed})
	if err != nil {
		return subscriptions.Subscription{}, "", at, err
	}
	shown, err := c.shownOnce(ctx, call, n.Secret, secret)
	return n, shown, at, err
}

// Rewind lets the sending begin again at start, or skip to it. Errors: those of subscriptions.State.Rewind;
// domain.CodeInvalid for the start.
func (c *Commands) Rewind(ctx context.Context, b *commands.Bus, call commands.Call, id string, start feed.Start) (subscriptions.Subscription, domain.Position, error) {
	after, err := start.Position(ctx, b.Log)
	if err != nil {
		return subscriptions.Subscription{}, 0, err
	}
	return c.rewind.Do(ctx, b, call, subscriptions.Rewind{ID: id, Start: domain.Position(after)})
}

// seal seals what the client gave, or something random.
func (c *Commands) seal(ctx context.Context, call commands.Call, given string) (subscriptions.SealedSecret, error) {
	plain := given
	if given != "" && (len(given) < minSecret || len(given) > maxSecret) {
		refusal := domain.Errorf(domain.CodeInvalid, "secret has %d bytes: %d to %d, or none for a generated one", len(given), minSecret, maxSecret)
		refusal.Param = "secret"
		return subscriptions.SealedSecret{}, refusal
	}
	if given == "" {
		random := make([]byte, secretRandom)
		rand.Read(random)
		plain = hex.EncodeToString(random)
	}
	text, err := c.sealer.SealText(ctx, call.Tenant(), Purpose, []byte(plain))
	if err != nil {
		return subscriptions.SealedSecret{}, fmt.Errorf("seal the secret of a subscription: %w", err)
	}
	return subscriptions.SealedSecret{Text: text, Own: given != ""}, nil
}

// shownOnce opens the secret of an answer. That may be the answer to an earlier sending with the same
// Idempotency-Key: another secret than the one given now means that the key was used for another request.
func (c *Commands) shownOnce(ctx context.Context, call commands.Call, sealed, given string) (string, error) {
	plain, err := c.sealer.OpenText(ctx, call.Tenant(), Purpose, sealed)
	if err != nil {
		return "", fmt.Errorf("open the secret of a subscription: %w", err)
	}
	if given != "" && subtle.ConstantTimeCompare([]byte(given), plain) != 1 {
		return "", domain.Errorf(domain.CodeKeyReused, "this Idempotency-Key was used for a different request: use a new key")
	}
	return string(plain), nil
}
