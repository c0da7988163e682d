package apig_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// malformed are bodies that no operation can take.
var malformed = map[string]string{
	"nothing":               "",
	"white space":           " \n\t ",
	"null":                  "null",
	"a list":                "[]",
	"a list of an object":   "[{}]",
	"a number":              "5",
	"a text":                `"text"`,
	"true":                  "true",
	"two objects":           "{}{}",
	"an object and more":    "{} x",
	"an unquoted name":      `{name:1}`,
	"a comment":             "{/* */}",
	"a byte order mark":     "\ufeff{}",
	"single quotes":         `{'name':'x'}`,
	"a trailing comma":      `{"name":"abc",}`,
	"no value":              `{"name":}`,
	"not a number":          `{"name":NaN}`,
	"a raw line break":      "{\"name\":\"a\nb\"}",
	"a bad escape":          `{"name":"\x41"}`,
	"half a pair":           `{"name":"\ud800"}`,
	"a pair the wrong way":  `{"name":"\udc00\ud800"}`,
	"half a pair in a name": `{"\ud83d":1}`,
	"invalid UTF-8":         "{\"name\":\"\xff\xfe\"}",
	"an overlong slash":     "{\"name\":\"\xc0\xaf\"}",
	"UTF-16":                "\xff\xfe{\x00}\x00",
	"binary":                "\x00\x01\x02\x1f\x8b\x08",
	"deep lists":            strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000),
	"deep objects":          strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000),
	"deep and broken off":   strings.Repeat(`{"name":[`, 50_000),
	"an unknown member":     `{"zzz_unknown":1}`,
	"many members":          `{` + strings.Repeat(`"zzz":1,`, 100_000) + `"zzz":1}`,
	"many values":           `{"tags":[` + strings.Repeat(`"a",`, 200_000) + `"a"]}`,
	"many objects":          `{"req_params":[` + strings.Repeat(`{},`, 200_000) + `{}]}`,
	"a form":                "name=x&value=y",
	"XML":                   "<name>x</name>",
}

// wrong are values of each JSON type, as texts.
var wrong = map[string][]string{
	"string":  {`"x"`},
	"integer": {`1`},
	"number":  {`1.5`, `1e400`, `99999999999999999999`, `-0.1`},
	"boolean": {`true`},
	"array":   {`[]`, `[[]]`},
	"object":  {`{}`, `{"a":{"a":1}}`},
}

// texts are strings that some program trips over. NUL is in none of them.
var texts = []string{
	`'; DROP TABLE apis; --`, `" OR "1"="1`, "%s%n%d%%", "${jndi:ldap://x}", "{{7*7}}", "../../etc/passwd",
	"<script>alert(1)</script>", "\u202egpj.exe\u202c", "مرحبا", "𝕳𝖊𝖑𝖑𝖔 👩‍👩‍👧‍👦", "e\u0301\u0323", "\u0001\u001f\u007f\u0085\u2028",
	"ﷺ", "İıſK", " ", "-", "\\", strings.Repeat("界", 70_000),
}

// withBody are the operations that take JSON.
func withBody() []operation {
	return slices.DeleteFunc(slices.Clone(operations), func(o operation) bool { return o.body == "" || o.form })
}

// Whatever is no JSON object, or has a member that nobody knows, is refused before anything happens.
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	c := wholeWorld(t)
	for _, o := range withBody() {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			h, r := newHostile(t, c), o.request()
			for name, body := range malformed {
				r.Body, r.Header = body, map[string]string{"Content-Type": "application/json"}
				h.refused(t, name, r)
			}
			for n := range len(o.body) - 1 {
				if n%7 == 0 {
					r.Body = o.body[:n]
					h.refused(t, "the first bytes of a body", r)
				}
			}
			r.Body = `{"zzz":1,` + o.body[1:]
			h.refused(t, "one member too many", r)
			r.Body = strings.TrimSuffix(o.body, "}") + "," + o.body[1:]
			h.refused(t, "every member twice", r)
			for _, media := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "///", "application/jsonx"} {
				r.Body, r.Header = o.body, map[string]string{"Content-Type": media}
				h.refused(t, "JSON as "+media, r)
			}
			h.untouched(t)
		})
	}
}

// A member of another type than the one described is refused, wherever it is; so is a body without one
// that is needed, and NUL in any text.
func TestMembersOfTheWrongType(t *testing.T) {
	t.Parallel()
	bodies := readSchemas(t)
	c := wholeWorld(t)
	for _, o := range withBody() {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			h, r := newHostile(t, c), o.request()
			send := func(what string, change func(body any) any) {
				t.Helper()
				r.Body = bodyWith(t, o, change)
				h.refused(t, what, r)
			}
			for _, m := range bodies[o.id] {
				for other, values := range wrong {
					if other == kind(m.schema) || other == "integer" && kind(m.schema) == "number" {
						continue
					}
					for _, value := range values {
						if value == "{}" && kind(m.schema) == "object" || value == "[]" && kind(m.schema) == "array" {
							continue
						}
						send(m.String()+" = "+value, func(body any) any { return place(body, m.path, value) })
					}
				}
				if kind(m.schema) == "string" {
					send(m.String()+" with NUL", func(body any) any { return place(body, m.path, `"abc\u0000def"`) })
				}
				if kind(m.schema) == "object" && m.schema["properties"] != nil {
					send(m.String()+" with a member too many", func(body any) any { return place(body, append(slices.Clone(m.path), "zzz"), `1`) })
				}
				if there := false; m.needed {
					r.Body = bodyWith(t, o, func(body any) any { there = without(body, m.path); return body })
					if there {
						h.refused(t, "without "+m.String(), r)
					}
				}
			}
			h.untouched(t)
		})
	}
}

// Odd texts are refused by their rules or kept as they are; nothing fails.
func TestOddTexts(t *testing.T) {
	t.Parallel()
	bodies := readSchemas(t)
	c := wholeWorld(t)
	for _, o := range withBody() {
		t.Run(o.id+" "+o.actions[0], func(t *testing.T) {
			t.Parallel()
			h, r, n := newHostile(t, c), o.request(), 0
			for _, m := range bodies[o.id] {
				if kind(m.schema) != "string" {
					continue
				}
				for range 4 { // in turn, so that each member gets some and each text is in many
					text := texts[n%len(texts)]
					n++
					value, err := json.Marshal(text)
					if err != nil {
						t.Fatal(err)
					}
					r.Body = bodyWith(t, o, func(body any) any { return place(body, m.path, string(value)) })
					h.try(t, fmt.Sprintf("%v = %.40q", m, text), r)
				}
			}
		})
	}
}

// What a free text says is what comes back, by every way there is.
func TestOddTextsAreKept(t *testing.T) {
	t.Parallel()
	c := newWorld(t)
	for i, text := range texts[:len(texts)-1] {
		value, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		r := post("api-groups", fmt.Sprintf(`{"name":"kept_%d","remark":%s}`, i, value))
		made := c.Must(t, 201, r)
		read := c.Must(t, 200, get("api-groups/"+made.Text(t, "id")))
		if made.Text(t, "remark") != text || read.Text(t, "remark") != text {
			t.Errorf("%q was made as %q and read as %q", text, made.Text(t, "remark"), read.Text(t, "remark"))
		}
	}
}

// §2.2: a body of 12 MB is read, one of more is not.
func TestTheLongestBody(t *testing.T) {
	t.Parallel()
	const most = 12 << 20
	h := newHostile(t, newWorld(t))
	for _, o := range []operation{operations[0], withBody()[len(withBody())-1]} {
		r := o.request()
		r.Body = strings.TrimSuffix(o.body, "}") + strings.Repeat(" ", most-len(h.Fill(o.body))) + "}"
		if a := h.Send(t, r); a.Status != o.status {
			t.Errorf("%s with 12 MB: %d, want %d: %.300s", o.id, a.Status, o.status, a.Body)
		}
		r.Body += " "
		h.refused(t, o.id+" with a byte more", r)
	}
}
