package apig

import (
	"reflect"
	"time"

	"github.com/gatelog/gatelog/domain"
)

// DefaultResponseName is the name of the response that every group has from its beginning (APIG V2
// §3.19.8).
const DefaultResponseName = "default"

// Response says what the gateway answers in the place of the APIs of a group when it answers by itself
// (APIG V2 §3.19). A group's default response has the group's id.
type Response struct {
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	Name       string `json:"name"`
	Default    bool   `json:"default,omitempty"`
	// Responses are those of the types that differ from their default, by the type's name.
	Responses  map[string]ResponseInfo `json:"responses,omitempty"`
	CreateTime time.Time               `json:"create_time"`
	UpdateTime time.Time               `json:"update_time"`
}

// ResponseInfo is the answer to one type of error (APIG V2 §3.19.1).
type ResponseInfo struct {
	Status  int              `json:"status,omitempty" minimum:"200" maximum:"599" doc:"HTTP status, not 444; that of the type when left out."`
	Body    string           `json:"body,omitempty" maxLength:"20480" doc:"Body, in which $context variables are replaced; that of the type when left out."`
	Headers []ResponseHeader `json:"headers,omitempty" maxItems:"10" doc:"Further headers."`
}

// ResponseHeader is a header of a response (APIG V2 §3.19.1).
type ResponseHeader struct {
	Key   string `json:"key" maxLength:"128" pattern:"^[A-Za-z0-9-]{1,128}$" doc:"Name."`
	Value string `json:"value" maxLength:"1024" doc:"Value."`
}

// DefaultResponseOf returns the default response of a group that nobody changed.
func DefaultResponseOf(g Group) Response {
	return Response{
		ID: g.ID, InstanceID: g.InstanceID, GroupID: g.ID, Name: DefaultResponseName, Default: true,
		CreateTime: g.RegisterTime, UpdateTime: g.RegisterTime,
	}
}

// Info returns the answer to one type of error, and whether it is the type's default.
func (r *Response) Info(of ErrorType) (ResponseInfo, bool) {
	if info, ok := r.Responses[of.Name]; ok {
		return info, false
	}
	return of.defaultInfo(), true
}

func (e ErrorType) defaultInfo() ResponseInfo {
	return ResponseInfo{Status: e.Status, Body: DefaultResponseBody}
}

// ResponseBody is the body of APIG V2 §3.19.1 and §3.19.3.
type ResponseBody struct {
	Name      string                  `json:"name" maxLength:"64" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"Response name, unique in the group."`
	Responses map[string]ResponseInfo `json:"responses" required:"false" doc:"Answers by type of error; types that it lacks have their default. Left out in a change, all stay as they are."`
}

// CreateResponse creates a custom response of a group (APIG V2 §3.19.1).
type CreateResponse struct {
	InstanceID string       `json:"instance_id"`
	GroupID    string       `json:"group_id"`
	Body       ResponseBody `json:"body"`
}

// UpdateResponse changes name and answers of a response (APIG V2 §3.19.3).
type UpdateResponse struct {
	InstanceID string       `json:"instance_id"`
	GroupID    string       `json:"group_id"`
	ResponseID string       `json:"response_id"`
	Body       ResponseBody `json:"body"`
}

// DeleteResponse deletes a custom response (APIG V2 §3.19.4).
type DeleteResponse struct {
	InstanceID string `json:"instance_id"`
	GroupID    string `json:"group_id"`
	ResponseID string `json:"response_id"`
}

// SetResponseType changes the answer to one type of error (APIG V2 §3.19.6); without Info it gets its
// default back (APIG V2 §3.19.7).
type SetResponseType struct {
	InstanceID string        `json:"instance_id"`
	GroupID    string        `json:"group_id"`
	ResponseID string        `json:"response_id"`
	Type       string        `json:"response_type"`
	Info       *ResponseInfo `json:"info,omitempty"`
}

// CreateResponse decides on the command of that name. Errors: APIG.2001, 2011; APIG.3030, 3718;
// APIG.3001; APIG.3136 (quota RESPONSE_NUM_LIMIT, without the default); APIG.3216 (name).
func (s *State) CreateResponse(m *domain.Moment, c CreateResponse) (Response, []domain.Event, error) {
	infos, err := c.Body.infos()
	if err != nil {
		return Response{}, nil, err
	}
	in, err := s.changing(c.InstanceID)
	if err != nil {
		return Response{}, nil, err
	}
	g, err := in.group(c.GroupID)
	if err != nil {
		return Response{}, nil, err
	}
	if g.responses[c.Body.Name] != "" {
		return Response{}, nil, ErrResponseNameTaken(c.Body.Name)
	}
	if limit := in.quota(quotaResponses); len(g.responses)-1 >= limit {
		return Response{}, nil, ErrTooManyResponses(limit)
	}
	r := Response{
		ID: m.NewID(), InstanceID: in.ID, GroupID: g.ID, Name: c.Body.Name, Responses: infos, CreateTime: m.Now, UpdateTime: m.Now,
	}
	return r, []domain.Event{ResponseCreated{r}}, nil
}

// infos checks the body and returns the answers that differ from their type's default.
func (b ResponseBody) infos() (map[string]ResponseInfo, error) {
	if len(b.Responses) > 2*len(errorTypes) {
		return nil, ErrInvalid("responses")
	}
	if err := violated(b); err != nil {
		return nil, err
	}
	infos := map[string]ResponseInfo{}
	for name, info := range b.Responses {
		of, ok := ErrorTypeNamed(name)
		if !ok {
			return nil, ErrInvalid("responses." + shown(name))
		}
		info, err := info.complete(of, "responses."+name+".")
		if err != nil {
			return nil, err
		}
		if _, twice := b.Responses[of.Name]; twice && name != of.Name {
			continue // given under both names
		}
		if !reflect.DeepEqual(info, of.defaultInfo()) {
			infos[of.Name] = info
		}
	}
	return infos, nil
}

// complete checks an answer whose members are valid one by one, and fills in what was left out.
func (i ResponseInfo) complete(of ErrorType, path string) (ResponseInfo, error) {
	if i.Status == 444 {
		return i, ErrInvalid(path + "status")
	}
	if i.Status == 0 {
		i.Status = of.Status
	}
	if i.Body == "" {
		i.Body = DefaultResponseBody
	}
	i.Headers = cloneList(i.Headers)
	return i, nil
}

// UpdateResponse decides on the command of that name. Errors: those of CreateResponse; APIG.3007;
// APIG.3492 for another name of the default response.
func (s *State) UpdateResponse(m *domain.Moment, c UpdateResponse) (Response, []domain.Event, error) {
	infos, err := c.Body.infos()
	if err != nil {
		return Response{}, nil, err
	}
	in, old, err := s.responseToChange(c.InstanceID, c.GroupID, c.ResponseID)
	if err != nil {
		return Response{}, nil, err
	}
	r := *old
	r.Name = c.Body.Name
	if r.Default && r.Name != DefaultResponseName {
		return Response{}, nil, ErrDefaultResponseName()
	}
	if id := in.groups[r.GroupID].responses[r.Name]; id != "" && id != r.ID {
		return Response{}, nil, ErrResponseNameTaken(r.Name)
	}
	if c.Body.Responses != nil {
		r.Responses = infos
	}
	return r, r.changedFrom(m, old), nil
}

func (s *State) responseToChange(instanceID, groupID, id string) (*instance, *Response, error) {
	in, err := s.changing(instanceID)
	if err != nil {
		return nil, nil, err
	}
	if _, err := in.group(groupID); err != nil {
		return nil, nil, err
	}
	r, err := in.response(groupID, id)
	return in, r, err
}

// changedFrom returns the event that says what differs from old, and notes the time; none for nothing.
func (r *Response) changedFrom(m *domain.Moment, old *Response) []domain.Event {
	same := len(r.Responses) == 0 && len(old.Responses) == 0 || reflect.DeepEqual(r.Responses, old.Responses)
	changed := names(difference{"name", r.Name != old.Name}, difference{"responses", !same})
	if changed == nil {
		return nil
	}
	r.UpdateTime = m.Now
	return []domain.Event{ResponseUpdated{*r, changed}}
}

// DeleteResponse decides on the command of that name. The reference has no code for a response in use.
// Errors: APIG.3030, 3718; APIG.3001; APIG.3007; APIG.3491 for the default response; APIG.2011 when a
// draft or a version in effect uses it.
func (s *State) DeleteResponse(_ *domain.Moment, c DeleteResponse) (None, []domain.Event, error) {
	in, r, err := s.responseToChange(c.InstanceID, c.GroupID, c.ResponseID)
	switch {
	case err != nil:
		return None{}, nil, err
	case r.Default:
		return None{}, nil, ErrDefaultResponse()
	case in.used[use{useResponse, r.ID}] > 0:
		return None{}, nil, ErrInvalidBecause("response_id", "is that of a response which APIs use")
	}
	return None{}, []domain.Event{ResponseDeleted{InstanceID: in.ID, GroupID: r.GroupID, ResponseID: r.ID, Name: r.Name}}, nil
}

// SetResponseType decides on the command of that name. Errors: APIG.2011, 2012; APIG.3030, 3718;
// APIG.3001; APIG.3007.
func (s *State) SetResponseType(m *domain.Moment, c SetResponseType) (Response, []domain.Event, error) {
	of, ok := ErrorTypeNamed(c.Type)
	if !ok {
		return Response{}, nil, ErrInvalidID("response_type")
	}
	info := of.defaultInfo()
	if c.Info != nil {
		if err := violated(c.Info); err != nil {
			return Response{}, nil, err
		}
		given, err := c.Info.complete(of, "")
		if err != nil {
			return Response{}, nil, err
		}
		info = given
	}
	_, old, err := s.responseToChange(c.InstanceID, c.GroupID, c.ResponseID)
	if err != nil {
		return Response{}, nil, err
	}
	r := *old
	r.Responses = map[string]ResponseInfo{}
	for name, other := range old.Responses {
		r.Responses[name] = other
	}
	delete(r.Responses, of.Name)
	if !reflect.DeepEqual(info, of.defaultInfo()) {
		r.Responses[of.Name] = info
	}
	return r, r.changedFrom(m, old), nil
}
