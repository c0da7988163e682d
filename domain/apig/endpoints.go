package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
)

// EndpointStatus is the status of the connection of a VPC endpoint in the words of APIG V2 §3.24.1.
type EndpointStatus string

// The statuses that a connection of this build can have.
const (
	EndpointPending  EndpointStatus = "pendingAcceptance"
	EndpointAccepted EndpointStatus = "accepted"
	EndpointRejected EndpointStatus = "rejected"
)

// EndpointConnection is a VPC endpoint that wants to reach an instance, or does (APIG V2 §3.24.1).
type EndpointConnection struct {
	ID         string         `json:"id"`
	InstanceID string         `json:"instance_id"`
	MarkerID   int            `json:"marker_id"` // unique in the instance
	DomainID   string         `json:"domain_id"` // account of who asked
	Status     EndpointStatus `json:"status"`
	CreateTime time.Time      `json:"created_at"`
	UpdateTime time.Time      `json:"updated_at"`
}

// EndpointPermission is a record of the list of who may ask for a connection (APIG V2 §3.24.3).
type EndpointPermission struct {
	ID         string    `json:"id"`
	Permission string    `json:"permission"` // anyAccount, or permitted and an account
	CreateTime time.Time `json:"created_at"`
}

// What a permission can say (APIG V2 §3.24.4).
const (
	anyAccount = "*"
	permitted  = "iam:domain::"
)

// What an instance can have at most; the reference has no bounds for these.
const (
	maxEndpointPermissions = 1000
	maxEndpointConnections = 1000
)

// firstMarker is the marker of the first connection of an instance. It has the size of those that clients
// have seen.
const firstMarker = 1 << 24

// endpoints is what an instance knows of its VPC endpoint service.
type endpoints struct {
	permissions map[string]EndpointPermission // by what they say
	connections map[string]EndpointConnection // by id
}

func newEndpoints() endpoints {
	return endpoints{permissions: map[string]EndpointPermission{}, connections: map[string]EndpointConnection{}}
}

// RequestEndpoint asks for the connection of a VPC endpoint of an account. The reference has no operation
// for it: in a cloud, the endpoint itself asks.
type RequestEndpoint struct {
	InstanceID string              `json:"instance_id"`
	Body       RequestEndpointBody `json:"body"`
}

// RequestEndpointBody says who asks.
type RequestEndpointBody struct {
	DomainID string `json:"domain_id" pattern:"^[a-f0-9]{32}$" doc:"Account that the endpoint belongs to: 32 hexadecimal digits."`
}

// DecideEndpoints accepts connections or rejects them (APIG V2 §3.24.2).
type DecideEndpoints struct {
	InstanceID string              `json:"instance_id"`
	Body       DecideEndpointsBody `json:"body"`
}

// DecideEndpointsBody is the body of APIG V2 §3.24.2.
type DecideEndpointsBody struct {
	Action    string   `json:"action" enum:"receive,reject" doc:"receive or reject."`
	Endpoints []string `json:"endpoints" minItems:"1" maxItems:"50" minLength:"1" maxLength:"64" doc:"Connections, by their ids."`
}

// AddEndpointPermissions lets accounts ask for connections (APIG V2 §3.24.4).
type AddEndpointPermissions struct {
	InstanceID string                  `json:"instance_id"`
	Body       EndpointPermissionsBody `json:"body"`
}

// RemoveEndpointPermissions takes that from accounts (APIG V2 §3.24.5). What is connected stays.
type RemoveEndpointPermissions struct {
	InstanceID string                  `json:"instance_id"`
	Body       EndpointPermissionsBody `json:"body"`
}

// EndpointPermissionsBody is the body of APIG V2 §3.24.4 and §3.24.5.
type EndpointPermissionsBody struct {
	Permissions []string `json:"permissions" minItems:"1" maxItems:"50" minLength:"1" pattern:"^(iam:domain::[a-f0-9]{32}|\\*)$" doc:"iam:domain:: and an account of 32 hexadecimal digits, or * for all."`
}

// endpointService returns an instance that has its VPC endpoint service: it comes with the last step of
// the creation. Errors: APIC.7211; APIC.7314.
func (s *State) endpointService(id string, body any) (*instance, error) {
	if bad := domain.Check(body); bad != nil {
		return nil, ErrInstanceParam(bad.Path)
	}
	in, ok := s.instances[id]
	if !ok || in.Status == InstanceCreating {
		return nil, ErrEndpointNotFound()
	}
	return in, nil
}

// RequestEndpoint decides on the command of that name. Errors: APIC.7211; APIC.7314;
// domain.CodeForbidden for an account without permission; domain.CodeInvalid for more connections than
// an instance can have.
func (s *State) RequestEndpoint(m *domain.Moment, c RequestEndpoint) (EndpointConnection, []domain.Event, error) {
	in, err := s.endpointService(c.InstanceID, c.Body)
	if err != nil {
		return EndpointConnection{}, nil, err
	}
	e := in.endpoints
	if !e.permits(c.Body.DomainID) {
		return EndpointConnection{}, nil, domain.Errorf(domain.CodeForbidden, "the instance does not permit the account to connect: see APIG V2 §3.24.4")
	}
	if len(e.connections) >= maxEndpointConnections {
		return EndpointConnection{}, nil, domain.Errorf(domain.CodeInvalid, "the instance has %d connections, and can have no more", maxEndpointConnections)
	}
	made := EndpointConnection{
		ID: m.NewID(), InstanceID: in.ID, MarkerID: firstMarker + len(e.connections), DomainID: c.Body.DomainID,
		Status: EndpointPending, CreateTime: m.Now, UpdateTime: m.Now,
	}
	return made, []domain.Event{EndpointConnectionRequested{made}}, nil
}

func (e endpoints) permits(account string) bool {
	_, all := e.permissions[anyAccount]
	_, one := e.permissions[permitted+account]
	return all || one
}

// DecideEndpoints decides on the command of that name. A connection can be rejected after it was
// accepted, and the other way round. The answer has each connection once. Errors: APIC.7211; APIC.7314,
// also for a connection that does not exist: then none changes.
func (s *State) DecideEndpoints(m *domain.Moment, c DecideEndpoints) ([]EndpointConnection, []domain.Event, error) {
	in, err := s.endpointService(c.InstanceID, c.Body)
	if err != nil {
		return nil, nil, err
	}
	status := EndpointAccepted
	if c.Body.Action == "reject" {
		status = EndpointRejected
	}
	var all, changed []EndpointConnection
	for _, id := range distinct(c.Body.Endpoints) {
		e, ok := in.endpoints.connections[id]
		if !ok {
			return nil, nil, ErrEndpointNotFound()
		}
		if e.Status != status {
			e.Status, e.UpdateTime = status, m.Now
			changed = append(changed, e)
		}
		all = append(all, e)
	}
	if changed == nil {
		return all, nil, nil
	}
	return all, []domain.Event{EndpointConnectionsDecided{in.ID, changed}}, nil
}

// AddEndpointPermissions decides on the command of that name. A record that is there stays as it is. The
// answer has each record that was asked for, once. Errors: APIC.7211, also for more records than an
// instance can have; APIC.7314.
func (s *State) AddEndpointPermissions(m *domain.Moment, c AddEndpointPermissions) ([]string, []domain.Event, error) {
	in, err := s.endpointService(c.InstanceID, c.Body)
	if err != nil {
		return nil, nil, err
	}
	asked := distinct(c.Body.Permissions)
	var added []EndpointPermission
	for _, p := range asked {
		if _, there := in.endpoints.permissions[p]; !there {
			added = append(added, EndpointPermission{ID: m.NewID(), Permission: p, CreateTime: m.Now})
		}
	}
	switch {
	case len(in.endpoints.permissions)+len(added) > maxEndpointPermissions:
		return nil, nil, ErrInstanceParam("permissions")
	case added == nil:
		return asked, nil, nil
	}
	return asked, []domain.Event{EndpointPermissionsAdded{in.ID, added}}, nil
}

// RemoveEndpointPermissions decides on the command of that name. What is not there need not be removed.
// The answer has each record that was asked for, once. Errors: APIC.7211; APIC.7314.
func (s *State) RemoveEndpointPermissions(_ *domain.Moment, c RemoveEndpointPermissions) ([]string, []domain.Event, error) {
	in, err := s.endpointService(c.InstanceID, c.Body)
	if err != nil {
		return nil, nil, err
	}
	asked := distinct(c.Body.Permissions)
	var removed []EndpointPermission
	for _, p := range asked {
		if there, ok := in.endpoints.permissions[p]; ok {
			removed = append(removed, there)
		}
	}
	if removed == nil {
		return asked, nil, nil
	}
	return asked, []domain.Event{EndpointPermissionsRemoved{in.ID, removed}}, nil
}
