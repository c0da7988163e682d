package apig

import (
	"encoding/json"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// ChannelRow is a row of the table channels. Brief and Detail are answers, ready made.
type ChannelRow struct {
	ID          string          `json:"id"`
	Tenant      string          `json:"tenant"`
	InstanceID  string          `json:"instance_id"`
	Name        string          `json:"name"`
	ChannelType string          `json:"channel_type"`
	DictCode    string          `json:"dict_code"`
	CreateTime  time.Time       `json:"create_time"`
	Brief       json.RawMessage `json:"brief"`
	Detail      json.RawMessage `json:"detail"`
}

// MemberRow is a row of the table channel_members. Ordinal is the member's place in its channel; Name is
// what lists are searched by, that of the cloud server.
type MemberRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	ChannelID  string          `json:"channel_id"`
	Ordinal    int             `json:"ordinal"`
	Name       string          `json:"name"`
	Host       string          `json:"host"`
	Port       int             `json:"port"`
	GroupID    string          `json:"group_id"`
	GroupName  string          `json:"group_name"`
	View       json.RawMessage `json:"view"`
}

// MemberGroupRow is a row of the table channel_groups.
type MemberGroupRow struct {
	ID         string          `json:"id"`
	Tenant     string          `json:"tenant"`
	InstanceID string          `json:"instance_id"`
	ChannelID  string          `json:"channel_id"`
	Ordinal    int             `json:"ordinal"`
	Name       string          `json:"name"`
	DictCode   string          `json:"dict_code"`
	View       json.RawMessage `json:"view"`
}

var (
	channels       = projections.NewTable[ChannelRow]("channels", "id")
	channelMembers = projections.NewTable[MemberRow]("channel_members", "id")
	channelGroups  = projections.NewTable[MemberGroupRow]("channel_groups", "id")
)

// putChannel makes the rows of a channel what the channel says.
func putChannel(c *projections.Changes, rec domain.Recorded, ch apig.Channel) error {
	brief, err := json.Marshal(ChannelOf(ch))
	if err != nil {
		return err
	}
	detail, err := json.Marshal(ChannelDetailOf(ch))
	if err != nil {
		return err
	}
	channels.Put(c, ChannelRow{
		ID: ch.ID, Tenant: rec.Tenant, InstanceID: ch.InstanceID, Name: ch.Name, ChannelType: ch.ChannelType,
		DictCode: ch.DictCode, CreateTime: ch.CreateTime, Brief: brief, Detail: detail,
	})
	channelMembers.DeleteWhere(c, "channel_id", ch.ID)
	for i, view := range MembersOf(ch) {
		document, err := json.Marshal(view)
		if err != nil {
			return err
		}
		channelMembers.Put(c, MemberRow{
			ID: view.ID, Tenant: rec.Tenant, InstanceID: ch.InstanceID, ChannelID: ch.ID, Ordinal: i, Name: view.ECSName,
			Host: view.Host, Port: view.Port, GroupID: view.GroupID, GroupName: view.GroupName, View: document,
		})
	}
	channelGroups.DeleteWhere(c, "channel_id", ch.ID)
	for i, g := range ch.Groups {
		document, err := json.Marshal(MemberGroupOf(g))
		if err != nil {
			return err
		}
		channelGroups.Put(c, MemberGroupRow{
			ID: g.ID, Tenant: rec.Tenant, InstanceID: ch.InstanceID, ChannelID: ch.ID, Ordinal: i, Name: g.Name,
			DictCode: g.DictCode, View: document,
		})
	}
	return nil
}

// deleteChannels removes the channels whose column has the value: one by its id, or those of an instance.
func deleteChannels(c *projections.Changes, column, value string) {
	channels.DeleteWhere(c, column, value)
	beneath := "channel_id"
	if column == "instance_id" {
		beneath = column
	}
	channelMembers.DeleteWhere(c, beneath, value)
	channelGroups.DeleteWhere(c, beneath, value)
}

// applyChannel says what the events of channels change.
func applyChannel(rec domain.Recorded, c *projections.Changes) error {
	switch ev := rec.Event.(type) {
	case apig.ChannelCreated:
		return putChannel(c, rec, ev.Channel)
	case apig.ChannelUpdated:
		return putChannel(c, rec, ev.Channel)
	case apig.ChannelDeleted:
		deleteChannels(c, "id", ev.ChannelID)
	}
	return nil
}
