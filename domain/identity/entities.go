// Package identity is who may do what: the account that a deployment belongs to, its projects, its
// users with their policies, and the users' access keys. All of it happens in one tenant, Account, of
// one surface, Surface.
package identity

import "time"

const (
	// Surface is the surface of all identity events.
	Surface = "identity"
	// Account is the tenant of all identity events: a deployment has one account. It is also what an
	// action that concerns no single project is authorised for.
	Account = "account"
)

// Bounds of the account.
const (
	MaxUsers       = 10_000
	MaxProjects    = 1_000
	MaxKeysPerUser = 5
)

// AccountInfo is the account itself; clients of APIG V2 know it as their domain (§5.7).
type AccountInfo struct {
	ID        string    `json:"id"` // 32 hexadecimal digits
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

// Project is a tenant of the other surfaces: its id is the {project_id} of APIG V2 §5.6.
type Project struct {
	ID        string    `json:"id"` // 32 hexadecimal digits
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// User is a person or a program that signs in.
type User struct {
	ID      string `json:"id"` // 32 hexadecimal digits
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	// Password is the sealed hash of the password; empty when the user has none.
	Password Sealed `json:"password,omitempty"`
	// Generation counts what ends the tokens that were issued before: changes of the password, and
	// disabling.
	Generation int         `json:"generation"`
	Policies   []Statement `json:"policies"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
}

// AccessKey is what a user's programs sign requests with (APIG V2 §2.2).
type AccessKey struct {
	ID        string    `json:"access_key"` // 20 upper-case letters and digits
	UserID    string    `json:"user_id"`
	Secret    Sealed    `json:"secret"`
	CreatedAt time.Time `json:"created_at"`
}

// Sealed is a secret that was sealed before it came here. Printed it shows nothing, and only JSON
// carries it on.
type Sealed string

// String hides the value.
func (Sealed) String() string { return "[sealed]" }

// GoString hides the value from %#v.
func (Sealed) GoString() string { return "[sealed]" }

// PasswordUse is what a user's password is sealed for.
func PasswordUse(userID string) string { return "user/" + userID + "/password" }

// SecretUse is what the secret of an access key is sealed for.
func SecretUse(accessKey string) string { return "access-key/" + accessKey + "/secret" }

// None is the answer of a decision that has nothing to say.
type None struct{}
