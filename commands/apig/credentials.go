package apig

import (
	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/apig"
)

// CredentialCommands is what can be done to apps and their quotas (APIG V2 §3.10, §3.28, §3.29) without a
// secret in the command.
type CredentialCommands struct {
	DeleteApp     commands.UseCase[apig.DeleteApp, apig.None]
	DeleteAppCode commands.UseCase[apig.DeleteAppCode, apig.None]
	SetAppACL     commands.UseCase[apig.SetAppACL, apig.AppACL]
	DeleteAppACL  commands.UseCase[apig.DeleteAppACL, apig.None]
	AuthorizeApps commands.UseCase[apig.AuthorizeApps, []apig.AuthResult]
	RevokeAppAuth commands.UseCase[apig.RevokeAppAuth, apig.None]

	CreateAppQuota commands.UseCase[apig.CreateAppQuota, apig.AppQuota]
	UpdateAppQuota commands.UseCase[apig.UpdateAppQuota, apig.AppQuota]
	DeleteAppQuota commands.UseCase[apig.DeleteAppQuota, apig.None]
	BindAppQuota   commands.UseCase[apig.BindAppQuota, []apig.AppQuotaBinding]
	UnbindAppQuota commands.UseCase[apig.UnbindAppQuota, apig.None]
}

func credentialCommands(s *commands.Surface) CredentialCommands {
	return CredentialCommands{
		DeleteApp:     commands.Define(s, "DeleteApp", (*apig.State).DeleteApp),
		DeleteAppCode: commands.Define(s, "DeleteAppCode", (*apig.State).DeleteAppCode),
		SetAppACL:     commands.Define(s, "SetAppACL", (*apig.State).SetAppACL),
		DeleteAppACL:  commands.Define(s, "DeleteAppACL", (*apig.State).DeleteAppACL),
		AuthorizeApps: commands.Define(s, "AuthorizeApps", (*apig.State).AuthorizeApps),
		RevokeAppAuth: commands.Define(s, "RevokeAppAuth", (*apig.State).RevokeAppAuth),

		CreateAppQuota: commands.Define(s, "CreateAppQuota", (*apig.State).CreateAppQuota),
		UpdateAppQuota: commands.Define(s, "UpdateAppQuota", (*apig.State).UpdateAppQuota),
		DeleteAppQuota: commands.Define(s, "DeleteAppQuota", (*apig.State).DeleteAppQuota),
		BindAppQuota:   commands.Define(s, "BindAppQuota", (*apig.State).BindAppQuota),
		UnbindAppQuota: commands.Define(s, "UnbindAppQuota", (*apig.State).UnbindAppQuota),
	}
}
