// Package identity lists the use cases on the account. What is secret is made, hashed and sealed here,
// on its way to the domain, which sees it sealed only.
package identity

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/internal/secret"
)

// Actions of policies on the account itself. They are authorised for identity.Account.
const (
	ActionCreateUser    = "gatelog:users:create"
	ActionListUsers     = "gatelog:users:list"
	ActionGetUser       = "gatelog:users:get"
	ActionUpdateUser    = "gatelog:users:update"
	ActionDeleteUser    = "gatelog:users:delete"
	ActionCreateKey     = "gatelog:keys:create"
	ActionListKeys      = "gatelog:keys:list"
	ActionDeleteKey     = "gatelog:keys:delete"
	ActionCreateProject = "gatelog:projects:create"
	ActionListProjects  = "gatelog:projects:list"
	ActionUpdateProject = "gatelog:projects:update"
	ActionSetPolicies   = "gatelog:policies:set"
	ActionGetPolicies   = "gatelog:policies:get"
)

// Commands is everything that can be done to the account. The use cases that deal with secrets are
// methods: Bootstrap, AddUser, ChangeUser, SetPassword and CreateAccessKey.
type Commands struct {
	CreateUser  commands.UseCase[identity.CreateUser, identity.User]
	SetPolicies commands.UseCase[identity.SetPolicies, identity.User]
	DisableUser commands.UseCase[identity.DisableUser, identity.User]
	EnableUser  commands.UseCase[identity.EnableUser, identity.User]
	DeleteUser  commands.UseCase[identity.DeleteUser, identity.None]

	DeleteAccessKey commands.UseCase[identity.DeleteAccessKey, identity.None]

	CreateProject commands.UseCase[identity.CreateProject, identity.Project]
	RenameProject commands.UseCase[identity.RenameProject, identity.Project]

	// Surface is what the kernel knows of this surface.
	Surface *commands.Surface

	bootstrap       commands.UseCase[bootstrap, identity.Bootstrapped]
	setPassword     commands.UseCase[identity.SetPassword, identity.User]
	createAccessKey commands.UseCase[createAccessKey, identity.AccessKey]
	keyring         *secret.Keyring
}

// New returns the use cases of a new surface. keyring seals passwords and the secrets of access keys.
func New(keyring *secret.Keyring) *Commands {
	s := &commands.Surface{
		Name: identity.Surface, Codec: identity.Codec(),
		NewState: func(string) domain.State { return identity.NewState() },
	}
	return &Commands{
		Surface: s,

		CreateUser:  commands.Define(s, "CreateUser", (*identity.State).CreateUser),
		SetPolicies: commands.Define(s, "SetPolicies", (*identity.State).SetPolicies),
		DisableUser: commands.Define(s, "DisableUser", (*identity.State).DisableUser),
		EnableUser:  commands.Define(s, "EnableUser", (*identity.State).EnableUser),
		DeleteUser:  commands.Define(s, "DeleteUser", (*identity.State).DeleteUser),

		DeleteAccessKey: commands.Define(s, "DeleteAccessKey", (*identity.State).DeleteAccessKey),

		CreateProject: commands.Define(s, "CreateProject", (*identity.State).CreateProject),
		RenameProject: commands.Define(s, "RenameProject", (*identity.State).RenameProject),

		bootstrap:       commands.Define(s, "Bootstrap", decideBootstrap(keyring)),
		setPassword:     commands.Define(s, "SetPassword", (*identity.State).SetPassword),
		createAccessKey: commands.Define(s, "CreateAccessKey", decideAccessKey(keyring)),
		keyring:         keyring,
	}
}
