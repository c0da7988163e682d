package apig

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// changeOf is a change of the instance that every past has.
func changeOf(change func(i *apig.Instance)) apig.InstanceChange {
	i := apig.Instance{ID: pastInstance, Name: "gateway", Status: apig.InstanceRunning}
	change(&i)
	return apig.InstanceChange{Instance: i}
}

// rules of the events of §3.23.5 to §3.23.16, of which the rows show the status only.
func instanceChangeRules() []rule {
	running := InstanceRow{ID: pastInstance, Tenant: pastTenant, Name: "gateway", Status: "Running"}
	updating, resizing := running, running
	updating.Status, resizing.Status = "Updating", "Resizing"
	same := changeOf(func(i *apig.Instance) { i.EIPID = "eip" })
	return []rule{
		{name: "an EIP is bound", when: apig.InstanceEIPBound{InstanceChange: same}},
		{name: "an EIP is taken away", when: apig.InstanceEIPUnbound{InstanceChange: same}},
		{name: "egress is opened", when: apig.InstanceEgressOpened{InstanceChange: same}},
		{name: "egress is changed", when: apig.InstanceEgressChanged{InstanceChange: same}},
		{name: "egress is closed", when: apig.InstanceEgressClosed{InstanceChange: same}},
		{name: "ingress is closed", when: apig.InstanceIngressClosed{InstanceChange: same}},
		{name: "tags change", when: apig.InstanceTagsChanged{InstanceChange: same}},
		{
			name: "ingress is ordered", then: []any{updating}, gone: []any{running},
			when: apig.InstanceIngressOrdered{InstanceChange: changeOf(func(i *apig.Instance) { i.Status = apig.InstanceUpdating })},
		},
		{
			name: "another specification is ordered", then: []any{resizing}, gone: []any{running},
			when: apig.InstanceResizeOrdered{InstanceChange: changeOf(func(i *apig.Instance) { i.Status = apig.InstanceResizing })},
		},
	}
}

func retagged(tags ...apig.Tag) domain.Event {
	return apig.InstanceTagsChanged{InstanceChange: changeOf(func(i *apig.Instance) { i.Tags = tags })}
}

func requested(id, name, enterprise string, tags ...apig.Tag) domain.Event {
	return apig.InstanceRequested{Instance: apig.Instance{
		ID: id, Name: name, Status: apig.InstanceRunning, CreateTime: pastBegan, EnterpriseProjectID: enterprise, Tags: tags,
	}}
}

// The document of an instance has all of it after each change.
func TestInstanceDocumentFollowsItsChanges(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(apig.InstanceEIPBound{InstanceChange: changeOf(func(i *apig.Instance) { i.EIPID = "eip" })})
	p.has(apig.InstanceResizeOrdered{InstanceChange: changeOf(func(i *apig.Instance) {
		i.EIPID, i.Status, i.Task = "eip", apig.InstanceResizing, &apig.InstanceTask{Kind: apig.TaskResize, SpecID: "PLATINUM"}
	})})
	got, err := p.project().Instance(t.Context(), pastIn)
	if err != nil || got.EIPID != "eip" || got.Task == nil || got.Task.SpecID != "PLATINUM" {
		t.Errorf("%+v, %v", got, err)
	}
}

// §3.25: tags are those of the last change, and go with their instance.
func TestInstanceTagRows(t *testing.T) {
	t.Parallel()
	one := retagged(apig.Tag{Key: "a", Value: "1"}, apig.Tag{Key: "b", Value: "2"})
	for name, c := range map[string]struct {
		given []domain.Event
		want  []ProjectTag
		own   []string
	}{
		"none":             {nil, []ProjectTag{}, []string{}},
		"of one instance":  {[]domain.Event{one}, []ProjectTag{{"a", []string{"1"}}, {"b", []string{"2"}}}, []string{"a", "b"}},
		"of two":           {[]domain.Event{one, requested("i2", "two", "", apig.Tag{Key: "a", Value: "0"}, apig.Tag{Key: "c"})}, []ProjectTag{{"a", []string{"0", "1"}}, {"b", []string{"2"}}, {"c", []string{""}}}, []string{"a", "b"}},
		"changed":          {[]domain.Event{one, retagged(apig.Tag{Key: "b", Value: "3"})}, []ProjectTag{{"b", []string{"3"}}}, []string{"b"}},
		"kept by a change": {[]domain.Event{one, apig.InstanceUpdated{Instance: changeOf(func(*apig.Instance) {}).Instance}}, []ProjectTag{{"a", []string{"1"}}, {"b", []string{"2"}}}, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(c.given...)
			p.project()
			got, err := p.ProjectTags(t.Context(), pastTenant)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("tags of the project (-want +got):\n%s %v", diff, err)
			}
			rows, err := p.InstanceTags(t.Context(), pastIn)
			own := []string{}
			for _, row := range rows {
				own = append(own, row.Key)
			}
			if diff := cmp.Diff(c.own, own); diff != "" || err != nil {
				t.Errorf("tags of the instance (-want +got):\n%s %v", diff, err)
			}
		})
	}
	p := newPast(t)
	p.has(one, apig.InstanceDeleted{InstanceID: pastInstance})
	if got, err := p.project().ProjectTags(t.Context(), pastTenant); len(got) > 0 || err != nil {
		t.Errorf("after the instance is gone: %v, %v", got, err)
	}
}

func TestInstancesByTags(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(
		retagged(apig.Tag{Key: "stage", Value: "test"}, apig.Tag{Key: "team", Value: "red"}),
		requested("i2", "gate_2", "ep1", apig.Tag{Key: "stage", Value: "prod"}), requested("i3", "other", "ep2"),
	)
	p.project()
	key := func(k string, values ...string) []apig.TagValues { return []apig.TagValues{{Key: k, Values: values}} }
	system := func(values ...string) []apig.TagValues { return key(apig.SysTagEnterpriseProject, values...) }
	named := func(prefix string) []apig.InstanceMatch {
		return []apig.InstanceMatch{{Key: "resource_name", Value: prefix}}
	}
	for name, c := range map[string]struct {
		query apig.InstanceTagQuery
		want  []string
	}{
		"all":                     {apig.InstanceTagQuery{}, []string{pastInstance, "i2", "i3"}},
		"any value":               {apig.InstanceTagQuery{Tags: key("stage")}, []string{pastInstance, "i2"}},
		"a value":                 {apig.InstanceTagQuery{Tags: key("stage", "prod")}, []string{"i2"}},
		"one of two values":       {apig.InstanceTagQuery{Tags: key("stage", "prod", "test")}, []string{pastInstance, "i2"}},
		"another value":           {apig.InstanceTagQuery{Tags: key("stage", "pro")}, nil},
		"two keys":                {apig.InstanceTagQuery{Tags: append(key("stage"), key("team", "red")...)}, []string{pastInstance}},
		"two keys, one is not":    {apig.InstanceTagQuery{Tags: append(key("stage"), key("team", "blue")...)}, nil},
		"none":                    {apig.InstanceTagQuery{WithoutAnyTag: true}, []string{"i3"}},
		"none, whatever is asked": {apig.InstanceTagQuery{WithoutAnyTag: true, Tags: key("stage")}, []string{"i3"}},
		"by name":                 {apig.InstanceTagQuery{Matches: named("gate")}, []string{pastInstance, "i2"}},
		"by no part of the name":  {apig.InstanceTagQuery{Matches: named("ate")}, nil},
		"_ is no joker":           {apig.InstanceTagQuery{Matches: named("gate_")}, []string{"i2"}},
		"by enterprise project":   {apig.InstanceTagQuery{SysTags: system("ep1", "ep9")}, []string{"i2"}},
		"any enterprise project":  {apig.InstanceTagQuery{SysTags: system()}, []string{pastInstance, "i2", "i3"}},
		"another system tag":      {apig.InstanceTagQuery{SysTags: key("_sys_x")}, nil},
		"text in quotes":          {apig.InstanceTagQuery{Matches: named(`'"%\`)}, nil},
	} {
		all, total, err := p.InstancesByTags(t.Context(), pastTenant, c.query, everything)
		var ids []string
		for _, i := range all {
			ids = append(ids, i.ID)
		}
		slices.Sort(ids)
		if diff := cmp.Diff(c.want, ids); diff != "" || err != nil || total != len(c.want) {
			t.Errorf("%s: %d, %v (-want +got):\n%s", name, total, err, diff)
		}
		if all, total, err := p.InstancesByTags(t.Context(), "t2", c.query, everything); len(all) > 0 || total > 0 || err != nil {
			t.Errorf("%s: another tenant finds %v, %v", name, all, err)
		}
	}
	if _, _, err := p.InstancesByTags(t.Context(), pastTenant, apig.InstanceTagQuery{Tags: key("<")}, everything); domain.CodeOf(err) != "APIC.7211" {
		t.Errorf("a key that is none: %v", err)
	}
	all, total, err := p.InstancesByTags(t.Context(), pastTenant, apig.InstanceTagQuery{}, Page{Offset: 1, Limit: 1})
	if len(all) != 1 || total != 3 || err != nil {
		t.Errorf("a page: %d of %d, %v", len(all), total, err)
	}
	if tags, err := p.ProjectTags(t.Context(), "t\x002"); len(tags) > 0 || err != nil {
		t.Errorf("tags of no tenant: %v, %v", tags, err)
	}
}

// §3.24: connections and permissions are those of the last event, and go with their instance.
func TestEndpointRows(t *testing.T) {
	t.Parallel()
	c1 := apig.EndpointConnection{ID: "c1", InstanceID: pastInstance, MarkerID: 7, DomainID: "d1", Status: apig.EndpointPending, CreateTime: pastBegan, UpdateTime: pastBegan}
	c2 := c1
	c2.ID, c2.MarkerID = "c2", 8
	accepted := c1
	accepted.Status = apig.EndpointAccepted
	record := func(text string) apig.EndpointPermission {
		return apig.EndpointPermission{ID: "n-" + text, Permission: text, CreateTime: pastBegan}
	}
	p := newPast(t)
	p.has(
		apig.EndpointPermissionsAdded{InstanceID: pastInstance, Permissions: []apig.EndpointPermission{record("*"), record("iam:domain::d1"), record("iam:domain::d2")}},
		apig.EndpointPermissionsRemoved{InstanceID: pastInstance, Permissions: []apig.EndpointPermission{record("iam:domain::d2")}},
		apig.EndpointConnectionRequested{Connection: c1}, apig.EndpointConnectionRequested{Connection: c2},
		apig.EndpointConnectionsDecided{InstanceID: pastInstance, Connections: []apig.EndpointConnection{accepted}},
	)
	p.project()
	for text, want := range map[string]int{"": 2, "d1": 1, "iam": 1, "%": 0, "d2": 0} {
		if rows, total, err := p.EndpointPermissions(t.Context(), pastIn, text, everything); len(rows) != want || total != want || err != nil {
			t.Errorf("permissions with %q: %v, %d, %v", text, rows, total, err)
		}
	}
	for _, c := range []struct {
		filter EndpointConnectionFilter
		want   []string
	}{
		{EndpointConnectionFilter{}, []string{"c2", "c1"}}, {EndpointConnectionFilter{ID: "c1"}, []string{"c1"}},
		{EndpointConnectionFilter{MarkerID: new(8)}, []string{"c2"}}, {EndpointConnectionFilter{MarkerID: new(0)}, nil},
		{EndpointConnectionFilter{Status: "accepted"}, []string{"c1"}}, {EndpointConnectionFilter{Status: "rejected"}, nil},
	} {
		rows, total, err := p.EndpointConnections(t.Context(), pastIn, c.filter, everything)
		var ids []string
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		if diff := cmp.Diff(c.want, ids); diff != "" || total != len(c.want) || err != nil {
			t.Errorf("%+v: %d, %v (-want +got):\n%s", c.filter, total, err, diff)
		}
	}
	for _, in := range []In{{"t2", pastInstance}, {pastTenant, "gw2"}, {"", ""}} {
		if _, _, err := p.EndpointConnections(t.Context(), in, EndpointConnectionFilter{}, everything); domain.CodeOf(err) != "APIC.7314" {
			t.Errorf("connections of %v: %v", in, err)
		}
		if _, _, err := p.EndpointPermissions(t.Context(), in, "", everything); domain.CodeOf(err) != "APIC.7314" {
			t.Errorf("permissions of %v: %v", in, err)
		}
		if _, err := p.InstanceTags(t.Context(), in); domain.CodeOf(err) != "APIG.3030" {
			t.Errorf("tags of %v: %v", in, err)
		}
	}
	p.has(apig.InstanceDeleted{InstanceID: pastInstance})
	p.project()
	left := 0
	if err := p.db.GetContext(t.Context(), &left, "SELECT (SELECT count(*) FROM apig.endpoint_connections) + (SELECT count(*) FROM apig.endpoint_permissions)"); err != nil || left != 0 {
		t.Errorf("%d rows are left of an instance that is gone, %v", left, err)
	}
}

// AI API keys go one by one, with their app, and with the instance.
func TestAIKeyRows(t *testing.T) {
	t.Parallel()
	app := apig.AppCreated{App: apig.App{ID: "p1", InstanceID: pastInstance, Name: "app", Key: "key", RegisterTime: pastBegan, UpdateTime: pastBegan}}
	key := func(id string) domain.Event {
		return apig.AIKeyCreated{Key: apig.AIKey{ID: id, InstanceID: pastInstance, AppID: "p1", Alias: "a", Value: "sealed", CreateTime: pastBegan}}
	}
	for name, c := range map[string]struct {
		then domain.Event
		want int
	}{
		"one is deleted":    {apig.AIKeyDeleted{InstanceID: pastInstance, AppID: "p1", AIKeyID: "k1"}, 1},
		"the app goes":      {apig.AppDeleted{InstanceID: pastInstance, AppID: "p1"}, 0},
		"the instance goes": {apig.InstanceDeleted{InstanceID: pastInstance}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			p.has(app, key("k1"), key("k2"))
			p.project()
			if rows, total, err := p.AIKeys(t.Context(), pastIn, "p1", everything); len(rows) != 2 || total != 2 || err != nil {
				t.Errorf("before: %v, %v", rows, err)
			}
			if k, err := p.AIKey(t.Context(), pastIn, "p1", "k1"); k.Sealed != "sealed" || err != nil {
				t.Errorf("a key: %+v, %v", k, err)
			}
			p.has(c.then)
			p.project()
			left := 0
			if err := p.db.GetContext(t.Context(), &left, "SELECT count(*) FROM apig.app_ai_keys"); err != nil || left != c.want {
				t.Errorf("%d keys are left, want %d: %v", left, c.want, err)
			}
		})
	}
}
