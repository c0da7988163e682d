package identity

import "github.com/gatelog/gatelog/domain"

// Bootstrap makes an account out of nothing: with its first project, and an administrator who has an
// access key.
type Bootstrap struct {
	AccountName string   `json:"account_name" maxLength:"64" pattern:"^[\\p{L}_][\\p{L}\\p{N} ._@-]*$"`
	Project     string   `json:"project_name" maxLength:"64" pattern:"^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*$"`
	UserName    string   `json:"user_name" maxLength:"64" pattern:"^[\\p{L}_][\\p{L}\\p{N}._@-]*$"`
	Key         KeyParts `json:"key"`
}

// KeyParts is an access key that was just made.
type KeyParts struct {
	AccessKey string `json:"access_key" pattern:"^[A-Z0-9]{20}$"`
	Secret    Sealed `json:"secret"`
}

// Bootstrapped is what a bootstrap made.
type Bootstrapped struct {
	Account AccountInfo `json:"account"`
	Project Project     `json:"project"`
	User    User        `json:"user"`
	Key     AccessKey   `json:"key"`
}

// Bootstrap decides on the command of that name. Errors: CodeBootstrapped when there is an account;
// domain.CodeInvalid for a name.
func (s *State) Bootstrap(m *domain.Moment, c Bootstrap) (Bootstrapped, []domain.Event, error) {
	if s.account.ID != "" {
		return Bootstrapped{}, nil, ErrBootstrapped()
	}
	if err := checked(c); err != nil {
		return Bootstrapped{}, nil, err
	}
	made := Bootstrapped{
		Account: AccountInfo{ID: m.NewID(), Name: c.AccountName, CreatedAt: m.Now},
		Project: Project{ID: m.NewID(), Name: c.Project, CreatedAt: m.Now, UpdatedAt: m.Now},
		User:    User{ID: m.NewID(), Name: c.UserName, Enabled: true, Policies: Everything(), CreatedAt: m.Now, UpdatedAt: m.Now},
	}
	made.Key = AccessKey{ID: c.Key.AccessKey, UserID: made.User.ID, Secret: c.Key.Secret, CreatedAt: m.Now}
	return made, []domain.Event{
		AccountCreated{made.Account}, ProjectCreated{made.Project}, UserCreated{made.User}, AccessKeyCreated{made.Key},
	}, nil
}
