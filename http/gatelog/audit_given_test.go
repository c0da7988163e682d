package gatelog_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/internal/nodetest"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

// auditOf asks for a page of the audit trail of the client's project.
func auditOf(t *testing.T, c *nodetest.Client, query string) []projectionsaudit.Record {
	t.Helper()
	var view gatelog.AuditListView
	c.Must(t, http.StatusOK, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit?limit=500&" + query}).Into(t, &view)
	if !view.Complete {
		t.Errorf("the trail is behind")
	}
	return view.Records
}

// one returns the one record of a query.
func one(t *testing.T, c *nodetest.Client, query string) projectionsaudit.Record {
	t.Helper()
	all := auditOf(t, c, query)
	if len(all) != 1 {
		t.Fatalf("%s: %d records: %+v", query, len(all), all)
	}
	return all[0]
}

// detail shows a record.
func detail(t *testing.T, c *nodetest.Client, id string) projectionsaudit.Detail {
	t.Helper()
	var d projectionsaudit.Detail
	c.Must(t, http.StatusOK, nodetest.Request{Path: "/gatelog/v1/projects/$project/audit/" + id}).Into(t, &d)
	return d
}

// exported reads an export of JSON Lines.
func exported(t *testing.T, c *nodetest.Client, path string) []projectionsaudit.Detail {
	t.Helper()
	a := c.Must(t, http.StatusOK, nodetest.Request{Path: path})
	if a.Header.Get("Gatelog-Audit-Complete") != "true" || a.Header.Get("Content-Type") != "application/jsonl" {
		t.Errorf("header %v", a.Header)
	}
	var all []projectionsaudit.Detail
	lines := bufio.NewScanner(strings.NewReader(a.Body))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var d projectionsaudit.Detail
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		all = append(all, d)
	}
	return all
}

// request is a request with an id of its own.
func request(id, method, path, body string) nodetest.Request {
	return nodetest.Request{Method: method, Path: path, Body: body, Header: map[string]string{"X-Request-Id": id}}
}

func escape(text string) string { return url.QueryEscape(text) }

func groupBody(name string) string { return fmt.Sprintf(`{"name":%q}`, name) }
