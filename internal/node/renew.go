package node

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
	"github.com/gatelog/gatelog/internal/secret"
)

// requestBootstrap is the request id of what a node does at its first start, by which its own access keys
// are known.
const requestBootstrap = "bootstrap"

// renew gives the first administrator a new password and a new access key. A user can have
// identity.MaxKeysPerUser keys; when there is no room, the oldest of those goes that a first start made:
// its secret is in no file any more. Keys that people made are never taken away: if all are such, the
// credentials have no access key. An administrator that was deleted or disabled stays so, and gets nothing.
func (n *Node) renew(ctx context.Context) (*Credentials, error) {
	user, ok := n.accounts.ByName(firstUser)
	if !ok || !user.Enabled {
		n.logger.Warn("the credentials file is missing, but the first administrator is gone or disabled: it is not made again", "user", firstUser)
		return nil, nil
	}
	n.logger.Warn("the credentials file is missing: giving the administrator a new access key and password", "user", firstUser)
	call := commands.System(identity.Account, requestBootstrap, "the credentials file was missing")
	c := &Credentials{Endpoint: n.url(), User: firstUser, Password: secret.NewToken()}
	if _, _, err := n.identity.SetPassword(ctx, n.bus, call, user.ID, c.Password); err != nil {
		return nil, err
	}
	room, err := n.makeRoom(ctx, call, user.ID)
	if err != nil {
		return nil, err
	}
	if !room {
		n.logger.Warn("the administrator has all the access keys that a user can have, made by people: delete one and make another", "user", firstUser)
		return c, nil
	}
	key, _, err := n.identity.CreateAccessKey(ctx, n.bus, call, user.ID)
	c.AccessKey, c.SecretKey = key.AccessKey, key.Secret
	return c, err
}

// makeRoom returns whether a user has room for another access key, made where that can be done.
func (n *Node) makeRoom(ctx context.Context, call commands.Call, userID string) (bool, error) {
	keys := slices.Clone(n.accounts.KeysOf(userID))
	if len(keys) < identity.MaxKeysPerUser {
		return true, nil
	}
	slices.SortStableFunc(keys, func(a, b identity.AccessKey) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, key := range keys {
		own, err := n.madeAtFirstStart(ctx, key)
		if err != nil {
			return false, err
		}
		if own {
			n.logger.Warn("replacing the oldest access key that a first start made", "access_key", key.ID, "age", time.Since(key.CreatedAt).Round(time.Second))
			_, _, err = n.identity.DeleteAccessKey.Do(ctx, n.bus, call, identity.DeleteAccessKey{UserID: userID, AccessKey: key.ID})
			return err == nil, err
		}
	}
	return false, nil
}

// madeAtFirstStart asks the log who made a key.
func (n *Node) madeAtFirstStart(ctx context.Context, key identity.AccessKey) (bool, error) {
	of := identity.AccessKeyCreated{Key: key}.Of()
	subject, err := eventstore.Subject(identity.Surface, identity.Account, of.Kind, of.ID)
	if err != nil {
		return false, err
	}
	message, err := n.engines.Log.Newest(ctx, subject, 0)
	if errors.Is(err, eventstore.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rec, _, err := envelope.Open(identity.Codec(), message)
	_, created := rec.Event.(identity.AccessKeyCreated)
	system := commands.System("", "", "").Meta().Actor
	return created && rec.Request == requestBootstrap && rec.Actor.UserID == system.UserID, err
}
