package eventstoretest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/eventstore"
)

func testExtensions(t *testing.T, log eventstore.Log) {
	fence := Take(t, log, "t1")
	n := 0
	roundTrip := func(extensions map[string]string) string {
		m := Message("t1", fmt.Sprintf("x%d", n), 0)
		n++
		m.Extensions = extensions
		positions, err := log.Append(t.Context(), fence, []eventstore.Message{m})
		if err != nil {
			return err.Error()
		}
		got, err := log.Newest(t.Context(), m.Subject, positions[0])
		if err != nil {
			return err.Error()
		}
		return cmp.Diff(extensions, got.Extensions)
	}
	texts := map[string]string{
		"unicode": "Größe 变更 🙂", "percent": "100%41 %zz %", "newline": "a\r\nce-type: forged\r\n\r\nbody",
		"spaces": "  a b\t", "nul": "a\x00b", "notutf8": "\xff\xfe", "long": strings.Repeat("语", 3000), "plus": "a+b",
	}
	if diff := roundTrip(texts); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
	if diff := roundTrip(nil); diff != "" {
		t.Errorf("no extensions (-want +got):\n%s", diff)
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.StringMatching(`x[a-z0-9]{0,19}`)
		value := rapid.String().Filter(func(s string) bool { return s != "" })
		if diff := roundTrip(rapid.MapOfN(name, value, 1, 4).Draw(rt, "extensions")); diff != "" {
			rt.Errorf("extensions (-want +got):\n%s", diff)
		}
	})
}
