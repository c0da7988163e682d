package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// ACLCommands is everything that can be done to access control policies (APIG V2 §3.13, §3.14).
type ACLCommands struct {
	CreateACL  commands.UseCase[apig.CreateACL, apig.ACL]
	UpdateACL  commands.UseCase[apig.UpdateACL, apig.ACL]
	DeleteACL  commands.UseCase[apig.DeleteACL, apig.None]
	DeleteACLs commands.UseCase[apig.DeleteACLs, apig.DeleteACLsResult]

	BindACL    commands.UseCase[apig.BindACL, []apig.Bound]
	UnbindACL  commands.UseCase[apig.UnbindACL, apig.None]
	UnbindACLs commands.UseCase[apig.UnbindACLs, apig.UnbindResult]
}

func aclCommands(s *commands.Surface) ACLCommands {
	return ACLCommands{
		CreateACL:  commands.Define(s, "CreateACL", (*apig.State).CreateACL),
		UpdateACL:  commands.Define(s, "UpdateACL", (*apig.State).UpdateACL),
		DeleteACL:  commands.Define(s, "DeleteACL", (*apig.State).DeleteACL),
		DeleteACLs: commands.Define(s, "DeleteACLs", (*apig.State).DeleteACLs),

		BindACL:    commands.Define(s, "BindACL", (*apig.State).BindACL),
		UnbindACL:  commands.Define(s, "UnbindACL", (*apig.State).UnbindACL),
		UnbindACLs: commands.Define(s, "UnbindACLs", (*apig.State).UnbindACLs),
	}
}
