package signature

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleSignature = "e1e1f9d03810240fdb8fb4e52f765fd73d81a347b578e05137fd4ac2b70b4ff8"

func authorization(access, signed, signature string) string {
	return "SDK-HMAC-SHA256 Access=" + access + ", SignedHeaders=" + signed + ", Signature=" + signature
}

func TestParseTakesWhatClientsSend(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"as the SDK writes it": authorization("AK-1", "host;x-sdk-date", sampleSignature),
		"without spaces":       "SDK-HMAC-SHA256 Access=AK-1,SignedHeaders=host;x-sdk-date,Signature=" + sampleSignature,
		"names in mixed case":  authorization("AK-1", "Host;X-Sdk-Date", sampleSignature),
	}
	for name, value := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			want := authorization("AK-1", "host;x-sdk-date", sampleSignature)
			if diff := cmp.Diff(want, h.String()); diff != "" {
				t.Errorf("parsed header (-want +got):\n%s", diff)
			}
			if !h.Signs("X-SDK-DATE") || !h.Signs("Host") || h.Signs("X-Project-Id") || h.Signs("") {
				t.Errorf("Signs disagrees with the list of %v", h)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	many := make([]string, 65)
	for i := range many {
		many[i] = "a" + strings.Repeat("b", i)
	}
	tests := map[string]struct {
		value string
		want  error
	}{
		"nothing":                   {"", ErrMissing},
		"another scheme":            {"Bearer abc", ErrMissing},
		"a derived-key scheme":      {"V11-HMAC-SHA256 Credential=a/b, SignedHeaders=x-sdk-date, Signature=" + sampleSignature, ErrMissing},
		"the scheme alone":          {"SDK-HMAC-SHA256 ", ErrMalformed},
		"a scoped credential":       {"SDK-HMAC-SHA256 Credential=a/b/c, SignedHeaders=x-sdk-date, Signature=" + sampleSignature, ErrMalformed},
		"no access key":             {authorization("", "x-sdk-date", sampleSignature), ErrMalformed},
		"a long access key":         {authorization(strings.Repeat("k", 129), "x-sdk-date", sampleSignature), ErrMalformed},
		"a control character":       {authorization("a\x00b", "x-sdk-date", sampleSignature), ErrMalformed},
		"a non-ASCII access key":    {authorization("é", "x-sdk-date", sampleSignature), ErrMalformed},
		"no signed headers":         {authorization("a", "", sampleSignature), ErrMalformed},
		"the date not signed":       {authorization("a", "host", sampleSignature), ErrMalformed},
		"headers out of order":      {authorization("a", "x-sdk-date;host", sampleSignature), ErrMalformed},
		"a header twice":            {authorization("a", "host;host;x-sdk-date", sampleSignature), ErrMalformed},
		"a header twice, cased":     {authorization("a", "HOST;host;x-sdk-date", sampleSignature), ErrMalformed},
		"an empty name":             {authorization("a", ";x-sdk-date", sampleSignature), ErrMalformed},
		"a name that is none":       {authorization("a", "ho st;x-sdk-date", sampleSignature), ErrMalformed},
		"too many headers":          {authorization("a", strings.Join(many, ";")+";x-sdk-date", sampleSignature), ErrMalformed},
		"a short signature":         {authorization("a", "x-sdk-date", sampleSignature[:62]), ErrMalformed},
		"a signature not hex":       {authorization("a", "x-sdk-date", "zz"+sampleSignature[2:]), ErrMalformed},
		"an upper-case signature":   {authorization("a", "x-sdk-date", strings.ToUpper(sampleSignature)), ErrMalformed},
		"something behind":          {authorization("a", "x-sdk-date", sampleSignature) + ", More=1", ErrMalformed},
		"parts in another order":    {"SDK-HMAC-SHA256 SignedHeaders=x-sdk-date, Access=a, Signature=" + sampleSignature, ErrMalformed},
		"more than fits any header": {authorization("a", "x-sdk-date;"+strings.Repeat("z", 5000), sampleSignature), ErrMalformed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := Parse(tt.value)
			if !errors.Is(err, tt.want) {
				t.Errorf("Parse = %v, want %v", err, tt.want)
			}
			if diff := cmp.Diff(Header{}, h, cmp.AllowUnexported(Header{})); diff != "" {
				t.Errorf("a refused header is not zero (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzParse: whatever the text, Parse does not panic, and what it takes it can write and take again.
func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add(authorization("AK", "host;x-sdk-date", sampleSignature))
	f.Add(authorization("AK", "content-type;x-sdk-date", "00"))
	f.Add("SDK-HMAC-SHA256 Access=,SignedHeaders=;,Signature=")
	f.Fuzz(func(t *testing.T, value string) {
		h, err := Parse(value)
		if err != nil {
			if !errors.Is(err, ErrMissing) && !errors.Is(err, ErrMalformed) {
				t.Fatalf("Parse(%q) = %v, want one of the documented causes", value, err)
			}
			return
		}
		again, err := Parse(h.String())
		if err != nil || again != h {
			t.Fatalf("Parse(%q) = %v, written and parsed again %v, %v", value, h, again, err)
		}
	})
}
