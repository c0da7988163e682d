package apig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// Frontend is how an API is called: the part of a definition that lists and runtime definitions show
// (APIG V2 §3.5.6, §3.5.12). The embedded definition has its backend taken out.
type Frontend struct {
	apig.Definition
	Cors bool `json:"cors"` // there even when it is false, as in the reference's examples
	// These hide the backend of the embedded definition.
	MockInfo        *hidden `json:"mock_info,omitempty" hidden:"true"`
	FuncInfo        *hidden `json:"func_info,omitempty" hidden:"true"`
	BackendParams   *hidden `json:"backend_params,omitempty" hidden:"true"`
	PolicyMocks     *hidden `json:"policy_mocks,omitempty" hidden:"true"`
	PolicyFunctions *hidden `json:"policy_functions,omitempty" hidden:"true"`
	BackendAPI      *hidden `json:"backend_api,omitempty" hidden:"true"`
	PolicyHTTPs     *hidden `json:"policy_https,omitempty" hidden:"true"`
}

type hidden struct{}

// State is what the gateway adds to every API (APIG V2 §3.5.5).
type State struct {
	ID               string    `json:"id"`
	Status           int       `json:"status" doc:"1: valid."`
	ArrangeNecessary int       `json:"arrange_necessary" doc:"1: an orchestration is needed, 2: it is not."`
	RegisterTime     time.Time `json:"register_time"`
	UpdateTime       time.Time `json:"update_time"`
}

// Brief is an API in a list, but for what other rows say (APIG V2 §3.5.6).
type Brief struct {
	Frontend
	State
	ReqParams *hidden `json:"req_params,omitempty" hidden:"true"`
}

// Detail is an API with its backend, but for what other rows say (APIG V2 §3.5.5).
type Detail struct {
	apig.Definition
	Cors bool `json:"cors"`
	State
	MockInfo   *MockView     `json:"mock_info,omitempty"`
	FuncInfo   *FunctionView `json:"func_info,omitempty"`
	BackendAPI *BackendView  `json:"backend_api,omitempty"`
}

// Part is what the gateway adds to each backend of an API.
type Part struct {
	Status       int       `json:"status" doc:"1: valid."`
	RegisterTime time.Time `json:"register_time"`
	UpdateTime   time.Time `json:"update_time"`
}

// MockView is a mock backend in an answer.
type MockView struct {
	apig.Mock
	Part
}

// FunctionView is a function backend in an answer.
type FunctionView struct {
	apig.Function
	Part
}

// BackendView is an HTTP(S) or gRPC backend in an answer.
type BackendView struct {
	apig.Backend
	Part
	EnableClientSSL bool `json:"enable_client_ssl"`
}

// statusValid is the status of every API and backend (APIG V2 §3.5.5).
const statusValid = 1

// arrangeUnnecessary says that an API needs no orchestration.
const arrangeUnnecessary = 2

func stateOf(a apig.API) State {
	return State{
		ID: a.ID, Status: statusValid, ArrangeNecessary: arrangeUnnecessary,
		RegisterTime: a.RegisterTime, UpdateTime: a.UpdateTime,
	}
}

// FrontendOf returns the part of a definition that shows how the API is called.
func FrontendOf(d apig.Definition) Frontend {
	return Frontend{Definition: d, Cors: d.Cors}
}

// BriefOf returns an API as lists show it.
func BriefOf(a apig.API) Brief {
	return Brief{Frontend: FrontendOf(a.Definition), State: stateOf(a)}
}

// DetailOf returns an API as its detail shows it.
func DetailOf(a apig.API) Detail {
	d := a.Definition
	detail := Detail{Definition: d, Cors: d.Cors, State: stateOf(a)}
	part := Part{Status: statusValid, RegisterTime: a.RegisterTime, UpdateTime: a.UpdateTime}
	if d.MockInfo != nil {
		detail.MockInfo = &MockView{*d.MockInfo, part}
	}
	if d.FuncInfo != nil {
		detail.FuncInfo = &FunctionView{*d.FuncInfo, part}
	}
	if d.BackendAPI != nil {
		detail.BackendAPI = &BackendView{*d.BackendAPI, part, d.BackendAPI.EnableClientSSL}
	}
	return detail
}

// Published is where an API is published: one value per publication record, separated by '|' (APIG V2
// §3.5.5).
type Published struct {
	GroupName    string `json:"group_name"`
	GroupVersion string `json:"group_version"`
	RunEnvID     string `json:"run_env_id,omitempty"`
	RunEnvName   string `json:"run_env_name,omitempty"`
	PublishID    string `json:"publish_id,omitempty"`
	PublishTime  string `json:"publish_time,omitempty"`
}

// GroupVersion is the version of every group (APIG V2 §3.1.1).
const GroupVersion = "V1"

// PublishedIn adds one publication to what is there.
func (p *Published) PublishedIn(envID, envName, publishID string, at time.Time) {
	add := func(list *string, value string) {
		if *list != "" {
			*list += "|"
		}
		*list += value
	}
	add(&p.RunEnvID, envID)
	add(&p.RunEnvName, envName)
	add(&p.PublishID, publishID)
	add(&p.PublishTime, at.UTC().Format(time.RFC3339Nano))
}

// Answer is a ready JSON object with further members behind it. It spares taking the object apart
// and putting it together again with each read.
type Answer struct {
	Document json.RawMessage
	More     []any // structs, or nil
}

// MarshalJSON returns the members of all parts as one object. A member that two parts have stands there
// twice: the parts are made so that none does.
func (a Answer) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := a.write(&b)
	return b.Bytes(), err
}

// answerTexts are buffers that answers are put together in.
var answerTexts = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// textMost is the capacity of the largest buffer that is kept.
const textMost = 64 << 10

// WriteTo implements io.WriterTo: it writes the JSON, and a line feed behind it.
func (a Answer) WriteTo(w io.Writer) (int64, error) {
	b := answerTexts.Get().(*bytes.Buffer)
	defer func() {
		if b.Cap() <= textMost {
			b.Reset()
			answerTexts.Put(b)
		}
	}()
	if err := a.write(b); err != nil {
		return 0, err
	}
	b.WriteByte('\n')
	n, err := w.Write(b.Bytes())
	return int64(n), err
}

func (a Answer) write(b *bytes.Buffer) error {
	if len(a.Document) > 0 {
		if err := appendMembers(b, a.Document); err != nil {
			return err
		}
	}
	for _, more := range a.More {
		text, err := json.Marshal(more)
		if err != nil {
			return err
		}
		if err := appendMembers(b, text); err != nil {
			return err
		}
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	}
	return b.WriteByte('}')
}

// appendMembers adds the members of an object behind those that b has.
func appendMembers(b *bytes.Buffer, object []byte) error {
	object = bytes.TrimSpace(object)
	if len(object) < 2 || object[0] != '{' || object[len(object)-1] != '}' {
		return fmt.Errorf("part of an answer is no JSON object but %.32q", object)
	}
	members := bytes.TrimSpace(object[1 : len(object)-1])
	if len(members) == 0 {
		return nil
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	} else {
		b.WriteByte(',')
	}
	b.Write(members)
	return nil
}
