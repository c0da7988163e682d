package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// ThrottleCommands is everything that can be done to throttling policies (APIG V2 §3.4, §3.8, §3.9).
type ThrottleCommands struct {
	CreateThrottle commands.UseCase[apig.CreateThrottle, apig.ThrottleInfo]
	UpdateThrottle commands.UseCase[apig.UpdateThrottle, apig.ThrottleInfo]
	DeleteThrottle commands.UseCase[apig.DeleteThrottle, apig.None]

	BindThrottle    commands.UseCase[apig.BindThrottle, []apig.Bound]
	UnbindThrottle  commands.UseCase[apig.UnbindThrottle, apig.None]
	UnbindThrottles commands.UseCase[apig.UnbindThrottles, apig.UnbindResult]

	CreateSpecialThrottle commands.UseCase[apig.CreateSpecialThrottle, apig.SpecialThrottle]
	UpdateSpecialThrottle commands.UseCase[apig.UpdateSpecialThrottle, apig.SpecialThrottle]
	DeleteSpecialThrottle commands.UseCase[apig.DeleteSpecialThrottle, apig.None]
}

func throttleCommands(s *commands.Surface) ThrottleCommands {
	return ThrottleCommands{
		CreateThrottle: commands.Define(s, "CreateThrottle", (*apig.State).CreateThrottle),
		UpdateThrottle: commands.Define(s, "UpdateThrottle", (*apig.State).UpdateThrottle),
		DeleteThrottle: commands.Define(s, "DeleteThrottle", (*apig.State).DeleteThrottle),

		BindThrottle:    commands.Define(s, "BindThrottle", (*apig.State).BindThrottle),
		UnbindThrottle:  commands.Define(s, "UnbindThrottle", (*apig.State).UnbindThrottle),
		UnbindThrottles: commands.Define(s, "UnbindThrottles", (*apig.State).UnbindThrottles),

		CreateSpecialThrottle: commands.Define(s, "CreateSpecialThrottle", (*apig.State).CreateSpecialThrottle),
		UpdateSpecialThrottle: commands.Define(s, "UpdateSpecialThrottle", (*apig.State).UpdateSpecialThrottle),
		DeleteSpecialThrottle: commands.Define(s, "DeleteSpecialThrottle", (*apig.State).DeleteSpecialThrottle),
	}
}
