package apig

import "github.com/gatelog/gatelog/domain"

// ResponseCreated: a custom response of a group came into being (APIG V2 §3.19.1). The default response
// comes with its group, without an event of its own.
type ResponseCreated struct {
	Response Response `json:"response"`
}

// ResponseUpdated: name or answers of a response changed, also of a default one (APIG V2 §3.19.3,
// §3.19.6, §3.19.7).
type ResponseUpdated struct {
	Response Response `json:"response"`
	Changed  []string `json:"changed"`
}

// ResponseDeleted: a custom response is gone (APIG V2 §3.19.4). No API used it any more.
type ResponseDeleted struct {
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	ResponseID string `json:"response_id"`
	Name       string `json:"name"`
}

// EventType implements domain.Event.
func (ResponseCreated) EventType() string { return "apig.response.created" }

// EventType implements domain.Event.
func (ResponseUpdated) EventType() string { return "apig.response.updated" }

// EventType implements domain.Event.
func (ResponseDeleted) EventType() string { return "apig.response.deleted" }

// Of implements domain.Event.
func (ev ResponseCreated) Of() domain.Aggregate { return responseAggregate(ev.Response.ID) }

// Of implements domain.Event.
func (ev ResponseUpdated) Of() domain.Aggregate { return responseAggregate(ev.Response.ID) }

// Of implements domain.Event.
func (ev ResponseDeleted) Of() domain.Aggregate { return responseAggregate(ev.ResponseID) }

func responseAggregate(id string) domain.Aggregate { return domain.Aggregate{Kind: "response", ID: id} }

func (ev ResponseCreated) at() string { return ev.Response.InstanceID }
func (ev ResponseUpdated) at() string { return ev.Response.InstanceID }
func (ev ResponseDeleted) at() string { return ev.InstanceID }

func (ev ResponseCreated) fold(in *instance, _ domain.Recorded) { in.putResponse(ev.Response) }

func (ev ResponseUpdated) fold(in *instance, _ domain.Recorded) { in.putResponse(ev.Response) }

func (ev ResponseDeleted) fold(in *instance, _ domain.Recorded) { in.dropResponse(ev.ResponseID) }

// putResponse enters a response of a group that is there, dropResponse takes it out.
func (in *instance) putResponse(r Response) {
	g, ok := in.groups[r.GroupID]
	if !ok {
		return
	}
	in.dropResponse(r.ID)
	in.responses[r.ID] = &r
	g.responses[r.Name] = r.ID
}

func (in *instance) dropResponse(id string) {
	r, ok := in.responses[id]
	if !ok {
		return
	}
	delete(in.responses, id)
	if g, ok := in.groups[r.GroupID]; ok && g.responses[r.Name] == id {
		delete(g.responses, r.Name)
	}
}

// response returns a response of the group.
func (in *instance) response(groupID, id string) (*Response, error) {
	r, ok := in.responses[id]
	if !ok || r.GroupID != groupID {
		return nil, ErrResponseNotFound(id)
	}
	return r, nil
}
