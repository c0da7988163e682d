package apig_test

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/internal/nodetest"
)

//go:embed testdata/codes.tsv
var codesTable string

// statuses are the documented codes with their status, see testdata/codes.tsv.
var statuses = func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(codesTable) {
		if code, status, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			all[code] = status
		}
	}
	return all
}()

// hostile sends what a client should not, and checks every answer.
type hostile struct {
	*nodetest.Client
	before   eventstore.Position
	accepted int
}

func newHostile(t *testing.T, c *nodetest.Client) *hostile {
	t.Helper()
	return &hostile{Client: c, before: c.Head(t)}
}

// try sends a request. Whatever comes back must be a success or a refusal as the reference has them: a
// documented code with its status, and the two members. It returns whether it was refused.
func (h *hostile) try(t *testing.T, what string, r nodetest.Request) bool {
	t.Helper()
	a := h.Send(t, r)
	if a.Status >= 200 && a.Status < 300 {
		h.accepted++
		return false
	}
	var members map[string]string
	if err := json.Unmarshal([]byte(a.Body), &members); err != nil {
		t.Errorf("%.300s: %d with no refusal: %.300q", what, a.Status, a.Body)
		return true
	}
	code := members["error_code"]
	switch {
	case a.Status == 404 && code == "GATELOG.0404" && len(members) == 3, a.Status == 405 && code == "GATELOG.0405": // no operation
	case a.Status < 400 || a.Status >= 500:
		t.Errorf("%.300s: %d: %.300s", what, a.Status, a.Body)
	case len(members) != 2 || members["error_msg"] == "" || statuses[code] == "":
		t.Errorf("%.300s: %d, not a documented refusal: %.300s", what, a.Status, a.Body)
	case statuses[code] != httpStatus(a.Status):
		t.Errorf("%.300s: %d, but %s is %s", what, a.Status, code, statuses[code])
	case len(a.Body) > 2000:
		t.Errorf("%.300s: a refusal of %d bytes", what, len(a.Body))
	}
	return true
}

// refused is try for what must be refused.
func (h *hostile) refused(t *testing.T, what string, r nodetest.Request) {
	t.Helper()
	if !h.try(t, what, r) {
		t.Errorf("%.300s was accepted", what)
	}
}

// untouched checks that nothing was written but for what was accepted.
func (h *hostile) untouched(t *testing.T) {
	t.Helper()
	if got := h.Types(t, h.before); h.accepted == 0 && got != nil {
		t.Errorf("nothing was accepted, and yet: %v", got)
	}
}

func httpStatus(status int) string {
	text, err := json.Marshal(status)
	if err != nil {
		panic(err)
	}
	return string(text)
}
