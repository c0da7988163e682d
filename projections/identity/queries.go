package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// Credential is what a signature is verified with.
type Credential struct {
	User   identity.User
	Secret []byte
}

// Account returns the account; its id is empty before the bootstrap.
func (d *Directory) Account() identity.AccountInfo {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.state.Account()
}

// User returns a user by its id.
func (d *Directory) User(id string) (identity.User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.state.User(id)
}

// ByName returns a user by its name.
func (d *Directory) ByName(name string) (identity.User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.state.UserNamed(name)
}

// Project returns a project by its id.
func (d *Directory) Project(id string) (identity.Project, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.state.Project(id)
}

// ProjectNamed returns a project by its name.
func (d *Directory) ProjectNamed(name string) (identity.Project, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.state.ProjectNamed(name)
}

// KeysOf returns the access keys of a user, oldest first, their secrets sealed.
func (d *Directory) KeysOf(userID string) []identity.AccessKey {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.state.KeysOf(userID)
}

// Users returns a page of the users by name, and how many there are in all.
func (d *Directory) Users(offset, limit int) (page []identity.User, total int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.users == nil {
		d.users = d.state.Users()
	}
	return cut(d.users, offset, limit), len(d.users)
}

// Projects returns a page of the projects by name, and how many there are in all.
func (d *Directory) Projects(offset, limit int) (page []identity.Project, total int) {
	all := d.allProjects()
	return cut(all, offset, limit), len(all)
}

// ProjectsOf returns by name the projects in which the user may do anything at all.
func (d *Directory) ProjectsOf(u identity.User) []identity.Project {
	var reached []identity.Project
	for _, p := range d.allProjects() {
		if identity.Reaches(u.Policies, p.ID) {
			reached = append(reached, p)
		}
	}
	return reached
}

func (d *Directory) allProjects() []identity.Project {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.projects == nil {
		d.projects = d.state.Projects()
	}
	return d.projects
}

// cut returns the part of a list that a page shows; what lies outside is left out.
func cut[T any](all []T, offset, limit int) []T {
	from := min(max(offset, 0), len(all))
	return all[from : from+min(max(limit, 0), len(all)-from)]
}

// ByAccessKey returns the owner of an access key and the key's secret. found is false when there is no
// such key. A key whose secret was erased has an empty one, which no signature matches. Errors:
// domain.CodeUnavailable when the secret can't be opened now.
func (d *Directory) ByAccessKey(ctx context.Context, accessKey string) (c Credential, found bool, err error) {
	d.mu.RLock()
	key, found := d.state.Key(accessKey)
	user, _ := d.state.User(key.UserID)
	plain, opened := d.secrets[accessKey]
	d.mu.RUnlock()
	if found && !opened {
		if plain, err = d.open(ctx, key); err != nil {
			return Credential{}, true, err
		}
	}
	return Credential{User: user, Secret: plain}, found, nil
}

// open unseals the secret of a key and keeps it, unless the key went meanwhile.
func (d *Directory) open(ctx context.Context, key identity.AccessKey) ([]byte, error) {
	plain, err := d.unseal(ctx, identity.SecretUse(key.ID), key.Secret)
	if errors.Is(err, secret.ErrErased) || errors.Is(err, secret.ErrInvalid) {
		d.logger.Error("the secret of an access key can't be opened: replace the key", "access_key", key.ID, "error", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, there := d.state.Key(key.ID); there {
		d.secrets[key.ID] = plain
	}
	return plain, nil
}

// PasswordHash returns the hash of a user's password; empty when the user has none, or it was erased.
// Errors: domain.CodeUnavailable when it can't be opened now.
func (d *Directory) PasswordHash(ctx context.Context, u identity.User) (string, error) {
	if u.Password == "" {
		return "", nil
	}
	plain, err := d.unseal(ctx, identity.PasswordUse(u.ID), u.Password)
	if errors.Is(err, secret.ErrErased) || errors.Is(err, secret.ErrInvalid) {
		d.logger.Error("the password of a user can't be opened: set a new one", "user_id", u.ID, "error", err)
		return "", nil
	}
	return string(plain), err
}

func (d *Directory) unseal(ctx context.Context, use string, sealed identity.Sealed) ([]byte, error) {
	plain, err := d.keyring.Open(ctx, identity.Account, use, secret.Sealed(sealed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", domain.Errorf(domain.CodeUnavailable, "secrets can't be opened now: try again"), err)
	}
	return plain, nil
}
