package apig_test

import (
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
)

// §3.19.1: statuses and default body of the gateway's answers about a backend.
func TestDebugAnswersAboutTheBackend(t *testing.T) {
	t.Parallel()
	wantAnswer(t, apig.DebugPlan{Answer: apig.BackendUnavailable("req1")}, 502, "APIG.0202")
	wantAnswer(t, apig.DebugPlan{Answer: apig.BackendTimeout("req1")}, 504, "APIG.0203")
	want := `{"error_msg":"Backend timeout","error_code":"APIG.0203","request_id":"req1"}`
	if got := apig.BackendTimeout("req1").Body; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
