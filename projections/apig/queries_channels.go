package apig

import (
	"context"
	"encoding/json"

	"github.com/gatelog/gatelog/domain/apig"
)

// ChannelFilter narrows the list of VPC channels (APIG V2 §3.17.5). MemberPort below 1 is none.
type ChannelFilter struct {
	ID, Name, DictCode, ChannelType string
	MemberHost                      string
	MemberPort                      int
	GroupName, GroupID              string
	ExactName, ExactGroupName       bool
}

// Channels returns a page of the instance's VPC channels, newest first (APIG V2 §3.17.5).
func (q *Queries) Channels(ctx context.Context, in In, f ChannelFilter, p Page) ([]json.RawMessage, int, error) {
	w := in.where("c")
	w.is("c.id", f.ID)
	w.like("c.name", f.Name, f.ExactName)
	w.is("c.dict_code", f.DictCode)
	w.is("c.channel_type", f.ChannelType)
	const members = "EXISTS (SELECT 1 FROM apig.channel_members m WHERE m.instance_id = c.instance_id AND m.channel_id = c.id AND m."
	if f.MemberHost != "" {
		w.text(members+"host = $%d)", f.MemberHost, f.MemberHost)
	}
	if f.MemberPort > 0 {
		w.add(members+"port = $%d)", f.MemberPort)
	}
	const groups = "EXISTS (SELECT 1 FROM apig.channel_groups g WHERE g.instance_id = c.instance_id AND g.channel_id = c.id AND g."
	if f.GroupID != "" {
		w.text(groups+"id = $%d)", f.GroupID, f.GroupID)
	}
	switch {
	case f.GroupName == "":
	case f.ExactGroupName:
		w.text(groups+"name = $%d)", f.GroupName, f.GroupName)
	default:
		w.text(groups+"name LIKE $%d)", f.GroupName, "%"+escapeLike.Replace(f.GroupName)+"%")
	}
	return pageIn[json.RawMessage](ctx, q, in, "c.brief", "apig.channels c", w, "c.create_time DESC, c.id", p)
}

// Channel returns a VPC channel (APIG V2 §3.17.4), or APIG.3030, APIG.3023.
func (q *Queries) Channel(ctx context.Context, in In, id string) (json.RawMessage, error) {
	var detail json.RawMessage
	err := q.get(ctx, &detail, "SELECT detail FROM apig.channels WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return detail, q.missing(ctx, in, err, apig.ErrVPCChannelNotFound(id))
}

// channelThere returns APIG.3030 or APIG.3023 unless the channel is there.
func (q *Queries) channelThere(ctx context.Context, in In, id string) error {
	var found bool
	err := q.get(ctx, &found, "SELECT true FROM apig.channels WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	return q.missing(ctx, in, err, apig.ErrVPCChannelNotFound(id))
}

// MemberFilter narrows the list of members (APIG V2 §3.17.7).
type MemberFilter struct {
	Name, GroupName, GroupID  string
	ExactName, ExactGroupName bool
}

// Members returns a page of the members of a channel in their order (APIG V2 §3.17.7), or APIG.3030,
// APIG.3023.
func (q *Queries) Members(ctx context.Context, in In, channelID string, f MemberFilter, p Page) ([]json.RawMessage, int, error) {
	w := in.where("m")
	w.must("m.channel_id", channelID)
	w.like("m.name", f.Name, f.ExactName)
	w.like("m.group_name", f.GroupName, f.ExactGroupName)
	w.is("m.group_id", f.GroupID)
	rows, total, err := page[json.RawMessage](ctx, q, "m.view", "apig.channel_members m", w, "m.ordinal, m.id", p)
	if err == nil && total == 0 {
		err = q.channelThere(ctx, in, channelID)
	}
	return rows, total, err
}

// MemberGroupFilter narrows the list of server groups (APIG V2 §3.17.14).
type MemberGroupFilter struct {
	Name, DictCode string
	ExactName      bool
}

// MemberGroups returns a page of the server groups of a channel in their order (APIG V2 §3.17.14), or
// APIG.3030, APIG.3023.
func (q *Queries) MemberGroups(ctx context.Context, in In, channelID string, f MemberGroupFilter, p Page) ([]json.RawMessage, int, error) {
	w := in.where("g")
	w.must("g.channel_id", channelID)
	w.like("g.name", f.Name, f.ExactName)
	w.is("g.dict_code", f.DictCode)
	rows, total, err := page[json.RawMessage](ctx, q, "g.view", "apig.channel_groups g", w, "g.ordinal, g.id", p)
	if err == nil && total == 0 {
		err = q.channelThere(ctx, in, channelID)
	}
	return rows, total, err
}

// MemberGroup returns a server group (APIG V2 §3.17.15), or APIG.3030, APIG.3023, APIG.3007.
func (q *Queries) MemberGroup(ctx context.Context, in In, channelID, id string) (json.RawMessage, error) {
	var view json.RawMessage
	err := q.get(ctx, &view, "SELECT view FROM apig.channel_groups WHERE id = $1 AND channel_id = $2 AND instance_id = $3 AND tenant = $4",
		id, channelID, in.Instance, in.Tenant)
	if err == nil {
		return view, nil
	}
	if gone := q.channelThere(ctx, in, channelID); gone != nil {
		return nil, gone
	}
	return nil, q.missing(ctx, in, err, apig.ErrMemberGroupNotFound(id))
}
