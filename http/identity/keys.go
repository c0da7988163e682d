package identityhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain/identity"
)

// newKey is an access key with its secret, which no other answer shows.
type newKey struct {
	AccessKey string `json:"access_key" doc:"20 upper-case letters and digits."`
	SecretKey string `json:"secret_key" doc:"40 letters and digits. It is shown this once."`
}

type key struct {
	AccessKey string    `json:"access_key"`
	CreatedAt time.Time `json:"created_at"`
}

type keyList struct {
	Keys []key `json:"access_keys" doc:"Oldest first."`
}

type inKey struct {
	UserID    string `path:"id" maxLength:"64" doc:"Id of the user."`
	AccessKey string `path:"access_key" maxLength:"64" doc:"Access key."`
}

func (s *surface) keys(api huma.API) {
	register(s, api, operation{
		id: "create-access-key", method: http.MethodPost, path: "/users/{id}/access-keys", status: http.StatusCreated, action: commandsidentity.ActionCreateKey,
		summary: "Create an access key", doc: "A user has at most 5. The secret is in this answer and nowhere else.",
	}, s.createKey)
	register(s, api, operation{
		id: "list-access-keys", method: http.MethodGet, path: "/users/{id}/access-keys", status: http.StatusOK, action: commandsidentity.ActionListKeys,
		summary: "List a user's access keys", doc: "Without their secrets.",
	}, s.listKeys)
	register(s, api, operation{
		id: "delete-access-key", method: http.MethodDelete, path: "/users/{id}/access-keys/{access_key}", status: http.StatusNoContent, action: commandsidentity.ActionDeleteKey,
		summary: "Delete an access key", doc: "Requests signed with it are refused from now on.",
	}, s.deleteKey)
}

func (s *surface) createKey(ctx context.Context, by asker, in *inUser) (*changed[newKey], error) {
	made, at, err := s.Commands.CreateAccessKey(ctx, s.Bus, by.call, in.UserID)
	return answer(newKey{AccessKey: made.AccessKey, SecretKey: made.Secret}, at, err)
}

func (s *surface) listKeys(_ context.Context, _ asker, in *inUser) (*found[keyList], error) {
	if _, err := s.user(in.UserID); err != nil {
		return nil, err
	}
	list := keyList{Keys: []key{}}
	for _, k := range s.Directory.KeysOf(in.UserID) {
		list.Keys = append(list.Keys, key{AccessKey: k.ID, CreatedAt: k.CreatedAt})
	}
	return &found[keyList]{list}, nil
}

func (s *surface) deleteKey(ctx context.Context, by asker, in *inKey) (*done, error) {
	command := identity.DeleteAccessKey{UserID: in.UserID, AccessKey: in.AccessKey}
	_, at, err := s.Commands.DeleteAccessKey.Do(ctx, s.Bus, by.call, command)
	return nothing(at, err)
}
