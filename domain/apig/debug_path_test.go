package apig

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatchPath(t *testing.T) {
	t.Parallel()
	type values = map[string]string
	cases := []struct {
		name     string
		template string
		prefix   bool
		path     string
		want     values // nil: no match
		rest     string
	}{
		{"exact", "/prefix/foo", false, "/prefix/foo", values{}, ""},
		{"exact needs the whole path", "/prefix", false, "/prefix/foo", nil, ""},
		{"exact tells a slash at the end", "/a", false, "/a/", nil, ""},
		{"letters count", "/a", false, "/A", nil, ""},
		{"a dot is a dot", "/a.b", false, "/aXb", nil, ""},
		{"prefix", "/prefix", true, "/prefix/foo", values{}, "/foo"},
		{"prefix is the whole path", "/prefix", true, "/prefix", values{}, ""},
		{"prefix ends with a segment", "/prefix", true, "/prefixpart", nil, ""},
		{"prefix with a slash at the end", "/test/", true, "/test/AA/CC", values{}, "/AA/CC"},
		{"prefix with a slash at the end, without it", "/test/", true, "/test", values{}, ""},
		{"prefix of everything", "/", true, "/a/b", values{}, "/a/b"},
		{"prefix keeps the last slash", "/a", true, "/a/b/", values{}, "/b/"},
		{"parameter", "/orders/{id}", false, "/orders/7", values{"id": "7"}, ""},
		{"parameter is one segment", "/orders/{id}", false, "/orders/7/8", nil, ""},
		{"parameter is not empty", "/orders/{id}", false, "/orders/", nil, ""},
		{"parameter in a segment", "/v{n}.json", false, "/v12.json", values{"n": "12"}, ""},
		{"two parameters", "/{a}/x/{b-c.d_e}", false, "/1/x/2", values{"a": "1", "b-c.d_e": "2"}, ""},
		{"parameter decoded", "/{a}", false, "/x%20y%2Fz%E4%B8%AD", values{"a": "x y/z中"}, ""},
		{"parameter of several segments", "/files/{path+}", false, "/files/a/b%20c", values{"path": "a/b c"}, ""},
		{"parameter of several segments in the middle", "/{a+}/end", false, "/1/2/end", values{"a": "1/2"}, ""},
		{"prefix with parameter", "/u/{id}", true, "/u/7/a,b", values{"id": "7"}, "/a,b"},
		{"encodings of the same text", "/a%2Db/(c)", false, "/a-b/%28c%29", values{}, ""},
		{"an encoded slash is no slash", "/a/b", false, "/a%2Fb", nil, ""},
		{"raw characters match encoded ones", "/%E4%B8%AD", false, "/中", values{}, ""},
		{"a template that does not decode", "/a%2{b}", false, "/a%2x", nil, ""},
		{"a path that does not decode", "/{a}", false, "/%2", nil, ""},
		{"no template", "", false, "/", nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, rest, ok := matchPath(c.template, c.prefix, c.path)
			var got values
			if ok {
				got = values{}
			}
			for name, v := range found {
				got[name] = v.text
			}
			if diff := cmp.Diff(c.want, got); diff != "" || rest != c.rest {
				t.Errorf("rest %q, want %q; values (-want +got):\n%s", rest, c.rest, diff)
			}
		})
	}
}

func TestExpandPath(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, template string
		value          pathValue
		want           string
	}{
		{"a value", "/v1/{p}/x", pathValue{"7", false}, "/v1/7/x"},
		{"escaped", "/{p}", pathValue{"a b?c#d%", false}, "/a%20b%3Fc%23d%25"},
		{"a slash in one segment is escaped", "/{p}", pathValue{"a/b", false}, "/a%2Fb"},
		{"a slash of several segments stays", "/{p}", pathValue{"a/b c", true}, "/a/b%20c"},
		{"a slot for several segments", "/{p+}", pathValue{"a/b", false}, "/a/b"},
		{"what is allowed stays", "/{p}", pathValue{"a!$&'()*+,;=:@-._~", false}, "/a!$&'()*+,;=:@-._~"},
		{"no value", "/a/{q}", pathValue{}, "/a/"},
		{"a value is not expanded again", "/{p}", pathValue{"{p}", false}, "/%7Bp%7D"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := expandPath(c.template, map[string]pathValue{"p": c.value}); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
