package apig

import (
	"slices"
	"time"
)

// The kinds of channels in the words of vpc_channel_type.
const (
	ChannelBuiltin      = "builtin"
	ChannelMicroservice = "microservice"
	ChannelReference    = "reference"
)

// The numbers that type has for two of them (APIG V2 §3.17.1); a reference channel has none.
const (
	channelTypeServer       = 2
	channelTypeMicroservice = 3
)

// Whether a member gets requests, and a health check is made (APIG V2 §3.17.1).
const (
	statusAvailable   = 1
	statusUnavailable = 2
)

// Channel is a VPC (load balance) channel: a set of servers behind APIs (APIG V2 §3.17).
type Channel struct {
	ID              string        `json:"id"`
	InstanceID      string        `json:"instance_id"`
	Name            string        `json:"name"`
	Port            int           `json:"port"`
	BalanceStrategy int           `json:"balance_strategy"`
	MemberType      string        `json:"member_type"`
	ChannelType     string        `json:"vpc_channel_type"`
	DictCode        string        `json:"dict_code,omitempty"`
	Groups          []MemberGroup `json:"member_groups,omitempty"`
	Members         []Member      `json:"members,omitempty"`
	Health          *HealthCheck  `json:"vpc_health_config,omitempty"`
	Microservice    *Microservice `json:"microservice_info,omitempty"`
	CreateTime      time.Time     `json:"create_time"`
	UpdateTime      time.Time     `json:"update_time"`
}

// MemberGroup is a server group of a channel (APIG V2 §3.17.13).
type MemberGroup struct {
	ID string `json:"member_group_id"`
	MemberGroupBody
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// Member is a server of a channel (APIG V2 §3.17.6).
type Member struct {
	ID         string    `json:"id"`
	Host       string    `json:"host,omitempty"`
	ECSID      string    `json:"ecs_id,omitempty"`
	ECSName    string    `json:"ecs_name,omitempty"`
	Weight     int       `json:"weight"`
	IsBackup   bool      `json:"is_backup,omitempty"`
	GroupID    string    `json:"member_group_id,omitempty"` // empty for a member without group
	Status     int       `json:"status"`                    // 1 available, 2 unavailable
	Port       int       `json:"port,omitempty"`            // 0: that of the group or the channel
	CreateTime time.Time `json:"create_time"`
}

// HealthCheck is the health check of a channel (APIG V2 §3.17.12).
type HealthCheck struct {
	ID string `json:"id"`
	HealthCheckBody
	CreateTime time.Time `json:"create_time"`
}

// Microservice is where the members of a microservice channel come from (APIG V2 §3.17.1). Its password
// is sealed.
type Microservice struct {
	ID string `json:"id"`
	MicroserviceBody
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// Type is the number that stands for the kind (type of APIG V2 §3.17.1); 0 for a reference channel.
func (c *Channel) Type() int { return channelTypeOf(c.ChannelType) }

func channelTypeOf(kind string) int {
	switch kind {
	case ChannelBuiltin:
		return channelTypeServer
	case ChannelMicroservice:
		return channelTypeMicroservice
	default:
		return 0
	}
}

// GroupName returns the name of a server group of the channel; "" for an id that it does not have.
func (c *Channel) GroupName(id string) string {
	if i := c.groupAt(id); i >= 0 {
		return c.Groups[i].Name
	}
	return ""
}

// PortOf returns the port at which a member is called: its own, else that of its group, else the
// channel's (APIG V2 §3.17.1).
func (c *Channel) PortOf(m Member) int {
	if m.Port != 0 {
		return m.Port
	}
	if i := c.groupAt(m.GroupID); i >= 0 && c.Groups[i].MicroservicePort != 0 {
		return c.Groups[i].MicroservicePort
	}
	return c.Port
}

func (c *Channel) groupAt(id string) int {
	return slices.IndexFunc(c.Groups, func(g MemberGroup) bool { return g.ID == id })
}

func (c *Channel) groupNamed(name string) int {
	return slices.IndexFunc(c.Groups, func(g MemberGroup) bool { return g.Name == name })
}

func (c *Channel) memberAt(id string) int {
	return slices.IndexFunc(c.Members, func(m Member) bool { return m.ID == id })
}

// address is what a member is known by in its channel (APIG V2 §3.17.6).
func (c *Channel) address(m Member) string {
	if c.MemberType == "ecs" {
		return m.ECSID
	}
	return m.Host
}
