package apig

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// pool is a channel with a server group "first" and members at the given addresses, all of that group.
func pool(id string, hosts ...string) apig.Channel {
	c := apig.Channel{
		ID: id, InstanceID: pastInstance, Name: id, Port: 80, MemberType: "ip", ChannelType: apig.ChannelBuiltin, CreateTime: pastBegan,
		Groups: []apig.MemberGroup{{ID: id + "-g", MemberGroupBody: apig.MemberGroupBody{Name: "first"}}},
	}
	for _, host := range hosts {
		c.Members = append(c.Members, apig.Member{ID: id + "-" + host, Host: host, GroupID: id + "-g", Status: 1, CreateTime: pastBegan})
	}
	return c
}

// column returns what a query gives, as a list of texts.
func (p *past) column(query string) []string {
	p.t.Helper()
	all := []string{}
	if err := p.Queries.rows.Select(p.t.Context(), &all, query); err != nil {
		p.t.Fatal(err)
	}
	return all
}

// §3.17: which members and server groups there are, after everything that can happen, in one batch.
func TestChannelRows(t *testing.T) {
	t.Parallel()
	bare := pool("c1")
	bare.Groups = nil
	for name, c := range map[string]struct {
		then            []domain.Event
		members, groups []string
	}{
		"created":          {nil, []string{"c1-a", "c1-b", "c2-a"}, []string{"c1-g", "c2-g"}},
		"one member less":  {[]domain.Event{apig.ChannelUpdated{Channel: pool("c1", "b")}}, []string{"c1-b", "c2-a"}, []string{"c1-g", "c2-g"}},
		"one member more":  {[]domain.Event{apig.ChannelUpdated{Channel: pool("c1", "b", "a", "c")}}, []string{"c1-b", "c1-a", "c1-c", "c2-a"}, []string{"c1-g", "c2-g"}},
		"emptied":          {[]domain.Event{apig.ChannelUpdated{Channel: bare}}, []string{"c2-a"}, []string{"c2-g"}},
		"deleted":          {[]domain.Event{apig.ChannelDeleted{InstanceID: pastInstance, ChannelID: "c1"}}, []string{"c2-a"}, []string{"c2-g"}},
		"instance deleted": {[]domain.Event{apig.InstanceDeleted{InstanceID: pastInstance}}, []string{}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(append([]domain.Event{
				apig.ChannelCreated{Channel: pool("c1", "a", "b")}, apig.ChannelCreated{Channel: pool("c2", "a")},
			}, c.then...)...)

			p.project()

			if diff := cmp.Diff(c.members, p.column("SELECT id FROM apig.channel_members ORDER BY channel_id, ordinal")); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.groups, p.column("SELECT id FROM apig.channel_groups ORDER BY id")); diff != "" {
				t.Errorf("server groups (-want +got):\n%s", diff)
			}
		})
	}
}

// §3.19.8: a group's default response comes and goes with it.
func TestResponseRows(t *testing.T) {
	t.Parallel()
	group := apig.Group{ID: "g9", InstanceID: pastInstance, Name: "shop", RegisterTime: pastBegan, UpdateTime: pastBegan}
	house := apig.Response{ID: "r1", InstanceID: pastInstance, GroupID: "g9", Name: "house", CreateTime: pastBegan}
	p := newPast(t)
	p.has(apig.GroupCreated{Group: group}, apig.ResponseCreated{Response: house})
	p.project()
	of := "SELECT name FROM apig.responses WHERE group_id = 'g9' ORDER BY name"
	if diff := cmp.Diff([]string{"default", "house"}, p.column(of)); diff != "" {
		t.Errorf("responses (-want +got):\n%s", diff)
	}

	p.has(apig.GroupDeleted{InstanceID: pastInstance, GroupID: "g9", Name: "shop"})
	p.project()
	if left := p.column(of); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// No answer holds the password of a registry, sealed or not.
func TestChannelAnswersHideThePassword(t *testing.T) {
	t.Parallel()
	c := pool("c1", "a")
	c.Microservice = &apig.Microservice{MicroserviceBody: apig.MicroserviceBody{
		ServiceType: "NACOS", Nacos: &apig.NacosInfo{UserInfo: &apig.NacosUser{UserName: "reader", Password: "sealed"}},
	}}

	text, err := json.Marshal(ChannelDetailOf(c).Microservice.Nacos.UserInfo)

	if want := `{"user_name":"reader","password":"******"}`; err != nil || string(text) != want {
		t.Errorf("the account is shown as %s (%v), want %s", text, err, want)
	}
	if c.Microservice.Nacos.UserInfo.Password != "sealed" {
		t.Error("showing a channel changed it")
	}
}
