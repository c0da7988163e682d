package apig

import (
	"reflect"

	"github.com/gatelog/gatelog/domain"
)

// CreateChannel creates a VPC channel (APIG V2 §3.17.1).
type CreateChannel struct {
	InstanceID string      `json:"instance_id"`
	Body       ChannelBody `json:"body"`
}

// UpdateChannel changes a channel; its members and server groups are replaced (APIG V2 §3.17.2).
type UpdateChannel struct {
	InstanceID string      `json:"instance_id"`
	ChannelID  string      `json:"vpc_channel_id"`
	Body       ChannelBody `json:"body"`
}

// DeleteChannel deletes a channel that nothing uses (APIG V2 §3.17.3).
type DeleteChannel struct {
	InstanceID string `json:"instance_id"`
	ChannelID  string `json:"vpc_channel_id"`
}

// maxMemberGroups is the most server groups of a channel. The reference states no limit.
const maxMemberGroups = 500

// CreateChannel decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718; APIG.3109
// and 3110 (quotas VPC_NUM_LIMIT and VPC_INSTANCE_NUM_LIMIT); APIG.3208 (name); APIG.3023 and 3471 of
// the channels that it refers to.
func (s *State) CreateChannel(m *domain.Moment, c CreateChannel) (Channel, []domain.Event, error) {
	if err := c.Body.Microservice.readable(); err != nil {
		return Channel{}, nil, err
	}
	b := c.Body.plain()
	kind, err := b.kind()
	if err != nil {
		return Channel{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Channel{}, nil, err
	}
	if limit := in.quota(quotaChannels); len(in.channels.all) >= limit {
		return Channel{}, nil, ErrTooManyChannels(limit)
	}
	ch := Channel{ID: m.NewID(), InstanceID: in.ID, ChannelType: kind, CreateTime: m.Now, UpdateTime: m.Now}
	if err := in.describeChannel(m, b, &ch); err != nil {
		return Channel{}, nil, err
	}
	if err := in.fitChannel(ch, Channel{}); err != nil {
		return Channel{}, nil, err
	}
	return ch, []domain.Event{ChannelCreated{ch}}, nil
}

// UpdateChannel decides on the command of that name. A channel keeps its kind. Its health check and
// microservice stay as they are when the body has none. Errors: APIG.3023 and those of CreateChannel;
// APIG.3414 when a server group would go that an API uses.
func (s *State) UpdateChannel(m *domain.Moment, c UpdateChannel) (Channel, []domain.Event, error) {
	return s.changeChannel(m, c.InstanceID, c.ChannelID, func(in *instance, ch *Channel) error {
		if err := c.Body.Microservice.readable(); err != nil {
			return err
		}
		return in.describeChannel(m, c.Body.plain(), ch)
	})
}

// describeChannel puts what the body says into ch, whose kind is known.
func (in *instance) describeChannel(m *domain.Moment, b ChannelBody, ch *Channel) error {
	if limit := in.quota(quotaMembers); len(b.Members) > limit {
		return ErrTooManyMembers(limit)
	}
	if err := violated(b); err != nil {
		return err
	}
	if id := in.channels.names[b.Name]; id != "" && id != ch.ID {
		return ErrChannelNameTaken(b.Name)
	}
	ch.Name, ch.Port, ch.BalanceStrategy, ch.DictCode = b.Name, b.Port, b.BalanceStrategy, b.DictCode
	ch.MemberType = b.MemberType
	if err := ch.setHealth(m, b.Health, "vpc_health_config."); err != nil {
		return err
	}
	if err := ch.setMicroservice(m, b.Microservice); err != nil {
		return err
	}
	groups, err := in.mergeGroups(m, ch, nil, b.MemberGroups)
	if err != nil {
		return err
	}
	ch.Groups = groups
	if ch.ChannelType == ChannelReference { // §3.17.1: its members are those of others
		ch.Members = nil
		return nil
	}
	ch.Members, err = ch.merge(m, nil, b.Members)
	return err
}

// changeChannel decides on a change of one channel. change gets a copy, whose lists it replaces and
// never writes to.
func (s *State) changeChannel(m *domain.Moment, instanceID, id string, change func(in *instance, ch *Channel) error) (Channel, []domain.Event, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return Channel{}, nil, err
	}
	old, err := in.channel(id)
	if err != nil {
		return Channel{}, nil, err
	}
	ch := *old
	if err := change(in, &ch); err != nil {
		return Channel{}, nil, err
	}
	if ch.Name != old.Name && in.channelNamesStay() {
		return Channel{}, nil, ErrInvalidBecause("name", "cannot change while the feature "+featureChannelNames+" is off")
	}
	if err := in.fitChannel(ch, *old); err != nil {
		return Channel{}, nil, err
	}
	changed := changedOfChannel(*old, ch)
	if changed == nil {
		return ch, nil, nil
	}
	ch.UpdateTime = m.Now
	return ch, []domain.Event{ChannelUpdated{ch, changed}}, nil
}

// fitChannel holds a channel against the quotas, where it grew, and against what uses it.
func (in *instance) fitChannel(ch, old Channel) error {
	if limit := in.quota(quotaMembers); len(ch.Members) > limit && len(ch.Members) > len(old.Members) {
		return ErrTooManyMembers(limit)
	}
	if len(ch.Groups) > maxMemberGroups {
		return ErrTooMany("member_groups", maxMemberGroups)
	}
	for _, g := range old.Groups {
		if ch.groupAt(g.ID) < 0 && in.used[use{useMemberGroup, g.ID}] > 0 {
			return ErrChannelInUse()
		}
	}
	return nil
}

func changedOfChannel(a, b Channel) []string {
	return names(
		difference{"name", a.Name != b.Name}, difference{"port", a.Port != b.Port},
		difference{"balance_strategy", a.BalanceStrategy != b.BalanceStrategy},
		difference{"member_type", a.MemberType != b.MemberType}, difference{"dict_code", a.DictCode != b.DictCode},
		difference{"member_groups", !sameList(a.Groups, b.Groups)}, difference{"members", !sameList(a.Members, b.Members)},
		difference{"vpc_health_config", !reflect.DeepEqual(a.Health, b.Health)},
		difference{"microservice_info", !reflect.DeepEqual(a.Microservice, b.Microservice)},
	)
}

// sameList compares two lists; none and an empty one are the same.
func sameList[T any](a, b []T) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

// DeleteChannel decides on the command of that name. An API uses a channel with its draft and with each
// version in effect. Errors: APIG.3030, 3718; APIG.3023; APIG.3414 when an API or a breaker plug-in uses
// it; APIG.3710 when a third_auth plug-in does; APIG.3719 when another channel does.
func (s *State) DeleteChannel(_ *domain.Moment, c DeleteChannel) (None, []domain.Event, error) {
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	ch, err := in.channel(c.ChannelID)
	if err != nil {
		return None{}, nil, err
	}
	if in.used[use{useChannel, ch.ID}] > 0 {
		return None{}, nil, ErrChannelInUse()
	}
	if in.used[use{usePluginChannel, ch.ID}] > 0 {
		return None{}, nil, ErrChannelInPlugin()
	}
	for _, other := range in.channels.all {
		if other.refersTo(ch.ID) {
			return None{}, nil, ErrChannelReferenced()
		}
	}
	return None{}, []domain.Event{ChannelDeleted{InstanceID: in.ID, ChannelID: ch.ID, Name: ch.Name}}, nil
}
