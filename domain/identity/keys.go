package identity

import "github.com/gatelog/gatelog/domain"

// CreateAccessKey gives a user an access key that was just made.
type CreateAccessKey struct {
	UserID string   `json:"user_id"`
	Key    KeyParts `json:"key"`
}

// DeleteAccessKey takes an access key from a user.
type DeleteAccessKey struct {
	UserID    string `json:"user_id"`
	AccessKey string `json:"access_key"`
}

// CreateAccessKey decides on the command of that name. Errors: domain.CodeNotFound; CodeLimitReached at
// MaxKeysPerUser; domain.CodeConflict when the random access key exists already.
func (s *State) CreateAccessKey(m *domain.Moment, c CreateAccessKey) (AccessKey, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return AccessKey{}, nil, ErrNoUser()
	}
	if err := checked(c); err != nil {
		return AccessKey{}, nil, err
	}
	if len(s.KeysOf(u.ID)) >= MaxKeysPerUser {
		return AccessKey{}, nil, ErrLimitReached(MaxKeysPerUser, "access keys of one user")
	}
	if _, taken := s.Key(c.Key.AccessKey); taken {
		return AccessKey{}, nil, domain.Errorf(domain.CodeConflict, "the new access key exists already: try again")
	}
	k := AccessKey{ID: c.Key.AccessKey, UserID: u.ID, Secret: c.Key.Secret, CreatedAt: m.Now}
	return k, []domain.Event{AccessKeyCreated{k}}, nil
}

// DeleteAccessKey decides on the command of that name. Errors: domain.CodeNotFound;
// CodeLastAdministrator when it is the only way in that the last administrator has.
func (s *State) DeleteAccessKey(_ *domain.Moment, c DeleteAccessKey) (None, []domain.Event, error) {
	u, ok := s.User(c.UserID)
	if !ok {
		return None{}, nil, ErrNoUser()
	}
	k, ok := s.Key(c.AccessKey)
	if !ok || k.UserID != u.ID {
		return None{}, nil, ErrNoKey()
	}
	if s.onlyAdministrator(u) && u.Password == "" && len(s.KeysOf(u.ID)) == 1 {
		return None{}, nil, ErrLastAdministrator()
	}
	return None{}, []domain.Event{AccessKeyDeleted{AccessKey: k.ID, UserID: u.ID}}, nil
}
