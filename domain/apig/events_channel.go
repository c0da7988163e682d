package apig

import "github.com/gatelog/gatelog/domain"

// ChannelCreated: a VPC channel came into being (APIG V2 §3.17.1).
type ChannelCreated struct {
	Channel Channel `json:"channel"`
}

// ChannelUpdated: a channel, its members, server groups or health check changed (APIG V2 §3.17.2,
// §3.17.6 to §3.17.17).
type ChannelUpdated struct {
	Channel Channel  `json:"channel"`
	Changed []string `json:"changed"`
}

// ChannelDeleted: a channel is gone, with its members and server groups (APIG V2 §3.17.3). Nothing used
// it any more.
type ChannelDeleted struct {
	InstanceID string `json:"instance_id"`
	ChannelID  string `json:"vpc_channel_id"`
	Name       string `json:"name"`
}

// EventType implements domain.Event.
func (ChannelCreated) EventType() string { return "apig.channel.created" }

// EventType implements domain.Event.
func (ChannelUpdated) EventType() string { return "apig.channel.updated" }

// EventType implements domain.Event.
func (ChannelDeleted) EventType() string { return "apig.channel.deleted" }

// Of implements domain.Event.
func (ev ChannelCreated) Of() domain.Aggregate { return channelAggregate(ev.Channel.ID) }

// Of implements domain.Event.
func (ev ChannelUpdated) Of() domain.Aggregate { return channelAggregate(ev.Channel.ID) }

// Of implements domain.Event.
func (ev ChannelDeleted) Of() domain.Aggregate { return channelAggregate(ev.ChannelID) }

func channelAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "channel", ID: id} }

func (ev ChannelCreated) at() string { return ev.Channel.InstanceID }
func (ev ChannelUpdated) at() string { return ev.Channel.InstanceID }
func (ev ChannelDeleted) at() string { return ev.InstanceID }

// channels are the VPC channels of an instance.
type channels struct {
	all   map[string]*Channel
	names map[string]string // name to id
}

func newChannels() channels {
	return channels{all: map[string]*Channel{}, names: map[string]string{}}
}

func (ev ChannelCreated) fold(in *instance, _ domain.Recorded) { in.channels.put(ev.Channel) }

func (ev ChannelUpdated) fold(in *instance, _ domain.Recorded) { in.channels.put(ev.Channel) }

func (ev ChannelDeleted) fold(in *instance, _ domain.Recorded) { in.channels.drop(ev.ChannelID) }

func (c *channels) put(ch Channel) {
	c.drop(ch.ID)
	c.all[ch.ID] = &ch
	c.names[ch.Name] = ch.ID
}

func (c *channels) drop(id string) {
	if old, ok := c.all[id]; ok {
		delete(c.names, old.Name)
		delete(c.all, id)
	}
}

func (in *instance) channel(id string) (*Channel, error) {
	ch, ok := in.channels.all[id]
	if !ok {
		return nil, ErrVPCChannelNotFound(id)
	}
	return ch, nil
}
