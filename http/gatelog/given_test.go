package gatelog_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/http/gatelog/gatelogtest"
)

// scenario is one request and what its answer must be.
type scenario struct {
	name    string
	method  string // GET when empty
	path    string // behind /gatelog/v1; $P stands for the project, $I for the instance, $A for the API
	body    string
	status  int
	must    []string // parts of the answer
	mustNot []string
}

// answer is what a server answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// into reads the JSON of the answer.
func (a answer) into(t *testing.T, value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), value); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

func ask(t *testing.T, w *gatelogtest.World, method, path, body string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/gatelog/v1"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	rec := httptest.NewRecorder()
	w.Handler.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.String()}
}

// get asks for a path, which must succeed, and reads the answer.
func get(t *testing.T, w *gatelogtest.World, path string, into any) answer {
	t.Helper()
	a := ask(t, w, http.MethodGet, path, "")
	if a.status != http.StatusOK {
		t.Fatalf("GET %s = %d %s", path, a.status, a.body)
	}
	a.into(t, into)
	return a
}

// run runs scenarios, one after the other: those of one world see each other's changes.
func run(t *testing.T, w *gatelogtest.World, api string, all []scenario) {
	t.Helper()
	names := strings.NewReplacer("$P", gatelogtest.Project, "$I", w.InstanceID, "$A", api)
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			if s.method == "" {
				s.method = http.MethodGet
			}
			a := ask(t, w, s.method, names.Replace(s.path), s.body)
			if a.status != s.status {
				t.Errorf("%s %s = %d, want %d: %s", s.method, s.path, a.status, s.status, a.body)
			}
			for _, part := range s.must {
				if !strings.Contains(a.body, names.Replace(part)) {
					t.Errorf("the answer lacks %s: %s", part, a.body)
				}
			}
			for _, part := range s.mustNot {
				if strings.Contains(a.body, part) {
					t.Errorf("the answer has %s: %s", part, a.body)
				}
			}
		})
	}
}

func instancePath(w *gatelogtest.World) string {
	return "/projects/" + gatelogtest.Project + "/instances/" + w.InstanceID
}

func apiPath(w *gatelogtest.World, api string) string { return instancePath(w) + "/apis/" + api }
