package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// InstanceCommands are the use cases of APIG V2 §3.23.5 to §3.23.12, §3.23.16, §3.24 and §3.25, and of
// the orders that only the public SDK has.
type InstanceCommands struct {
	BindEIP       commands.UseCase[apig.BindEIP, apig.Instance]
	UnbindEIP     commands.UseCase[apig.UnbindEIP, apig.None]
	OpenEgress    commands.UseCase[apig.OpenEgress, apig.None]
	ChangeEgress  commands.UseCase[apig.ChangeEgress, apig.None]
	CloseEgress   commands.UseCase[apig.CloseEgress, apig.None]
	OpenIngress   commands.UseCase[apig.OpenIngress, apig.JobStarted]
	ChangeIngress commands.UseCase[apig.ChangeIngress, apig.JobStarted]
	CloseIngress  commands.UseCase[apig.CloseIngress, apig.None]

	ResizeInstance commands.UseCase[apig.ResizeInstance, apig.JobStarted]
	OrderInstance  commands.UseCase[apig.OrderInstance, apig.JobStarted]
	OrderResize    commands.UseCase[apig.OrderResize, apig.JobStarted]

	ChangeInstanceTags commands.UseCase[apig.ChangeInstanceTags, apig.None]

	RequestEndpoint           commands.UseCase[apig.RequestEndpoint, apig.EndpointConnection]
	DecideEndpoints           commands.UseCase[apig.DecideEndpoints, []apig.EndpointConnection]
	AddEndpointPermissions    commands.UseCase[apig.AddEndpointPermissions, []string]
	RemoveEndpointPermissions commands.UseCase[apig.RemoveEndpointPermissions, []string]
}

func instanceCommands(s *commands.Surface) InstanceCommands {
	return InstanceCommands{
		BindEIP:       commands.Define(s, "BindEIP", (*apig.State).BindEIP),
		UnbindEIP:     commands.Define(s, "UnbindEIP", (*apig.State).UnbindEIP),
		OpenEgress:    commands.Define(s, "OpenEgress", (*apig.State).OpenEgress),
		ChangeEgress:  commands.Define(s, "ChangeEgress", (*apig.State).ChangeEgress),
		CloseEgress:   commands.Define(s, "CloseEgress", (*apig.State).CloseEgress),
		OpenIngress:   commands.Define(s, "OpenIngress", (*apig.State).OpenIngress),
		ChangeIngress: commands.Define(s, "ChangeIngress", (*apig.State).ChangeIngress),
		CloseIngress:  commands.Define(s, "CloseIngress", (*apig.State).CloseIngress),

		ResizeInstance: commands.Define(s, "ResizeInstance", (*apig.State).ResizeInstance),
		OrderInstance:  commands.Define(s, "OrderInstance", (*apig.State).OrderInstance),
		OrderResize:    commands.Define(s, "OrderResize", (*apig.State).OrderResize),

		ChangeInstanceTags: commands.Define(s, "ChangeInstanceTags", (*apig.State).ChangeInstanceTags),

		RequestEndpoint:           commands.Define(s, "RequestEndpoint", (*apig.State).RequestEndpoint),
		DecideEndpoints:           commands.Define(s, "DecideEndpoints", (*apig.State).DecideEndpoints),
		AddEndpointPermissions:    commands.Define(s, "AddEndpointPermissions", (*apig.State).AddEndpointPermissions),
		RemoveEndpointPermissions: commands.Define(s, "RemoveEndpointPermissions", (*apig.State).RemoveEndpointPermissions),
	}
}
