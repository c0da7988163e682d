package apig

import "github.com/gatelog/gatelog/domain"

// EndpointPermissionsAdded: accounts may ask for connections to an instance (APIG V2 §3.24.4).
type EndpointPermissionsAdded struct {
	InstanceID  string               `json:"instance_id"`
	Permissions []EndpointPermission `json:"permissions"`
}

// EndpointPermissionsRemoved: accounts may not ask for connections to an instance any more (APIG V2
// §3.24.5).
type EndpointPermissionsRemoved struct {
	InstanceID  string               `json:"instance_id"`
	Permissions []EndpointPermission `json:"permissions"`
}

// EndpointConnectionRequested: a VPC endpoint asked for a connection to an instance (APIG V2 §3.24.1).
type EndpointConnectionRequested struct {
	Connection EndpointConnection `json:"connection"`
}

// EndpointConnectionsDecided: connections to an instance were accepted or rejected (APIG V2 §3.24.2).
type EndpointConnectionsDecided struct {
	InstanceID  string               `json:"instance_id"`
	Connections []EndpointConnection `json:"connections"`
}

// EventType implements domain.Event.
func (EndpointPermissionsAdded) EventType() string { return "apig.endpoint.permissions_added" }

// EventType implements domain.Event.
func (EndpointPermissionsRemoved) EventType() string { return "apig.endpoint.permissions_removed" }

// EventType implements domain.Event.
func (EndpointConnectionRequested) EventType() string { return "apig.endpoint.connection_requested" }

// EventType implements domain.Event.
func (EndpointConnectionsDecided) EventType() string { return "apig.endpoint.connections_decided" }

// Of implements domain.Event.
func (ev EndpointPermissionsAdded) Of() domain.Aggregate { return endpointAggregate(ev.InstanceID) }

// Of implements domain.Event.
func (ev EndpointPermissionsRemoved) Of() domain.Aggregate { return endpointAggregate(ev.InstanceID) }

// Of implements domain.Event.
func (ev EndpointConnectionRequested) Of() domain.Aggregate {
	return endpointAggregate(ev.Connection.InstanceID)
}

// Of implements domain.Event.
func (ev EndpointConnectionsDecided) Of() domain.Aggregate { return endpointAggregate(ev.InstanceID) }

// endpointAggregate is the VPC endpoint service of an instance.
func endpointAggregate(instanceID string) domain.Aggregate {
	return domain.Aggregate{Kind: "endpoint", ID: instanceID}
}

func (ev EndpointPermissionsAdded) at() string    { return ev.InstanceID }
func (ev EndpointPermissionsRemoved) at() string  { return ev.InstanceID }
func (ev EndpointConnectionRequested) at() string { return ev.Connection.InstanceID }
func (ev EndpointConnectionsDecided) at() string  { return ev.InstanceID }

func (ev EndpointPermissionsAdded) fold(in *instance, _ domain.Recorded) {
	for _, p := range ev.Permissions {
		in.endpoints.permissions[p.Permission] = p
	}
}

func (ev EndpointPermissionsRemoved) fold(in *instance, _ domain.Recorded) {
	for _, p := range ev.Permissions {
		delete(in.endpoints.permissions, p.Permission)
	}
}

func (ev EndpointConnectionRequested) fold(in *instance, _ domain.Recorded) {
	in.endpoints.connections[ev.Connection.ID] = ev.Connection
}

func (ev EndpointConnectionsDecided) fold(in *instance, _ domain.Recorded) {
	for _, e := range ev.Connections {
		in.endpoints.connections[e.ID] = e
	}
}
