package apig

import "github.com/gatelog/gatelog/domain"

var channelKind = declaredKind[ChannelBody]{
	name:   "channel",
	known:  func(in *instance, _ string) map[string]string { return in.channels.names },
	nameOf: func(b ChannelBody) string { return b.Name },
	shown:  func(in *instance, id string) ChannelBody { return in.declareChannel(*in.channels.all[id]).masked() },
	whole:  func(in *instance, id string) ChannelBody { return in.declareChannel(*in.channels.all[id]) },
	create: func(p *planning, _ string, b ChannelBody) ([]domain.Event, error) {
		b, err := p.in.resolveChannel(b)
		if err != nil {
			return nil, err
		}
		return events(p.s.CreateChannel(p.m, CreateChannel{p.in.ID, b}))
	},
	change: func(p *planning, id string, b ChannelBody) ([]domain.Event, error) {
		b, err := p.in.resolveChannel(b)
		if err != nil {
			return nil, err
		}
		if ch := p.in.channels.all[id]; b.kindOf() != ch.ChannelType {
			return nil, ErrInvalidBecause("vpc_channel_type", "cannot be changed")
		}
		return events(p.s.UpdateChannel(p.m, UpdateChannel{p.in.ID, id, b}))
	},
	remove: func(p *planning, id string) ([]domain.Event, error) {
		return events(p.s.DeleteChannel(p.m, DeleteChannel{p.in.ID, id}))
	},
	again: func(in *instance, id string) domain.Event { return ChannelCreated{*in.channels.all[id]} },
}

// kindOf is the kind of channel that the body asks for; that of a body which asks for none that there is does
// not matter.
func (b ChannelBody) kindOf() string {
	kind, err := b.plain().kind()
	if err != nil {
		return ""
	}
	return kind
}

func (in *instance) declareChannel(ch Channel) ChannelBody {
	b := ChannelBody{
		Name: ch.Name, Port: ch.Port, BalanceStrategy: ch.BalanceStrategy, MemberType: ch.MemberType,
		ChannelType: ch.ChannelType, DictCode: ch.DictCode,
	}
	for _, g := range ch.Groups {
		group := g.MemberGroupBody
		if other := in.channels.all[group.ReferenceChannelID]; other != nil {
			group.ReferenceChannelID = other.Name
		}
		b.MemberGroups = append(b.MemberGroups, group)
	}
	for _, m := range ch.Members {
		b.Members = append(b.Members, MemberBody{
			Host: m.Host, Weight: &m.Weight, IsBackup: m.IsBackup, GroupName: ch.GroupName(m.GroupID), Status: m.Status,
			Port: m.Port, ECSID: m.ECSID, ECSName: m.ECSName,
		})
	}
	if ch.Health != nil {
		b.Health = &ch.Health.HealthCheckBody
	}
	if ch.Microservice != nil {
		b.Microservice = &ch.Microservice.MicroserviceBody
	}
	return b
}

// masked returns the body without the password of its registry.
func (b ChannelBody) masked() ChannelBody {
	if b.Microservice == nil || b.Microservice.Nacos == nil || b.Microservice.Nacos.UserInfo == nil {
		return b
	}
	service, nacos, user := *b.Microservice, *b.Microservice.Nacos, *b.Microservice.Nacos.UserInfo
	user.Password = MaskedSecret
	nacos.UserInfo, service.Nacos, b.Microservice = &user, &nacos, &service
	return b
}

// resolveChannel puts the ids of other channels in the place of their names.
func (in *instance) resolveChannel(b ChannelBody) (ChannelBody, error) {
	b.MemberGroups = cloneList(b.MemberGroups)
	for i := range b.MemberGroups {
		g := &b.MemberGroups[i]
		if g.ReferenceChannelID == "" {
			continue
		}
		var err error
		if g.ReferenceChannelID, err = in.idOf(useChannel, "", g.ReferenceChannelID); err != nil {
			return b, err
		}
	}
	return b, nil
}
