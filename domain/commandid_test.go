package domain

import "testing"

func TestIDsTellTheRequest(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"01J9-0": "01J9", "01J9-12": "01J9", "01J9.2-0": "01J9", "01J9.12-345": "01J9", // of events
		"01J9": "01J9", "01J9.2": "01J9", // of commands
		"a-b-3": "a-b", "01J9-answer": "01J9-answer", "x--1": "x-", "x-01": "x-01", "a.b-1": "a.b", "x-99999999999": "x-99999999999", "": "", // others
	} {
		if got := RequestOf(id); got != want {
			t.Errorf("%q is of %q, want %q", id, got, want)
		}
	}
	for n, want := range map[int]string{1: "01J9", 2: "01J9.2", 10: "01J9.10"} {
		id := CommandID("01J9", n)
		if id != want || RequestOf(id) != "01J9" || RequestOf(EventID(id, 7)) != "01J9" {
			t.Errorf("command %d is %q, want %q", n, id, want)
		}
	}
}
