package apig_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

// §3.16.1.
func TestExport(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	all := `"group_id":"$group"`
	nodetest.RunAll(t, c, []nodetest.Scenario{
		{Name: "what runs", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,` + all + `}`, Status: 200, Contains: []string{`"swagger"`, "/$mark_api"}, Lacks: one("$mark_draft")},
		{Name: "in version 3", Method: "POST", Path: "openapi/export?oas_version=3.0", Body: `{` + inRelease + `,` + all + `}`, Status: 200, Contains: []string{`"openapi"`, "/$mark_api"}},
		{Name: "as YAML", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,` + all + `,"type":"yaml"}`, Status: 200, Contains: one("/$mark_api:")},
		{Name: "the drafts", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,` + all + `,"define":"dev"}`, Status: 200, Contains: []string{"$mark_draft", "$mark_api"}},
		{Name: "some of them", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,` + all + `,"define":"dev","apis":["$draft"]}`, Status: 200, Contains: one("$mark_draft"), Lacks: one("$mark_api")},
		{Name: "of no environment", Method: "POST", Path: "openapi/export", Body: `{` + all + `}`, Status: 400, Code: "APIG.2001", Contains: one("parameterName:env_id")},
		{Name: "of no group", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `}`, Status: 400, Code: "APIG.2001", Contains: one("group_id")},
		{Name: "of a group that is none", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,"group_id":"nowhere"}`, Status: 404, Code: "APIG.3001"},
		{Name: "of an environment that is none", Method: "POST", Path: "openapi/export", Body: `{"env_id":"nowhere",` + all + `}`, Status: 404, Code: "APIG.3003"},
		{Name: "in another format", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,` + all + `,"type":"pdf"}`, Status: 400, Code: "APIG.2011", Contains: one("parameterName:type")},
		{Name: "of another kind", Method: "POST", Path: "openapi/export", Body: `{` + inRelease + `,` + all + `,"define":"x"}`, Status: 400, Code: "APIG.2011", Contains: one("define")},
		{Name: "in another version", Method: "POST", Path: "openapi/export?oas_version=4.0", Body: `{` + inRelease + `,` + all + `}`, Status: 400, Code: "APIG.2012", Contains: one("parameterName:oas_version")},
	})
}

// What is exported is a file, of the type that was asked for.
func TestExportIsAFile(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for format, media := range map[string]string{"json": "application/json", "yaml": "application/yaml", "yml": "application/yaml"} {
		a := c.Must(t, 200, post("openapi/export", `{`+inRelease+`,"group_id":"$group","type":"`+format+`"}`))
		if got := a.Header.Get("Content-Type"); got != media {
			t.Errorf("%s: Content-Type %q, want %q", format, got, media)
		}
		if got, want := a.Header.Get("Content-Disposition"), c.Fill(`attachment; filename="$group.`+format+`"`); got != want {
			t.Errorf("%s: Content-Disposition %q, want %q", format, got, want)
		}
	}
}

// §3.16.2.
func TestImport(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	into := func(more ...string) map[string]string {
		m := map[string]string{"is_create_group": "false", "group_id": "$group", "mock_mode": "true"}
		for i := 0; i+1 < len(more); i += 2 {
			m[more[i]] = more[i+1]
		}
		return m
	}
	titled := func(title string) string { return strings.Replace(document, "$new", title, 1) }
	for _, s := range []struct {
		name    string
		members map[string]string
		file    string
		status  int
		code    string
		parts   []string
		events  []string
	}{
		{"into a new group", map[string]string{"mock_mode": "true"}, titled("imported"), 200, "", []string{`"action":"create"`, `"failure":[]`, `"ignore":[]`}, []string{"apig.group.created", "apig.api.created"}},
		{"into the same new group", nil, titled("imported"), 400, "APIG.3201", nil, nil},
		{"into a group", into(), document, 200, "", []string{`"group_id":"$group"`, `"action":"create"`, `"path":"/$new"`}, one("apig.api.created")},
		{"again, keeping what is there", into(), document, 200, "", []string{`"success":[]`, `"ignore":[{"path":"/$new"`}, nil},
		{"again, in place of what is there", into("api_mode", "override", "extend_mode", "override", "simple_mode", "false"), strings.Replace(document, `"description":"ok"`, `"description":"other"`, 1), 200, "", []string{`"action":"update"`}, nil},
		{"into no group", into("group_id", "nowhere"), document, 404, "APIG.3001", nil, nil},
		{"into a group without its id", map[string]string{"is_create_group": "false"}, document, 400, "APIG.2001", one("parameterName:group_id"), nil},
		{"neither new nor not", into("is_create_group", "maybe"), document, 400, "APIG.2011", one("parameterName:is_create_group"), nil},
		{"in another mode", into("api_mode", "replace"), document, 400, "APIG.2011", one("parameterName:api_mode"), nil},
		{"extended in another mode", into("extend_mode", "replace"), document, 400, "APIG.2011", one("parameterName:extend_mode"), nil},
		{"mocked perhaps", into("mock_mode", "perhaps"), document, 400, "APIG.2011", one("parameterName:mock_mode"), nil},
		{"simple perhaps", into("simple_mode", "perhaps"), document, 400, "APIG.2011", one("parameterName:simple_mode"), nil},
		{"with a member nobody knows", into("grop_id", "x"), document, 400, "APIG.2000", one("grop_id"), nil},
		{"of nothing", into(), "", 400, "APIG.3609", nil, nil},
		{"of what is neither JSON nor YAML", into(), "{", 400, "APIG.3600", nil, nil},
		{"of an old version", into(), `{"swagger":"1.2","info":{"title":"t","version":"1"},"paths":{}}`, 400, "APIG.3601", nil, nil},
		{"of a broken document", into(), `{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":[]}`, 400, "APIG.3602", nil, nil},
		{"of a document without a title", nil, titled("---"), 400, "APIG.2044", nil, nil},
		{"of too much", into(), `{"x":"` + long(11<<20) + `"}`, 400, "APIG.3603", nil, nil},
	} {
		t.Run(s.name, func(t *testing.T) {
			nodetest.Scenario{Method: "POST", Path: "openapi/import", Header: formHeader, Body: form(s.members, s.file),
				Status: s.status, Code: s.code, Contains: s.parts, Events: s.events}.Run(t, c)
		})
	}
}

// A form that is none, or not as it should be, is refused before anything is read out of it.
func TestImportForms(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	part := func(disposition, text string) string {
		return "--edge\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + text + "\r\n"
	}
	file := part(`name="file_name"; filename="a"`, document)
	for name, s := range map[string]struct{ media, body, code, part string }{
		"JSON":                {"application/json", `{}`, "APIG.2000", ""},
		"no boundary":         {"multipart/form-data", `x`, "APIG.2000", ""},
		"another boundary":    {"multipart/form-data; boundary=other", file + "--edge--", "APIG.2000", ""},
		"nothing":             {formHeader["Content-Type"], "", "APIG.2000", ""},
		"broken off":          {formHeader["Content-Type"], file, "APIG.2000", ""},
		"no file":             {formHeader["Content-Type"], part(`name="group_id"`, "$group") + "--edge--", "APIG.2001", "file_name"},
		"the file as a text":  {formHeader["Content-Type"], part(`name="file_name"`, document) + "--edge--", "APIG.2001", "file_name"},
		"two files":           {formHeader["Content-Type"], file + file + "--edge--", "APIG.2011", "file_name"},
		"another file":        {formHeader["Content-Type"], part(`name="files"; filename="a"`, document) + file + "--edge--", "APIG.2000", "files"},
		"a member twice":      {formHeader["Content-Type"], strings.Repeat(part(`name="group_id"`, "$group"), 2) + file + "--edge--", "APIG.2011", "group_id"},
		"an empty file":       {formHeader["Content-Type"], part(`name="file_name"; filename="a"`, "") + "--edge--", "APIG.2011", "file_name"},
		"too many members":    {formHeader["Content-Type"], manyParts(part, 2000) + file + "--edge--", "APIG.2000", ""},
		"a name of NUL bytes": {formHeader["Content-Type"], part("name=\"a\x00b\"", "x") + file + "--edge--", "APIG.2000", ""},
		"a group of NUL":      {formHeader["Content-Type"], part(`name="is_create_group"`, "false") + part(`name="group_id"`, "a\x00") + file + "--edge--", "", ""},
		"a group of no UTF-8": {formHeader["Content-Type"], part(`name="is_create_group"`, "false") + part(`name="group_id"`, "a\xff") + file + "--edge--", "", ""},
	} {
		for _, path := range []string{"openapi/import", "openapi/async-import"} {
			t.Run(name+" to "+path, func(t *testing.T) {
				before := c.Head(t)
				a := c.Send(t, nodetest.Request{Method: "POST", Path: path, Body: s.body, Header: map[string]string{"Content-Type": s.media}})
				if a.Status < 400 || a.Status > 404 || s.code != "" && a.Code() != s.code || !strings.Contains(a.Body, s.part) {
					t.Errorf("%d %s, want %s about %q: %.500s", a.Status, a.Code(), s.code, s.part, a.Body)
				}
				if got := c.Types(t, before); got != nil {
					t.Errorf("events: %v", got)
				}
			})
		}
	}
}

func manyParts(part func(disposition, text string) string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(part(fmt.Sprintf(`name="m%d"`, i), "x"))
	}
	return b.String()
}
