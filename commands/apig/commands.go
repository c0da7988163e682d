// Package apig lists the use cases of the apig surface. Each is decided by the method of the domain's
// State that it names; nothing is decided here.
package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// Commands is everything that can be done to the apig surface. ConfigureFeature, which deals with
// secrets, is a method.
type Commands struct {
	CreateInstance  commands.UseCase[apig.CreateInstance, apig.Instance]
	AdvanceInstance commands.UseCase[apig.AdvanceInstance, apig.Instance]
	UpdateInstance  commands.UseCase[apig.UpdateInstance, apig.Instance]
	DeleteInstance  commands.UseCase[apig.DeleteInstance, apig.None]

	CreateGroup    commands.UseCase[apig.CreateGroup, apig.Group]
	UpdateGroup    commands.UseCase[apig.UpdateGroup, apig.Group]
	DeleteGroup    commands.UseCase[apig.DeleteGroup, apig.None]
	CheckGroupName commands.UseCase[apig.CheckGroupName, apig.None]

	CreateEnv commands.UseCase[apig.CreateEnv, apig.Environment]
	UpdateEnv commands.UseCase[apig.UpdateEnv, apig.Environment]
	DeleteEnv commands.UseCase[apig.DeleteEnv, apig.None]

	CreateVariable       commands.UseCase[apig.CreateVariable, apig.Variable]
	UpdateVariable       commands.UseCase[apig.UpdateVariable, apig.VariableResult]
	RepublishForVariable commands.UseCase[apig.RepublishForVariable, apig.VariableResult]
	DeleteVariable       commands.UseCase[apig.DeleteVariable, apig.None]

	CreateAPI commands.UseCase[apig.CreateAPI, apig.APIResult]
	UpdateAPI commands.UseCase[apig.UpdateAPI, apig.APIResult]
	DeleteAPI commands.UseCase[apig.DeleteAPI, apig.None]
	CheckAPI  commands.UseCase[apig.CheckAPI, apig.None]

	PublishAPI     commands.UseCase[apig.PublishAPI, apig.Publication]
	OfflineAPI     commands.UseCase[apig.OfflineAPI, apig.Publication]
	BatchPublish   commands.UseCase[apig.BatchPublish, apig.BatchResult]
	SwitchVersion  commands.UseCase[apig.SwitchVersion, apig.Publication]
	OfflineVersion commands.UseCase[apig.OfflineVersion, apig.None]
	ImportAPIs     commands.UseCase[apig.ImportAPIs, apig.ImportResult]

	Channels

	CreateAuthorizer commands.UseCase[apig.CreateAuthorizer, apig.Authorizer]
	UpdateAuthorizer commands.UseCase[apig.UpdateAuthorizer, apig.Authorizer]
	DeleteAuthorizer commands.UseCase[apig.DeleteAuthorizer, apig.None]

	CreateResponse  commands.UseCase[apig.CreateResponse, apig.Response]
	UpdateResponse  commands.UseCase[apig.UpdateResponse, apig.Response]
	DeleteResponse  commands.UseCase[apig.DeleteResponse, apig.None]
	SetResponseType commands.UseCase[apig.SetResponseType, apig.Response]

	SetQuota commands.UseCase[apig.SetQuota, apig.Quota]

	InstanceCommands
	AIKeyCommands
	ThrottleCommands
	ACLCommands
	SignatureCommands
	TaskCommands
	OrchestrationCommands
	PluginCommands
	DomainCommands
	CredentialCommands
	RestoreCommands
	DeclarationCommands

	// Surface is what the kernel knows of this surface.
	Surface *commands.Surface

	configureFeature commands.UseCase[sealedFeature, apig.Feature]
	createApp        commands.UseCase[apig.CreateApp, apig.App]
	updateApp        commands.UseCase[apig.UpdateApp, apig.App]
	resetAppSecret   commands.UseCase[apig.ResetAppSecret, apig.App]
	createAppCode    commands.UseCase[apig.CreateAppCode, apig.AppCode]
	sealer           commands.Sealer
}

// New returns the use cases of a new surface. sealer seals what is secret in a command.
func New(sealer commands.Sealer) *Commands {
	s := &commands.Surface{
		Name: "apig", Codec: apig.Codec(),
		NewState: func(tenant string) domain.State { return apig.NewState(tenant) },
	}
	return &Commands{
		Surface: s,

		CreateInstance:  commands.Define(s, "CreateInstance", (*apig.State).CreateInstance),
		AdvanceInstance: commands.Define(s, "AdvanceInstance", (*apig.State).AdvanceInstance),
		UpdateInstance:  commands.Define(s, "UpdateInstance", (*apig.State).UpdateInstance),
		DeleteInstance:  commands.Define(s, "DeleteInstance", (*apig.State).DeleteInstance),

		CreateGroup:    commands.Define(s, "CreateGroup", (*apig.State).CreateGroup),
		UpdateGroup:    commands.Define(s, "UpdateGroup", (*apig.State).UpdateGroup),
		DeleteGroup:    commands.Define(s, "DeleteGroup", (*apig.State).DeleteGroup),
		CheckGroupName: commands.Define(s, "CheckGroupName", (*apig.State).CheckGroupName),

		CreateEnv: commands.Define(s, "CreateEnv", (*apig.State).CreateEnv),
		UpdateEnv: commands.Define(s, "UpdateEnv", (*apig.State).UpdateEnv),
		DeleteEnv: commands.Define(s, "DeleteEnv", (*apig.State).DeleteEnv),

		CreateVariable:       commands.Define(s, "CreateVariable", (*apig.State).CreateVariable),
		UpdateVariable:       commands.Define(s, "UpdateVariable", (*apig.State).UpdateVariable),
		RepublishForVariable: commands.Define(s, "RepublishForVariable", (*apig.State).RepublishForVariable),
		DeleteVariable:       commands.Define(s, "DeleteVariable", (*apig.State).DeleteVariable),

		CreateAPI: commands.Define(s, "CreateAPI", (*apig.State).CreateAPI),
		UpdateAPI: commands.Define(s, "UpdateAPI", (*apig.State).UpdateAPI),
		DeleteAPI: commands.Define(s, "DeleteAPI", (*apig.State).DeleteAPI),
		CheckAPI:  commands.Define(s, "CheckAPI", (*apig.State).CheckAPI),

		PublishAPI:     commands.Define(s, "PublishAPI", (*apig.State).PublishAPI),
		OfflineAPI:     commands.Define(s, "OfflineAPI", (*apig.State).OfflineAPI),
		BatchPublish:   commands.Define(s, "BatchPublish", (*apig.State).BatchPublish),
		SwitchVersion:  commands.Define(s, "SwitchVersion", (*apig.State).SwitchVersion),
		OfflineVersion: commands.Define(s, "OfflineVersion", (*apig.State).OfflineVersion),
		ImportAPIs:     commands.Define(s, "ImportAPIs", (*apig.State).ImportAPIs),

		Channels: newChannels(s),

		CreateAuthorizer: commands.Define(s, "CreateAuthorizer", (*apig.State).CreateAuthorizer),
		UpdateAuthorizer: commands.Define(s, "UpdateAuthorizer", (*apig.State).UpdateAuthorizer),
		DeleteAuthorizer: commands.Define(s, "DeleteAuthorizer", (*apig.State).DeleteAuthorizer),

		CreateResponse:  commands.Define(s, "CreateResponse", (*apig.State).CreateResponse),
		UpdateResponse:  commands.Define(s, "UpdateResponse", (*apig.State).UpdateResponse),
		DeleteResponse:  commands.Define(s, "DeleteResponse", (*apig.State).DeleteResponse),
		SetResponseType: commands.Define(s, "SetResponseType", (*apig.State).SetResponseType),

		SetQuota: commands.Define(s, "SetQuota", (*apig.State).SetQuota),

		InstanceCommands:  instanceCommands(s),
		AIKeyCommands:     aiKeyCommands(s),
		ThrottleCommands:  throttleCommands(s),
		ACLCommands:       aclCommands(s),
		SignatureCommands: signatureCommands(s),
		TaskCommands:      taskCommands(s),

		OrchestrationCommands: orchestrationCommands(s),
		PluginCommands:        pluginCommands(s),
		DomainCommands:        domainCommands(s),
		CredentialCommands:    credentialCommands(s),
		RestoreCommands:       restoreCommands(s),
		DeclarationCommands:   declarationCommands(s),

		configureFeature: commands.Define(s, "ConfigureFeature", configureFeature),
		createApp:        commands.Define(s, "CreateApp", (*apig.State).CreateApp),
		updateApp:        commands.Define(s, "UpdateApp", (*apig.State).UpdateApp),
		resetAppSecret:   commands.Define(s, "ResetAppSecret", (*apig.State).ResetAppSecret),
		createAppCode:    commands.Define(s, "CreateAppCode", (*apig.State).CreateAppCode),
		sealer:           sealer,
	}
}
