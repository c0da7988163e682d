package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/wI2L/jsondiff"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/envelope"
)

// Record is one mutation, made or attempted.
type Record struct {
	ID        string          `json:"id"`
	Time      time.Time       `json:"time" doc:"When the request came; of what Gatelog did by itself, when it began."`
	Outcome   audit.Outcome   `json:"outcome" enum:"accepted,unchanged,refused,failed" doc:"What the client was told. unchanged: done, and everything was so already. refused: by a rule, 4xx or not served. failed: 5xx; what was changed all the same is in the record."`
	ProjectID string          `json:"project_id" doc:"Project; 'account' for users and projects themselves; empty for an attempt of nobody, or on nothing that there is."`
	UserID    string          `json:"user_id" doc:"Empty for nobody who was authenticated."`
	UserName  string          `json:"user_name"`
	AccessKey string          `json:"access_key" doc:"Key that signed the request; empty for a token."`
	Address   string          `json:"address" doc:"Address that the request came from."`
	Client    string          `json:"client" doc:"What the client calls itself: User-Agent."`
	Surface   string          `json:"surface" doc:"API that was called; for what Gatelog did by itself, that of the events."`
	Operation string          `json:"operation" doc:"Operation of that API; empty for what Gatelog did by itself, and for paths that lead nowhere."`
	Command   string          `json:"command,omitempty" doc:"What was carried out; of several commands the first that changed something."`
	Cause     string          `json:"cause,omitempty" doc:"Of what Gatelog did by itself in answer to an event: the record that the event is in."`
	RequestID string          `json:"request_id" doc:"As in X-Request-Id; of what Gatelog did by itself in answer to an event, the id of the event."`
	Reason    string          `json:"reason" doc:"As in Gatelog-Reason."`
	Position  domain.Position `json:"position,omitempty" doc:"Place of the first change in the log."`
	Changed   int             `json:"changed" doc:"How many changes were made."`
	Resources []Resource      `json:"resources" doc:"What was changed: the first three; where nothing was, what the path of the request names."`
	Method    string          `json:"method,omitempty" doc:"Absent for what was accepted and is in the log, as are the next four."`
	Path      string          `json:"path,omitempty"`
	Status    int             `json:"status,omitempty" doc:"Of the answer."`
	Code      string          `json:"error_code,omitempty" doc:"Of the answer."`
	Message   string          `json:"error_msg,omitempty" doc:"Of the answer."`
	Cursor    string          `json:"cursor" doc:"Give it as after to get what follows this record."`
}

// Resource is a thing that was changed.
type Resource struct {
	Type       string `json:"type,omitempty" doc:"What happened to it: the type of the event."`
	Kind       string `json:"kind"`
	ID         string `json:"id"`
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
}

// Detail is a record with all that was changed.
type Detail struct {
	Record
	Changes []Change `json:"changes"`
}

// Change is what one event changed. Secrets in its documents are ******.
type Change struct {
	EventID  string          `json:"event_id"`
	Position domain.Position `json:"position" doc:"Place in the log."`
	Command  string          `json:"command" doc:"What was carried out."`
	Resource
	Before json.RawMessage `json:"before,omitempty" doc:"The thing, or the part of it, as it was; absent for a new one."`
	After  json.RawMessage `json:"after,omitempty" doc:"As it is since; absent for one that is gone."`
	Patch  json.RawMessage `json:"patch" doc:"JSON Patch (RFC 6902) from before to after."`
}

// unionRow is a record of either kind.
type unionRow struct {
	ID        string    `json:"id"`
	Tenant    string    `json:"tenant"`
	Time      time.Time `json:"time"`
	UserID    string    `json:"user_id"`
	UserName  string    `json:"user_name"`
	Key       string    `json:"key"`
	Address   string    `json:"address"`
	Client    string    `json:"client"`
	Surface   string    `json:"surface"`
	Operation string    `json:"operation"`
	Request   string    `json:"request"`
	Reason    string    `json:"reason"`
	Outcome   string    `json:"outcome"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Instance  string    `json:"instance"`
	Kind      string    `json:"kind"`
	Resource  string    `json:"resource"`
	Status    int       `json:"status"`
	Code      string    `json:"code"`
	Message   string    `json:"message"`
}

func (row unionRow) place() place { return place{row.Time, row.ID} }

func (row unionRow) record() Record {
	r := Record{
		ID: row.ID, Time: row.Time.UTC(), Outcome: audit.Outcome(row.Outcome), ProjectID: row.Tenant, UserID: row.UserID, UserName: row.UserName,
		AccessKey: row.Key, Address: row.Address, Client: row.Client, Surface: row.Surface, Operation: row.Operation,
		RequestID: row.Request, Reason: row.Reason, Resources: []Resource{}, Method: row.Method, Path: row.Path,
		Status: row.Status, Code: row.Code, Message: row.Message, Cursor: row.place().cursor(),
	}
	if row.Operation == "" && row.Method == "" {
		r.Cause = causeIn(row.Request)
	}
	if row.Kind != "" {
		r.Resources = append(r.Resources, Resource{Kind: row.Kind, ID: row.Resource, InstanceID: row.Instance})
	}
	return r
}

// causeIn returns the record of the event that a request id names; it is empty for one that names none. Reactions
// to an event are carried out with its id.
func causeIn(request string) string {
	record := domain.RequestOf(request)
	if _, err := ulid.ParseStrict(record); err != nil || record == request {
		return ""
	}
	return record
}

type summaryRow struct {
	Record   string          `json:"record"`
	Type     string          `json:"type"`
	Kind     string          `json:"kind"`
	Resource string          `json:"resource"`
	Instance string          `json:"instance"`
	Name     string          `json:"name"`
	Position domain.Position `json:"position"`
	Command  string          `json:"command"`
	Total    int             `json:"total"`
}

// detailRow is a change with the one before it.
type detailRow struct {
	Record      string          `json:"record"`
	ID          string          `json:"id"`
	Position    domain.Position `json:"position"`
	Command     string          `json:"command"`
	Tenant      string          `json:"tenant"`
	Surface     string          `json:"surface"`
	Type        string          `json:"type"`
	Kind        string          `json:"kind"`
	Resource    string          `json:"resource"`
	Instance    string          `json:"instance"`
	Name        string          `json:"name"`
	Member      string          `json:"member"`
	Part        string          `json:"part"`
	Gone        bool            `json:"gone"`
	Document    string          `json:"document"`
	Before      string          `json:"before"`
	BeforeGone  bool            `json:"before_gone"`
	BeforeKnown bool            `json:"before_known"`
}

// change makes before, after and the difference of a row.
func (q *Queries) change(ctx context.Context, row detailRow) (Change, error) {
	c := Change{EventID: row.ID, Position: row.Position, Command: row.Command, Resource: Resource{row.Type, row.Kind, row.Resource, row.Instance, row.Name}}
	before, after := row.Before, row.Document
	if !row.BeforeKnown && !strings.HasSuffix(row.Type, "created") {
		earlier, err := q.earlier(ctx, row)
		if err != nil {
			return c, err
		}
		before, row.BeforeGone = earlier.document, earlier.gone
	}
	if row.BeforeGone {
		before = ""
	}
	if row.Gone {
		if row.Document != "" {
			before = row.Document
		}
		after = ""
	}
	c.Before, c.After = asJSON(before), asJSON(after)
	var err error
	c.Patch, err = patch(c.Before, c.After)
	if err != nil {
		return c, fmt.Errorf("the difference that event %s made: %w", row.ID, err)
	}
	return c, nil
}

func asJSON(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// patch returns the difference of two documents, either of which may be absent.
func patch(before, after json.RawMessage) (json.RawMessage, error) {
	switch {
	case before == nil && after == nil:
		return json.RawMessage("[]"), nil
	case before == nil:
		return json.Marshal(jsondiff.Patch{{Type: jsondiff.OperationAdd, Value: after}})
	case after == nil:
		return json.Marshal(jsondiff.Patch{{Type: jsondiff.OperationRemove}})
	}
	found, err := jsondiff.CompareJSON(before, after)
	if err != nil {
		return nil, err
	}
	if found == nil {
		found = jsondiff.Patch{}
	}
	return json.Marshal(found)
}

// earlierMost bounds how many events of a resource are looked at to find what it was.
const earlierMost = 20

type earlier struct {
	document string
	gone     bool
}

// earlier asks the log for the change before one, where its record is not kept any more.
func (q *Queries) earlier(ctx context.Context, row detailRow) (earlier, error) {
	subject, err := eventstore.Subject(row.Surface, row.Tenant, row.Kind, row.Resource)
	if err != nil || q.Log == nil {
		return earlier{}, err
	}
	at := eventstore.Position(row.Position) - 1
	for range earlierMost {
		if at == 0 {
			break
		}
		message, err := q.Log.Newest(ctx, subject, at)
		if errors.Is(err, eventstore.ErrNotFound) {
			break
		}
		if err != nil {
			return earlier{}, err
		}
		rec, ok, err := envelope.OpenRaw(message)
		if err != nil {
			return earlier{}, err
		}
		if raw, isRaw := rec.Event.(envelope.Raw); ok && isRaw {
			f, err := factOf(raw)
			if err != nil {
				return earlier{}, err
			}
			if f.member == row.Member && f.part == row.Part {
				return earlier{string(f.document), f.gone}, nil
			}
		}
		at = message.Position - 1
	}
	return earlier{}, nil
}
