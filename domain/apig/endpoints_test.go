package apig

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

var (
	someone = strings.Repeat("a1", 16)
	friend  = "iam:domain::" + someone
)

func permits(records ...string) history {
	ev := EndpointPermissionsAdded{InstanceID: gw}
	for i, r := range records {
		ev.Permissions = append(ev.Permissions, EndpointPermission{fmt.Sprintf("p%d", i), r, past})
	}
	return history{ev}
}

func connection(id string, marker int, status EndpointStatus) EndpointConnection {
	return EndpointConnection{id, gw, firstMarker + marker, someone, status, past, past}
}

func connected(all ...EndpointConnection) history {
	var h history
	for _, e := range all {
		h = append(h, EndpointConnectionRequested{e})
	}
	return h
}

func TestEndpointPermissions(t *testing.T) {
	t.Parallel()
	add := func(records ...string) decision {
		return do((*State).AddEndpointPermissions, AddEndpointPermissions{gw, EndpointPermissionsBody{records}})
	}
	remove := func(records ...string) decision {
		return do((*State).RemoveEndpointPermissions, RemoveEndpointPermissions{gw, EndpointPermissionsBody{records}})
	}
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("iam:domain::%032x", i))
	}
	open := given(gateway(), permits(friend, "*"))
	run(t, []scenario{
		{name: "§3.24.4: an account and everybody", given: gateway(), when: add(friend, "*", friend), answer: []string{friend, "*"},
			then: []domain.Event{EndpointPermissionsAdded{gw, []EndpointPermission{{id(1), friend, now}, {id(2), "*", now}}}}},
		{name: "what is there stays", given: open, when: add("*"), answer: []string{"*"}},
		{name: "§3.24.4: 32 hexadecimal digits", given: gateway(), when: add("iam:domain::me"), refused: "APIC.7211"},
		{name: "§3.24.4: in lower case", given: gateway(), when: add(strings.ToUpper(friend)), refused: "APIC.7211"},
		{name: "§3.24.4: at least one", given: gateway(), when: add(), refused: "APIC.7211"},
		{name: "§3.24.4: at most 50", given: gateway(), when: add(many[:51]...), refused: "APIC.7211"},
		{name: "not without end", given: given(gateway(), permits(many...)), when: add(friend), refused: "APIC.7211"},
		{name: "§3.24.4 ex: not while it is being created", given: creating(50), when: add("*"), refused: "APIC.7314"},
		{name: "§3.24.4 ex: unknown", when: add("*"), refused: "APIC.7314"},

		{name: "§3.24.5: a record is removed", given: open, when: remove("*", many[0]), answer: []string{"*", many[0]},
			then: []domain.Event{EndpointPermissionsRemoved{gw, []EndpointPermission{{"p1", "*", past}}}}},
		{name: "what is not there need not be removed", given: gateway(), when: remove("*")},
		{name: "§3.24.5: the form is checked", given: open, when: remove("iam:domain::"), refused: "APIC.7211"},
		{name: "§3.24.5: at most 50", given: gateway(), when: remove(many[:51]...), refused: "APIC.7211"},
		{name: "§3.24.5 ex: unknown", when: remove("*"), refused: "APIC.7314"},
	})
}

func TestEndpointConnections(t *testing.T) {
	t.Parallel()
	request := func(account string) decision {
		return do((*State).RequestEndpoint, RequestEndpoint{gw, RequestEndpointBody{account}})
	}
	decide := func(action string, ids ...string) decision {
		return do((*State).DecideEndpoints, DecideEndpoints{gw, DecideEndpointsBody{action, ids}})
	}
	now1 := func(id string, marker int, status EndpointStatus) EndpointConnection {
		e := connection(id, marker, status)
		e.UpdateTime = now
		return e
	}
	two := given(gateway(), permits(friend), connected(connection("c1", 0, EndpointPending), connection("c2", 1, EndpointAccepted)))
	made := EndpointConnection{id(1), gw, firstMarker + 2, someone, EndpointPending, now, now}
	full := make([]EndpointConnection, maxEndpointConnections)
	for i := range full {
		full[i] = connection(fmt.Sprint("c", i), i, EndpointPending)
	}
	closed := given(two, history{EndpointPermissionsRemoved{gw, []EndpointPermission{{"p0", friend, past}}}})
	run(t, []scenario{
		{name: "an account that is permitted asks", given: two, when: request(someone), then: []domain.Event{EndpointConnectionRequested{made}}, answer: made},
		{name: "everybody may ask", given: given(gateway(), permits("*")), when: request(someone),
			then: []domain.Event{EndpointConnectionRequested{EndpointConnection{id(1), gw, firstMarker, someone, EndpointPending, now, now}}}},
		{name: "nobody may unless permitted", given: gateway(), when: request(someone), refused: domain.CodeForbidden},
		{name: "nor when it is permitted no more", given: closed, when: request(someone), refused: domain.CodeForbidden},
		{name: "an account has a form", given: two, when: request("me"), refused: "APIC.7211"},
		{name: "not without end", given: given(gateway(), permits("*"), connected(full...)), when: request(someone), refused: domain.CodeInvalid},
		{name: "unknown", when: request(someone), refused: "APIC.7314"},

		{name: "§3.24.2: accepted", given: two, when: decide("receive", "c1"), answer: []EndpointConnection{now1("c1", 0, EndpointAccepted)},
			then: []domain.Event{EndpointConnectionsDecided{gw, []EndpointConnection{now1("c1", 0, EndpointAccepted)}}}},
		{name: "§3.24.2: rejected, after it was accepted too", given: two, when: decide("reject", "c1", "c2", "c1"),
			then: []domain.Event{EndpointConnectionsDecided{gw, []EndpointConnection{now1("c1", 0, EndpointRejected), now1("c2", 1, EndpointRejected)}}}},
		{name: "the same again changes nothing", given: two, when: decide("receive", "c2"), answer: []EndpointConnection{connection("c2", 1, EndpointAccepted)}},
		{name: "one without a permission stays connected", given: closed, when: decide("receive", "c2"), answer: []EndpointConnection{connection("c2", 1, EndpointAccepted)}},
		{name: "§5.4: an endpoint that does not exist", given: two, when: decide("receive", "c1", "c9"), refused: "APIC.7314"},
		{name: "§3.24.2: receive or reject", given: two, when: decide("accept", "c1"), refused: "APIC.7211"},
		{name: "§3.24.2: at least one", given: two, when: decide("receive"), refused: "APIC.7211"},
		{name: "§3.24.2: at most 50", given: two, when: decide("receive", make([]string, 51)...), refused: "APIC.7211"},
		{name: "§3.24.2 ex: unknown", when: decide("receive", "c1"), refused: "APIC.7314"},
	})
}

func reindexEndpoints(fresh, in *instance) {
	for _, p := range in.endpoints.permissions {
		EndpointPermissionsAdded{in.ID, []EndpointPermission{p}}.fold(fresh, domain.Recorded{})
	}
	for _, e := range in.endpoints.connections {
		EndpointConnectionRequested{e}.fold(fresh, domain.Recorded{})
	}
}
