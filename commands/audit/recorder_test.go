package audit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	commandsaudit "github.com/gatelog/gatelog/commands/audit"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/audit"
	"github.com/gatelog/gatelog/internal/testenv"
)

func TestRecordedAttemptsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	journal, err := commandsaudit.OpenJournal(t.Context(), testenv.JetStream(t), time.Hour, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := audit.Attempt{
		ID: "01A", Time: time.Date(2024, 5, 6, 7, 8, 9, 1000, time.UTC), Tenant: "t1", Actor: domain.Actor{UserID: "u1", UserName: "Zoë", Address: "::1"},
		Request: "r 1", Reason: "why", Surface: "apig", Operation: "CreateX", Method: "POST", Path: "/v2/ü", Instance: "gw", Kind: "x", Resource: "1",
		Outcome: audit.Refused, Status: 409, Code: "C.1", Message: "no",
	}
	for range 2 { // a try whose answer got lost
		if err := commandsaudit.Record(t.Context(), journal, want); err != nil {
			t.Fatal(err)
		}
	}
	stranger := want
	stranger.ID, stranger.Tenant, stranger.Actor = "01B", "", domain.Actor{}
	if err := commandsaudit.Record(t.Context(), journal, stranger); err != nil {
		t.Fatal(err)
	}
	head, err := journal.Head(t.Context())
	if err != nil || head != 2 {
		t.Fatalf("the journal ends at %d: %v", head, err)
	}
	for subject, want := range map[string]audit.Attempt{"attempt.tenant.t1": want, "attempt.stranger": stranger} {
		message, err := journal.Newest(t.Context(), subject, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got audit.Attempt
		if err := json.Unmarshal(message.Data, &got); err != nil || message.Type != audit.TypeAttempt || message.ID != want.ID {
			t.Errorf("%s of type %s: %v", message.ID, message.Type, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", subject, diff)
		}
	}
}
