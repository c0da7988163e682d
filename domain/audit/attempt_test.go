package audit

import "testing"

func TestOutcomeOfAStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Outcome{400: Refused, 401: Refused, 403: Refused, 404: Refused, 429: Refused, 499: Refused, 500: Failed, 501: Refused, 503: Failed} {
		if got := OutcomeOf(status); got != want {
			t.Errorf("%d is %s, want %s", status, got, want)
		}
	}
}
