package gatelog_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/eventstore"
	"github.com/gatelog/gatelog/http/gatelog"
)

// written is the line of an export.
func written(t rapid.TB, r eventstore.Recorded) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(gatelog.NewCloudEvent(r)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEventsComeBackFromTheirJSON(t *testing.T) {
	t.Parallel()
	part := rapid.StringMatching(`[A-Za-z0-9_-]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		subject := []string{"evt", part.Draw(t, "surface"), part.Draw(t, "tenant"), part.Draw(t, "kind")}
		if rapid.Bool().Draw(t, "aggregate") {
			subject = append(subject, part.Draw(t, "id"))
		}
		data, err := json.Marshal(rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "data"))
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "unescaped") {
			data = []byte(`{"text":"<a href='&'>"}`)
		}
		want := eventstore.Recorded{Position: eventstore.Position(rapid.Uint64Min(1).Draw(t, "position")), Message: eventstore.Message{
			Subject: strings.Join(subject, "."), ID: part.Draw(t, "event"), Type: "toy.thing.changed", Schema: rapid.IntRange(1, 99).Draw(t, "schema"),
			Time: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC(), Data: data,
		}}
		if reason := rapid.String().Draw(t, "reason"); reason != "" {
			want.Extensions = map[string]string{"reason": reason}
		}
		got, err := gatelog.ReadCloudEvent(written(t, want))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestWhatIsNoEventOfALogIsRefused(t *testing.T) {
	t.Parallel()
	good := string(written(t, eventstore.Recorded{Position: 7, Message: eventstore.Message{
		Subject: "evt.toy.t1.thing.a", ID: "a", Type: "b", Schema: 1, Time: time.Unix(0, 0), Data: []byte(`{}`),
	}}))
	if _, err := gatelog.ReadCloudEvent([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"not JSON":           {"{", ""},
		"another version":    {`"1.0"`, `"0.3"`},
		"another source":     {`"source":"gatelog"`, `"source":"elsewhere"`},
		"no position":        {`"position":"7",`, ""},
		"position 0":         {`"position":"7"`, `"position":"0"`},
		"time":               {`"time":"1970-01-01T00:00:00Z"`, `"time":"yesterday"`},
		"schema":             {`"schemaversion":"1"`, `"schemaversion":"one"`},
		"a number":           {`"tenant":"t1"`, `"tenant":1`},
		"an object as value": {`"tenant":"t1"`, `"tenant":{}`},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatalf("%s: nothing to replace in %s", name, good)
		}
		if r, err := gatelog.ReadCloudEvent([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", name, r)
		}
	}
}
