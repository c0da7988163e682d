package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/web"
)

// Bounds of what is kept of an attempt, in bytes.
const (
	maxAttemptPath    = 512
	maxAttemptMessage = 1024
	maxAttemptClient  = 256
	maxAttemptPart    = 128
)

// headerPosition tells the place of a change in the log.
const headerPosition = "Gatelog-Position"

func mutates(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

// keepAttempts holds the answer to a mutating request back until the audit trail has it: so each has one record,
// in the log with what it changed, or among the attempts.
func (o *Options) keepAttempts(names operationNames) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			s, audited := o.surface(c.Request().URL.Path), names.audit(c)
			if s == nil || o.Attempts == nil || !mutates(c.Request().Method) || audited == web.AuditNothing {
				return next(c)
			}
			if s.Open != nil && s.Open(c.Request()) {
				audited = web.AuditRefusals // whom it does not know it lets change nothing
			}
			h, finished := &held{ResponseWriter: c.Response().Writer}, false
			h.acknowledge = func(status int) {
				if outcome := unrecorded(traceOf(c).Came()); outcome != "" && audited == web.AuditAll {
					o.Attempts(c.Request().Context(), o.attempt(c, s, outcome, status))
				}
			}
			c.Response().Writer = h
			defer func() { // an answer that broke off is an attempt too
				c.Response().Writer = h.ResponseWriter
				if h.status > 0 && !h.happened() && !traceOf(c).Came().Asks {
					a := o.attempt(c, s, audit.OutcomeOf(h.status), h.status)
					a.Code, a.Message = h.refusal()
					o.Attempts(c.Request().Context(), a)
				}
				if finished {
					h.release()
				}
			}()
			err := next(c)
			finished = true
			return err
		}
	}
}

func traceOf(c echo.Context) *commands.Trace { return web.MetaFrom(c.Request().Context()).Trace }

// unrecorded is the outcome of a request that is being acknowledged, when the log does not tell of it; empty when
// it does, and for one that asks or repeats: that is no change of its own.
func unrecorded(came commands.Came) audit.Outcome {
	switch {
	case came.Events > 0, came.Asks:
		return ""
	case came.Aside:
		return audit.Accepted
	case came.Repeated:
		return ""
	}
	return audit.Unchanged
}

// attempt is what the audit trail keeps of a request that left nothing in the log.
func (o *Options) attempt(c echo.Context, s *Surface, outcome audit.Outcome, status int) audit.Attempt {
	r := c.Request()
	meta := web.MetaFrom(r.Context())
	a := audit.Attempt{
		ID: meta.Trace.ID(), Time: meta.Trace.Began(), Actor: meta.Actor, Request: meta.RequestID, Reason: meta.Reason,
		Surface: s.Name, Operation: strings.TrimPrefix(meta.Operation, s.Name+"/"), Method: r.Method, Path: clean(r.URL.Path, maxAttemptPath),
		Instance: clean(c.Param("instance_id"), maxAttemptPart), Outcome: outcome, Status: status,
	}
	a.Tenant = o.tenant(c, a)
	a.Kind, a.Resource = resource(c)
	if a.Actor.UserID == "" {
		a.Actor.Address, a.Actor.Client = c.RealIP(), clean(r.UserAgent(), maxAttemptClient)
	}
	return a
}

// tenant is whose the attempt is: that of the project in the path, if there is one; of the account, where an
// operation concerns no project; of nobody, where nobody is known or the path leads nowhere.
func (o *Options) tenant(c echo.Context, a audit.Attempt) string {
	project := c.Param("project_id")
	switch {
	case a.Actor.UserID == "" || a.Operation == "":
		return ""
	case !strings.Contains(c.Path(), ":project_id"):
		return identity.Account
	case o.Project != nil && o.Project(project):
		return project
	}
	return ""
}

// resource is what the last parameter of the path names: {api_id} an api, /users/{id} a user.
func resource(c echo.Context) (kind, id string) {
	before := ""
	for _, part := range strings.Split(c.Path(), "/") {
		if name, isParam := strings.CutPrefix(part, ":"); isParam && name != "project_id" {
			kind, id = strings.TrimSuffix(name, "_id"), c.Param(name)
			if name == "id" {
				kind = strings.TrimSuffix(before, "s")
			}
		}
		before = part
	}
	return kind, clean(id, maxAttemptPart)
}

// held is a writer that keeps an error back, with its header and body, until it is released. Before any other
// answer begins, acknowledge is called with its status.
type held struct {
	http.ResponseWriter
	acknowledge func(status int)
	status      int // of the error; 0 for none
	sent        bool
	body        bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (h *held) WriteHeader(status int) {
	if status >= http.StatusBadRequest && !h.sent {
		h.status = status
		return
	}
	if status >= http.StatusOK {
		h.begin(status)
	}
	h.ResponseWriter.WriteHeader(status)
}

// begin notes that an answer begins that is no error.
func (h *held) begin(status int) {
	if !h.sent {
		h.sent = true
		h.acknowledge(status)
	}
}

// Write implements http.ResponseWriter.
func (h *held) Write(b []byte) (int, error) {
	if h.status > 0 {
		return h.body.Write(b)
	}
	h.begin(http.StatusOK)
	return h.ResponseWriter.Write(b)
}

// FlushError implements what http.ResponseController asks for: what is held back stays so.
func (h *held) FlushError() error {
	if h.status > 0 {
		return nil
	}
	h.begin(http.StatusOK)
	return http.NewResponseController(h.ResponseWriter).Flush()
}

// Unwrap lets an http.ResponseController find the writer below.
func (h *held) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// release sends what was held back. A client that has left does not get it. An answer that was never begun is an
// empty 200.
func (h *held) release() {
	if h.status == 0 {
		h.begin(http.StatusOK)
		return
	}
	h.ResponseWriter.WriteHeader(h.status)
	_, _ = h.ResponseWriter.Write(h.body.Bytes())
}

// happened tells a change that is in the log although the answer is an error: read models that are behind. An
// error of another kind that names a position refuses the second of two changes.
func (h *held) happened() bool {
	return h.status == http.StatusServiceUnavailable && h.Header().Get(headerPosition) != ""
}

// refusal reads code and message of the error. All surfaces have them under these names.
func (h *held) refusal() (code, message string) {
	var refusal struct {
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	}
	if json.Unmarshal(h.body.Bytes(), &refusal) != nil {
		return "", ""
	}
	return clean(refusal.Code, maxAttemptPart), clean(refusal.Message, maxAttemptMessage)
}
