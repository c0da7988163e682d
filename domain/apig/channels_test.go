package apig

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

// channelOf is a server channel named by addresses, as events hold it.
func channelOf(id, name string, change ...func(*Channel)) Channel {
	c := Channel{
		ID: id, InstanceID: gw, Name: name, Port: 80, BalanceStrategy: 1, MemberType: "ip", ChannelType: ChannelBuiltin,
		CreateTime: past, UpdateTime: past,
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func aChannel(id, name string, change ...func(*Channel)) history {
	return history{ChannelCreated{channelOf(id, name, change...)}}
}

// withGroups gives a channel empty server groups: "g1 first" is the one with id g1.
func withGroups(groups ...string) func(*Channel) {
	return func(c *Channel) {
		for _, g := range groups {
			id, name, _ := strings.Cut(g, " ")
			c.Groups = append(c.Groups, MemberGroup{ID: id, MemberGroupBody: MemberGroupBody{Name: name}, CreateTime: past, UpdateTime: past})
		}
	}
}

// withMembers gives a channel members: "m1 10.0.0.1 g1" is the one with id m1, in the group g1.
func withMembers(members ...string) func(*Channel) {
	return func(c *Channel) {
		for _, m := range members {
			parts := append(strings.Fields(m), "")
			c.Members = append(c.Members, member(parts[0], parts[1], parts[2]))
		}
	}
}

func member(id, host, groupID string) Member {
	return Member{ID: id, Host: host, Weight: 1, GroupID: groupID, Status: 1, CreateTime: past}
}

func newMember(id, host string) Member {
	m := member(id, host, "")
	m.CreateTime = now
	return m
}

func channelBody(name string, change ...func(*ChannelBody)) ChannelBody {
	b := ChannelBody{Name: name, Port: 80, BalanceStrategy: 1, MemberType: "ip"}
	for _, f := range change {
		f(&b)
	}
	return b
}

// changedChannel is the event that says that the channel is now c.
func changedChannel(c Channel, changed ...string) []domain.Event {
	c.UpdateTime = now
	return []domain.Event{ChannelUpdated{c, changed}}
}

func channelAPI(groupID, name, channelID string, memberGroups ...string) Definition {
	d := httpAPI(groupID, name, "GET /"+name, "")
	e := &d.BackendAPI.Endpoint
	e.URLDomain, e.VPCChannelStatus, e.VPCChannelInfo = "", 1, &VPCChannelRef{VPCChannelID: channelID}
	for _, id := range memberGroups {
		e.VPCChannelStatus = 4
		e.MemberGroupURLInfos = append(e.MemberGroupURLInfos, MemberGroupURL{MemberGroupID: id, ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/"})
	}
	return d
}

func TestCreateChannel(t *testing.T) {
	t.Parallel()
	create := func(b ChannelBody) decision { return do((*State).CreateChannel, CreateChannel{gw, b}) }
	made := func(change ...func(*Channel)) []domain.Event {
		c := channelOf(id(1), "pool", change...)
		c.CreateTime, c.UpdateTime = now, now
		return []domain.Event{ChannelCreated{c}}
	}
	kind := func(number int, kind string, m *MicroserviceBody) decision {
		return create(channelBody("pool", func(b *ChannelBody) { b.Type, b.ChannelType, b.Microservice = number, kind, m }))
	}
	engine := &MicroserviceBody{ServiceType: "CSE", CSE: &CSEInfo{"e", "s"}}
	microservice := func(c *Channel) {
		c.ChannelType = ChannelMicroservice
		c.Microservice = &Microservice{ID: id(2), MicroserviceBody: *engine, CreateTime: now, UpdateTime: now}
	}
	health := func(b HealthCheckBody) decision {
		return create(channelBody("pool", func(c *ChannelBody) { c.Health = &b }))
	}
	tcp := HealthCheckBody{Protocol: "tcp", ThresholdNormal: 1, ThresholdAbnormal: 2, TimeInterval: 10, Timeout: 9}
	http := tcp
	http.Protocol, http.Path, http.HTTPCode = "HTTP", "/", "200,210-299"
	change := func(f func(*HealthCheckBody)) HealthCheckBody { b := http; f(&b); return b }
	run(t, []scenario{
		{name: "§3.17.1: of servers by default", given: gateway(), when: kind(0, "", nil), then: made()},
		{name: "§3.17.1: of a microservice by type 3 and microservice_info", given: gateway(), when: kind(3, "", engine), then: made(microservice)},
		{name: "§3.17.1: or by vpc_channel_type", given: gateway(), when: kind(0, "microservice", engine), then: made(microservice)},
		{name: "type 3 without microservice is of servers", given: gateway(), when: kind(3, "", &MicroserviceBody{}), then: made()},
		{name: "NUL is refused even in a part that nobody asks for", given: gateway(), when: kind(0, "", &MicroserviceBody{CSE: &CSEInfo{"a\x00b", "s"}}), refused: "APIG.2011"},
		{name: "the two types must not contradict", given: gateway(), when: kind(2, "reference", nil), refused: "APIG.2011"},
		{name: "a microservice channel needs its microservice", given: gateway(), when: kind(0, "microservice", nil), refused: "APIG.2001"},
		{name: "§3.17.1: CSE needs cse_info", given: gateway(), when: kind(3, "", &MicroserviceBody{ServiceType: "CSE"}), refused: "APIG.2001"},
		{name: "§3.17.1: CCE needs an app or a label", given: gateway(), refused: "APIG.2001",
			when: kind(3, "", &MicroserviceBody{ServiceType: "CCE", CCE: &CCEInfo{ClusterID: "c", Namespace: "n", WorkloadType: "daemonset"}})},
		{name: "§3.17.1: names are unique", given: given(gateway(), aChannel("c1", "pool")), when: create(channelBody("pool")), refused: "APIG.3208"},
		{name: "§3.17.1: the name starts with a letter", given: gateway(), when: create(channelBody("1ab")), refused: "APIG.2011"},
		{name: "§5.4: quota VPC_NUM_LIMIT", given: given(gateway(), aQuota("VPC_NUM_LIMIT", 1), aChannel("c1", "other")), when: create(channelBody("pool")), refused: "APIG.3109"},
		{name: "§5.4: quota VPC_INSTANCE_NUM_LIMIT", given: given(gateway(), aQuota("VPC_INSTANCE_NUM_LIMIT", 1)), refused: "APIG.3110",
			when: create(channelBody("pool", func(b *ChannelBody) { b.Members = []MemberBody{{Host: "a"}, {Host: "b"}} }))},
		{name: "§3.17.1: a check by TCP needs no path; the protocol comes in capitals", given: gateway(), when: health(tcp),
			then: made(func(c *Channel) {
				full := tcp
				full.Protocol, full.Method, full.Status = "TCP", "GET", 1
				c.Health = &HealthCheck{ID: id(2), HealthCheckBody: full, CreateTime: now}
			})},
		{name: "§3.17.1: timeout < time_interval", given: gateway(), when: health(change(func(b *HealthCheckBody) { b.Timeout = 10 })), refused: "APIG.2011"},
		{name: "§3.17.1: http needs path", given: gateway(), when: health(change(func(b *HealthCheckBody) { b.Path = "" })), refused: "APIG.2001"},
		{name: "§3.17.1: https needs path", given: gateway(), refused: "APIG.2001",
			when: health(change(func(b *HealthCheckBody) { b.Protocol, b.Path, b.HTTPCode = "HTTPS", "", "" }))},
		{name: "§3.17.1: https needs no http_code", given: gateway(), when: health(change(func(b *HealthCheckBody) { b.Protocol, b.HTTPCode = "https", "" })),
			then: made(func(c *Channel) {
				full := http
				full.Protocol, full.HTTPCode, full.Method, full.Status = "HTTPS", "", "GET", 1
				c.Health = &HealthCheck{ID: id(2), HealthCheckBody: full, CreateTime: now}
			})},
		{name: "§3.17.1: http needs http_code", given: gateway(), when: health(change(func(b *HealthCheckBody) { b.HTTPCode = "" })), refused: "APIG.2001"},
		{name: "§3.17.1: codes are 100 to 599", given: gateway(), when: health(change(func(b *HealthCheckBody) { b.HTTPCode = "200,600" })), refused: "APIG.2011"},
		{name: "a range goes upwards", given: gateway(), when: health(change(func(b *HealthCheckBody) { b.HTTPCode = "299-200" })), refused: "APIG.2011"},
	})
}

// §3.17.1: version, port and labels of a server group exist only in microservice channels.
func TestServerChannelDropsMicroserviceMembers(t *testing.T) {
	t.Parallel()
	b := channelBody("pool", func(b *ChannelBody) {
		b.MemberGroups = []MemberGroupBody{{
			Name: "first", MicroserviceVersion: "v1", MicroservicePort: 8080, MicroserviceLabels: []MicroserviceLabel{{"a", "b"}}, ReferenceChannelID: "c9",
		}}
	})
	run(t, []scenario{{
		given: gateway(), when: do((*State).CreateChannel, CreateChannel{gw, b}),
		then: []domain.Event{ChannelCreated{channelOf(id(1), "pool", withGroups(id(2)+" first"), func(c *Channel) {
			c.CreateTime, c.UpdateTime, c.Groups[0].CreateTime, c.Groups[0].UpdateTime = now, now, now, now
		})}},
	}})
}

func TestUpdateChannel(t *testing.T) {
	t.Parallel()
	update := func(id string, b ChannelBody) decision { return do((*State).UpdateChannel, UpdateChannel{gw, id, b}) }
	full := given(gateway(), aGroup("g1", "shop"), aChannel("c1", "pool", withGroups("x1 first", "x2 second"), withMembers("m1 a x1", "m2 b x2")), aChannel("c2", "other"))
	used := given(full, history{APICreated{apiOf("a1", channelAPI("g1", "list", "c1", "x2"))}})
	onlyFirst := channelBody("pool", func(b *ChannelBody) {
		b.MemberGroups, b.Members = []MemberGroupBody{{Name: "first"}}, []MemberBody{{Host: "a", GroupName: "first"}}
	})
	run(t, []scenario{
		{name: "§3.17.2: members and server groups are replaced, those that stay keep their ids", given: full, when: update("c1", onlyFirst),
			then: changedChannel(channelOf("c1", "pool", withGroups("x1 first"), withMembers("m1 a x1")), "member_groups", "members")},
		{name: "§3.17.2: empty lists delete all", given: full, when: update("c1", channelBody("pool")),
			then: changedChannel(channelOf("c1", "pool"), "member_groups", "members")},
		{name: "the kind stays", given: full, when: update("c2", channelBody("other", func(b *ChannelBody) { b.Type, b.ChannelType = 3, "reference" }))},
		{name: "nothing new, nothing happens", given: full, when: update("c2", channelBody("other")), answer: channelOf("c2", "other")},
		{name: "§3.17.1: names are unique", given: full, when: update("c2", channelBody("pool")), refused: "APIG.3208"},
		{name: "§3.17.2 ex: unknown", given: full, when: update("c3", channelBody("pool")), refused: "APIG.3023"},
		{name: "§3.17.3: a server group that an API uses stays", given: used, when: update("c1", onlyFirst), refused: "APIG.3414"},
	})
}

func TestDeleteChannel(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteChannel, DeleteChannel{gw, "c1"})
	gone := []domain.Event{ChannelDeleted{InstanceID: gw, ChannelID: "c1", Name: "pool"}}
	base := given(gateway(), aGroup("g1", "shop"), aChannel("c1", "pool"))
	used := given(base, history{APICreated{apiOf("a1", channelAPI("g1", "list", "c1"))}})
	inEffect := given(used, published("v1", "a1", "g1", ReleaseEnvID, 5), redefined("a1", mockAPI("g1", "list", "GET /list")))
	reference := func(c *Channel) {
		c.ChannelType = ChannelReference
		c.Groups = []MemberGroup{{ID: "x1", MemberGroupBody: MemberGroupBody{Name: "far", ReferenceChannelID: "c1"}}}
	}
	run(t, []scenario{
		{name: "§3.17.3: an unused one goes", given: base, when: del, then: gone},
		{name: "§3.17.3: not while a draft uses it", given: used, when: del, refused: "APIG.3414"},
		{name: "§3.17.3: nor a version in effect", given: inEffect, when: del, refused: "APIG.3414"},
		{name: "the version offline, it goes", given: given(inEffect, offline("v1", "a1", "g1", ReleaseEnvID, 5)), when: del, then: gone},
		{name: "the version replaced, it goes", given: given(inEffect, published("v2", "a1", "g1", ReleaseEnvID, 7)), when: del, then: gone},
		{name: "the API deleted, it goes", when: del, then: gone,
			given: given(used, history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}})},
		{name: "§5.4: not while another channel refers to it", given: given(base, aChannel("c2", "far", reference)), when: del, refused: "APIG.3719"},
		{name: "§3.17.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3023"},
	})
}

func TestAPIsReferToChannelsThatAreThere(t *testing.T) {
	t.Parallel()
	base := given(gateway(), aGroup("g1", "shop"), aChannel("c1", "pool", withGroups("x1 first")), aChannel("c2", "other", withGroups("x2 first")))
	create := func(d Definition) decision { return do((*State).CreateAPI, CreateAPI{gw, d}) }
	// The definition is the sixth event.
	gone := given(base, history{APICreated{apiOf("a1", channelAPI("g1", "list", "c1"))}},
		published("v1", "a1", "g1", ReleaseEnvID, 6), redefined("a1", mockAPI("g1", "list", "GET /list")),
		published("v2", "a1", "g1", ReleaseEnvID, 8), history{ChannelDeleted{InstanceID: gw, ChannelID: "c1", Name: "pool"}})
	run(t, []scenario{
		{name: "§3.5.1: the channel is not there", given: base, when: create(channelAPI("g1", "list", "c3")), refused: "APIG.3023"},
		{name: "the server group is that of another channel", given: base, when: create(channelAPI("g1", "list", "c1", "x2")), refused: "APIG.2011"},
		{name: "§3.5.11: a version whose channel is gone cannot be put in effect", given: gone, when: switchTo("a1", "v1"), refused: "APIG.3023"},
	})
}

// What an API no longer uses is not counted any more.
func TestUsesEndWithTheirAPI(t *testing.T) {
	t.Parallel()
	s := given(gateway(), aGroup("g1", "shop"), aChannel("c1", "pool", withGroups("x1 first")),
		history{APICreated{apiOf("a1", channelAPI("g1", "list", "c1", "x1"))}}, published("v1", "a1", "g1", ReleaseEnvID, 5),
		history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}}).state()
	if n := len(s.instances[gw].used); n != 0 {
		t.Errorf("%d uses are left", n)
	}
}

// sampleChannel has every member set that the log can hold.
func sampleChannel() Channel {
	weight := 3
	return channelOf("c1", "pool", func(c *Channel) {
		c.DictCode, c.ChannelType = "code", ChannelMicroservice
		c.Groups = []MemberGroup{{ID: "x1", CreateTime: past, UpdateTime: now, MemberGroupBody: MemberGroupBody{
			Name: "first", Remark: "all of it", Weight: &weight, DictCode: "code", MicroserviceVersion: "v1", MicroservicePort: 8080,
			MicroserviceLabels: []MicroserviceLabel{{"stage", "test"}}, ReferenceChannelID: "c2",
		}}}
		c.Members = []Member{{
			ID: "m1", Host: "10.0.0.1", ECSID: "s1", ECSName: "server", Weight: 3, IsBackup: true, GroupID: "x1", Status: 2, Port: 90, CreateTime: past,
		}}
		c.Health = &HealthCheck{ID: "h1", CreateTime: past, HealthCheckBody: HealthCheckBody{
			Protocol: "HTTP", Path: "/", Method: "GET", Port: 81, ThresholdNormal: 1, ThresholdAbnormal: 2, TimeInterval: 10,
			HTTPCode: "200", EnableClientSSL: true, Status: 1, Timeout: 5,
		}}
		c.Microservice = &Microservice{ID: "s1", CreateTime: past, UpdateTime: now, MicroserviceBody: MicroserviceBody{
			ServiceType: "NACOS", CSE: &CSEInfo{"e", "s"}, CCE: &CCEInfo{"c", "n", "deployment", "app", "key", "value"},
			CCEService: &CCEServiceInfo{"c", "n", "s"},
			Nacos: &NacosInfo{
				Namespace: "n", ClusterName: "DEFAULT", GroupName: "DEFAULT_GROUP", ServiceName: "s",
				ServerConfig: []NacosServer{{"10.0.0.9", 8848, 9848}}, UserInfo: &NacosUser{"reader", "sealed"},
			},
		}}
	})
}
