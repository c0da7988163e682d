package apig

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// Channels is what can be done to VPC channels (APIG V2 §3.17). CreateChannel and UpdateChannel, which
// deal with a secret, are methods of Commands.
type Channels struct {
	DeleteChannel     commands.UseCase[apig.DeleteChannel, apig.None]
	AddMembers        commands.UseCase[apig.AddMembers, apig.Channel]
	ReplaceMembers    commands.UseCase[apig.ReplaceMembers, apig.Channel]
	DeleteMember      commands.UseCase[apig.DeleteMember, apig.Channel]
	EnableMembers     commands.UseCase[apig.EnableMembers, apig.Channel]
	PutMemberGroups   commands.UseCase[apig.PutMemberGroups, apig.Channel]
	UpdateMemberGroup commands.UseCase[apig.UpdateMemberGroup, apig.Channel]
	DeleteMemberGroup commands.UseCase[apig.DeleteMemberGroup, apig.Channel]
	UpdateHealthCheck commands.UseCase[apig.UpdateHealthCheck, apig.Channel]

	createChannel commands.UseCase[apig.CreateChannel, apig.Channel]
	updateChannel commands.UseCase[apig.UpdateChannel, apig.Channel]

	importMicroservice commands.UseCase[apig.ImportMicroservice, apig.MicroserviceResult]
}

func newChannels(s *commands.Surface) Channels {
	return Channels{
		DeleteChannel:     commands.Define(s, "DeleteChannel", (*apig.State).DeleteChannel),
		AddMembers:        commands.Define(s, "AddMembers", (*apig.State).AddMembers),
		ReplaceMembers:    commands.Define(s, "ReplaceMembers", (*apig.State).ReplaceMembers),
		DeleteMember:      commands.Define(s, "DeleteMember", (*apig.State).DeleteMember),
		EnableMembers:     commands.Define(s, "EnableMembers", (*apig.State).EnableMembers),
		PutMemberGroups:   commands.Define(s, "PutMemberGroups", (*apig.State).PutMemberGroups),
		UpdateMemberGroup: commands.Define(s, "UpdateMemberGroup", (*apig.State).UpdateMemberGroup),
		DeleteMemberGroup: commands.Define(s, "DeleteMemberGroup", (*apig.State).DeleteMemberGroup),
		UpdateHealthCheck: commands.Define(s, "UpdateHealthCheck", (*apig.State).UpdateHealthCheck),

		createChannel: commands.Define(s, "CreateChannel", (*apig.State).CreateChannel),
		updateChannel: commands.Define(s, "UpdateChannel", (*apig.State).UpdateChannel),

		importMicroservice: commands.Define(s, "ImportMicroservice", (*apig.State).ImportMicroservice),
	}
}

// CreateChannel creates a VPC channel (APIG V2 §3.17.1). The password of a registry is sealed before the
// command leaves this process. Errors: those of apig.State.CreateChannel.
func (c *Commands) CreateChannel(ctx context.Context, b *commands.Bus, call commands.Call, ch apig.CreateChannel) (apig.Channel, domain.Position, error) {
	body, err := c.sealChannel(ctx, call.Tenant(), ch.InstanceID, ch.Body)
	if err != nil {
		return apig.Channel{}, 0, err
	}
	ch.Body = body
	return c.createChannel.Do(ctx, b, call, ch)
}

// UpdateChannel changes a VPC channel (APIG V2 §3.17.2), with its secret sealed as by CreateChannel; a
// password of ****** means the one that is there. Errors: those of apig.State.UpdateChannel.
func (c *Commands) UpdateChannel(ctx context.Context, b *commands.Bus, call commands.Call, ch apig.UpdateChannel) (apig.Channel, domain.Position, error) {
	body, err := c.sealChannel(ctx, call.Tenant(), ch.InstanceID, ch.Body)
	if err != nil {
		return apig.Channel{}, 0, err
	}
	ch.Body = body
	return c.updateChannel.Do(ctx, b, call, ch)
}

// ImportMicroservice makes a channel with APIs (known from the public SDK), with its secret sealed as by
// CreateChannel. Errors: those of apig.State.ImportMicroservice.
func (c *Commands) ImportMicroservice(ctx context.Context, b *commands.Bus, call commands.Call, in apig.ImportMicroservice) (apig.MicroserviceResult, domain.Position, error) {
	service := apig.MicroserviceBody{Nacos: in.Body.Nacos}
	sealed, err := c.sealChannel(ctx, call.Tenant(), in.InstanceID, apig.ChannelBody{Microservice: &service})
	if err != nil {
		return apig.MicroserviceResult{}, 0, err
	}
	in.Body.Nacos = sealed.Microservice.Nacos
	return c.importMicroservice.Do(ctx, b, call, in)
}

// maxRegistryPassword bounds the password of a registry, in bytes, before it is sealed.
const maxRegistryPassword = 512

// sealChannel returns the body with the password of its registry sealed. One that is no password is
// left for the domain to judge.
func (c *Commands) sealChannel(ctx context.Context, tenant, instanceID string, b apig.ChannelBody) (apig.ChannelBody, error) {
	if b.Microservice == nil || b.Microservice.Nacos == nil || b.Microservice.Nacos.UserInfo == nil {
		return b, nil
	}
	service, nacos, user := *b.Microservice, *b.Microservice.Nacos, *b.Microservice.Nacos.UserInfo
	switch {
	case user.Password == "" || user.Password == apig.MaskedSecret:
		return b, nil
	case len(user.Password) > maxRegistryPassword, !utf8.ValidString(user.Password), strings.Contains(user.Password, "\x00"):
		return b, apig.ErrInvalid("microservice_info.nacos_info.user_info.password")
	}
	sealed, err := c.sealer.SealText(ctx, tenant, "channel/"+instanceID+"/nacos", []byte(user.Password))
	if err != nil {
		return b, fmt.Errorf("seal the password of a registry: %w", err)
	}
	user.Password = sealed
	nacos.UserInfo, service.Nacos, b.Microservice = &user, &nacos, &service
	return b, nil
}
