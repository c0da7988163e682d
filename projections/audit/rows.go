package audit

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
)

// recordRow is a request that changed something, or a command that no request caused. It holds what is the same
// for all of its events.
type recordRow struct {
	ID        string    `json:"id"` // of the request, or of the command
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
	Words     string    `json:"words"` // a tsvector
}

// changeRow is what one event of a record changed.
type changeRow struct {
	ID       string          `json:"id"` // of the event
	Record   string          `json:"record"`
	Position domain.Position `json:"position"`
	Command  string          `json:"command"`
	Tenant   string          `json:"tenant"`
	Surface  string          `json:"surface"` // of the event
	Type     string          `json:"type"`
	Kind     string          `json:"kind"`
	Resource string          `json:"resource"`
	Instance string          `json:"instance"`
	Name     string          `json:"name"`
	// Member and Part tell what of the resource it is: only changes that have both the same follow each other.
	Member string `json:"member"`
	Part   string `json:"part"`
	Gone   bool   `json:"gone"`
	// Document is JSON: the thing as it is afterwards, or of one that is gone as it was. Empty when an event
	// about what is gone does not tell.
	Document string `json:"document"`
	Words    string `json:"words"`
}

// attemptRow is a request that left nothing in the log: it was refused, failed, or changed nothing.
type attemptRow struct {
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
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Instance  string    `json:"instance"`
	Kind      string    `json:"kind"`
	Resource  string    `json:"resource"`
	Outcome   string    `json:"outcome"`
	Status    int       `json:"status"`
	Code      string    `json:"code"`
	Message   string    `json:"message"`
	Words     string    `json:"words"`
}

func recordOf(rec domain.Recorded, surface, operation string) recordRow {
	r := recordRow{
		Tenant: rec.Tenant, UserID: text(rec.Actor.UserID), UserName: text(rec.Actor.UserName), Key: text(rec.Actor.Key),
		Address: text(rec.Actor.Address), Client: text(rec.Actor.Client), Surface: text(surface), Operation: text(operation),
		Request: text(rec.Request), Reason: text(rec.Reason),
	}
	r.Words = words(r.UserName, r.Reason, r.Operation)
	return r
}

func attemptOf(a audit.Attempt) attemptRow {
	r := attemptRow{
		ID: text(a.ID), Tenant: text(a.Tenant), Time: a.Time, UserID: text(a.Actor.UserID), UserName: text(a.Actor.UserName),
		Key: text(a.Actor.Key), Address: text(a.Actor.Address), Client: text(a.Actor.Client), Surface: text(a.Surface),
		Operation: text(a.Operation), Request: text(a.Request), Reason: text(a.Reason), Method: text(a.Method), Path: text(a.Path),
		Instance: text(a.Instance), Kind: text(a.Kind), Resource: text(a.Resource), Outcome: string(a.Outcome), Status: a.Status,
		Code: text(a.Code), Message: text(a.Message),
	}
	r.Words = words(r.UserName, r.Reason, r.Operation, r.Path, r.Code, r.Message)
	return r
}
