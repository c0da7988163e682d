package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// OrchestrationCommands are the use cases of orchestration rules (known from the public SDK).
type OrchestrationCommands struct {
	CreateOrchestration commands.UseCase[apig.CreateOrchestration, apig.Orchestration]
	UpdateOrchestration commands.UseCase[apig.UpdateOrchestration, apig.Orchestration]
	DeleteOrchestration commands.UseCase[apig.DeleteOrchestration, apig.None]
}

func orchestrationCommands(s *commands.Surface) OrchestrationCommands {
	return OrchestrationCommands{
		CreateOrchestration: commands.Define(s, "CreateOrchestration", (*apig.State).CreateOrchestration),
		UpdateOrchestration: commands.Define(s, "UpdateOrchestration", (*apig.State).UpdateOrchestration),
		DeleteOrchestration: commands.Define(s, "DeleteOrchestration", (*apig.State).DeleteOrchestration),
	}
}
