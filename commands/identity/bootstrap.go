package identity

import (
	"context"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// bootstrap is the command as it travels.
type bootstrap struct {
	Account string `json:"account_name"`
	Project string `json:"project_name"`
	User    string `json:"user_name"`
}

// Bootstrap names what a new deployment begins with.
type Bootstrap struct {
	Account string // name of the account
	Project string // name of the first project; SDKs find it by a region's name, e.g. cn-north-4
	User    string // name of the administrator
	// Password of the administrator; empty for none, its access key will do.
	Password string
}

// Bootstrapped is what a bootstrap made. The secret of the key is told this once.
type Bootstrapped struct {
	Account identity.AccountInfo
	Project identity.Project
	User    identity.User
	Key     NewKey
}

// Bootstrap makes the account with its first project and an administrator who has an access key.
// Errors: identity.CodeBootstrapped when there is an account, which is how it ends on every start but
// the first; domain.CodeInvalid for a name or the password. Should setting the password fail, the rest
// is made all the same, and returned with the error.
func (c *Commands) Bootstrap(ctx context.Context, b *commands.Bus, with Bootstrap) (Bootstrapped, error) {
	if with.Password != "" {
		if err := checkPassword(with.Password); err != nil {
			return Bootstrapped{}, err
		}
	}
	call := commands.System(identity.Account, "bootstrap", "first start")
	made, _, err := c.bootstrap.Do(ctx, b, call, bootstrap{with.Account, with.Project, with.User})
	if err != nil {
		return Bootstrapped{}, err
	}
	key, err := c.open(ctx, made.Key)
	if err != nil {
		return Bootstrapped{}, err
	}
	all := Bootstrapped{Account: made.Account, Project: made.Project, User: made.User, Key: key}
	if with.Password != "" {
		all.User, _, err = c.SetPassword(ctx, b, call, made.User.ID, with.Password)
	}
	return all, err
}

func decideBootstrap(keyring *secret.Keyring) func(*identity.State, *domain.Moment, bootstrap) (identity.Bootstrapped, []domain.Event, error) {
	return func(s *identity.State, m *domain.Moment, c bootstrap) (identity.Bootstrapped, []domain.Event, error) {
		if s.Account().ID != "" {
			return identity.Bootstrapped{}, nil, identity.ErrBootstrapped()
		}
		key, err := makeKey(keyring)
		if err != nil {
			return identity.Bootstrapped{}, nil, err
		}
		return s.Bootstrap(m, identity.Bootstrap{AccountName: c.Account, Project: c.Project, UserName: c.User, Key: key})
	}
}
