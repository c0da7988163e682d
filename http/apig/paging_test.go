package apig_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// §3: given any list, when it is asked for a page out of all bounds, then the page is corrected and not refused,
// and the answer says how many entries it has, and how many there are.
func TestPagesOutOfBoundsAreCorrected(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	d := readDescription(t, c)
	lists := map[string]bool{}
	for _, o := range operations {
		if !pagedList(d, o) {
			continue
		}
		lists[o.id] = true
		path := o.path + "?"
		if strings.Contains(o.path, "?") {
			path = o.path + "&"
		}
		for bounds, same := range map[string]string{
			"": "offset=0&limit=20", "offset=-1&limit=0": "", "offset=-9223372036854775808&limit=-5": "", "limit=501": "limit=500", "limit=2147483647": "limit=500",
		} {
			a, want := c.Must(t, 200, get(path+bounds)), c.Must(t, 200, get(path+same))
			if a.Body != want.Body {
				t.Errorf("%s with %s is another page than with %s:\n%.500s\n%.500s", o.id, bounds, same, a.Body, want.Body)
			}
			wantSizeAndTotal(t, o.id, a.Body)
		}
		beyond := c.Must(t, 200, get(path+"offset=9223372036854775807"))
		if !strings.Contains(beyond.Body, `"size":0`) {
			t.Errorf("%s beyond its end: %.500s", o.id, beyond.Body)
		}
	}
	if len(lists) < 46 {
		t.Errorf("%d lists were asked for, the reference has 46", len(lists))
	}
}

// pagedList says whether the operation is a list that is paged.
func pagedList(d *description, o operation) bool {
	if o.method != http.MethodGet {
		return false
	}
	_, _, found := d.find(o.id)
	for _, p := range found.Parameters {
		if p.In == "query" && p.Name == "limit" {
			return true
		}
	}
	return false
}

// wantSizeAndTotal fails the test unless size is the number of entries and no more than total.
func wantSizeAndTotal(t *testing.T, id, body string) {
	t.Helper()
	var members map[string]json.RawMessage
	size, total, entries := -1, -1, -1
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	for name, value := range members {
		var list []json.RawMessage
		var number int
		switch {
		case json.Unmarshal(value, &list) == nil:
			entries = len(list)
		case json.Unmarshal(value, &number) != nil:
		case name == "size":
			size = number
		case name == "total":
			total = number
		}
	}
	if size < 0 || size != entries || total < size {
		t.Errorf("%s: size %d of %d entries, total %d: %.500s", id, size, entries, total, body)
	}
}
