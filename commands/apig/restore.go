package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// RestoreCommands bring back what was.
type RestoreCommands struct {
	RestoreGroup commands.UseCase[apig.RestoreGroup, apig.RestorePlan]
	RestoreAPI   commands.UseCase[apig.RestoreAPI, apig.RestorePlan]
}

func restoreCommands(s *commands.Surface) RestoreCommands {
	return RestoreCommands{
		RestoreGroup: commands.Define(s, "RestoreGroup", (*apig.State).RestoreGroup),
		RestoreAPI:   commands.Define(s, "RestoreAPI", (*apig.State).RestoreAPI),
	}
}
