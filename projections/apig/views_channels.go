package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// ChannelView is a VPC channel in a list (APIG V2 §3.17.5).
type ChannelView struct {
	Name            string            `json:"name"`
	Port            int               `json:"port"`
	BalanceStrategy int               `json:"balance_strategy"`
	MemberType      string            `json:"member_type"`
	Type            int               `json:"type" doc:"2 server, 3 microservice, 0 for a reference channel."`
	ChannelType     string            `json:"vpc_channel_type"`
	DictCode        string            `json:"dict_code"`
	CreateTime      time.Time         `json:"create_time"`
	ID              string            `json:"id"`
	Status          int               `json:"status" doc:"1: normal."`
	Groups          []MemberGroupView `json:"member_groups"`
	Microservice    *MicroserviceView `json:"microservice_info,omitempty"`
}

// ChannelDetail is a VPC channel with all that belongs to it (APIG V2 §3.17.4).
type ChannelDetail struct {
	ChannelView
	Members []MemberView     `json:"members"`
	Health  *HealthCheckView `json:"vpc_health_config,omitempty"`
}

// MemberGroupView is a server group in an answer (APIG V2 §3.17.14).
type MemberGroupView struct {
	ID                  string                   `json:"member_group_id"`
	Name                string                   `json:"member_group_name"`
	Remark              string                   `json:"member_group_remark"`
	Weight              *int                     `json:"member_group_weight,omitempty"`
	DictCode            string                   `json:"dict_code"`
	CreateTime          time.Time                `json:"create_time"`
	UpdateTime          time.Time                `json:"update_time"`
	MicroserviceVersion string                   `json:"microservice_version"`
	MicroservicePort    int                      `json:"microservice_port"`
	MicroserviceLabels  []apig.MicroserviceLabel `json:"microservice_labels"`
	ReferenceChannelID  string                   `json:"reference_vpc_channel_id,omitempty"`
}

// MemberView is a member in an answer (APIG V2 §3.17.7). Port is the one at which it is called. A member
// known by its address shows that as id and name of its server too, as the reference's examples do.
type MemberView struct {
	Host       string    `json:"host"`
	Weight     int       `json:"weight"`
	IsBackup   bool      `json:"is_backup"`
	GroupName  string    `json:"member_group_name"`
	Status     int       `json:"status" doc:"1 available, 2 unavailable."`
	Port       int       `json:"port"`
	ECSID      string    `json:"ecs_id"`
	ECSName    string    `json:"ecs_name"`
	ID         string    `json:"id"`
	ChannelID  string    `json:"vpc_channel_id"`
	CreateTime time.Time `json:"create_time"`
	GroupID    string    `json:"member_group_id"`
	Health     string    `json:"health_status" doc:"unknown: this server manages gateways and calls no members."`
}

// HealthCheckView is a health check in an answer (APIG V2 §3.17.12).
type HealthCheckView struct {
	apig.HealthCheckBody
	EnableClientSSL bool      `json:"enable_client_ssl"`
	Port            int       `json:"port"`
	ID              string    `json:"id"`
	ChannelID       string    `json:"vpc_channel_id"`
	CreateTime      time.Time `json:"create_time"`
}

// MicroserviceView is a microservice in an answer (APIG V2 §3.17.1); the password of its registry is
// masked.
type MicroserviceView struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	apig.MicroserviceBody
	CreateTime time.Time `json:"create_time"`
	UpdateTime time.Time `json:"update_time"`
}

// memberHealth is what is known of the health of every member.
const memberHealth = "unknown"

// ChannelOf returns a channel as lists show it.
func ChannelOf(ch apig.Channel) ChannelView {
	view := ChannelView{
		Name: ch.Name, Port: ch.Port, BalanceStrategy: ch.BalanceStrategy, MemberType: ch.MemberType, Type: ch.Type(),
		ChannelType: ch.ChannelType, DictCode: ch.DictCode, CreateTime: ch.CreateTime, ID: ch.ID, Status: statusValid,
		Groups: make([]MemberGroupView, len(ch.Groups)),
	}
	for i, g := range ch.Groups {
		view.Groups[i] = MemberGroupOf(g)
	}
	if m := ch.Microservice; m != nil {
		view.Microservice = &MicroserviceView{m.ID, ch.InstanceID, masked(m.MicroserviceBody), m.CreateTime, m.UpdateTime}
	}
	return view
}

func masked(b apig.MicroserviceBody) apig.MicroserviceBody {
	if b.Nacos != nil && b.Nacos.UserInfo != nil {
		nacos, user := *b.Nacos, *b.Nacos.UserInfo
		user.Password = apig.MaskedSecret
		nacos.UserInfo, b.Nacos = &user, &nacos
	}
	return b
}

// ChannelDetailOf returns a channel as its detail shows it.
func ChannelDetailOf(ch apig.Channel) ChannelDetail {
	detail := ChannelDetail{ChannelView: ChannelOf(ch), Members: MembersOf(ch)}
	if ch.Health != nil {
		health := HealthCheckOf(ch)
		detail.Health = &health
	}
	return detail
}

// HealthCheckOf returns the health check of a channel that has one.
func HealthCheckOf(ch apig.Channel) HealthCheckView {
	h := ch.Health
	return HealthCheckView{h.HealthCheckBody, h.EnableClientSSL, h.Port, h.ID, ch.ID, h.CreateTime}
}

// MemberGroupOf returns a server group as answers show it.
func MemberGroupOf(g apig.MemberGroup) MemberGroupView {
	return MemberGroupView{
		ID: g.ID, Name: g.Name, Remark: g.Remark, Weight: g.Weight, DictCode: g.DictCode,
		CreateTime: g.CreateTime, UpdateTime: g.UpdateTime,
		MicroserviceVersion: g.MicroserviceVersion, MicroservicePort: g.MicroservicePort,
		MicroserviceLabels: append([]apig.MicroserviceLabel{}, g.MicroserviceLabels...),
		ReferenceChannelID: g.ReferenceChannelID,
	}
}

// MembersOf returns the members of a channel as answers show them.
func MembersOf(ch apig.Channel) []MemberView {
	views := make([]MemberView, len(ch.Members))
	for i, m := range ch.Members {
		views[i] = MemberView{
			Host: m.Host, Weight: m.Weight, IsBackup: m.IsBackup, GroupName: ch.GroupName(m.GroupID), Status: m.Status,
			Port: ch.PortOf(m), ECSID: m.ECSID, ECSName: m.ECSName, ID: m.ID, ChannelID: ch.ID,
			CreateTime: m.CreateTime, GroupID: m.GroupID, Health: memberHealth,
		}
		if ch.MemberType == "ip" && m.ECSID == "" {
			views[i].ECSID = m.Host
		}
		if ch.MemberType == "ip" && m.ECSName == "" {
			views[i].ECSName = m.Host
		}
	}
	return views
}
