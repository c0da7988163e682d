package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// RestoreCommands bring back what was.
type RestoreCommands struct {
	RestoreGroup commands.UseCase[apig.RestoreGroup, apig.RestorePlan]
	RestoreAPI   commands.UseCase[apig.RestoreAPI, apig.RestorePlan]
	// RestoreResource takes what Recall returns.
	RestoreResource commands.UseCase[apig.RestoreResource, apig.ChangePlan]
}

func restoreCommands(s *commands.Surface) RestoreCommands {
	return RestoreCommands{
		RestoreGroup: commands.Define(s, "RestoreGroup", (*apig.State).RestoreGroup),
		RestoreAPI:   commands.Define(s, "RestoreAPI", (*apig.State).RestoreAPI),

		RestoreResource: commands.Define(s, "RestoreResource", (*apig.State).RestoreResource),
	}
}
