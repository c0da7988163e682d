package signature

import (
	"net/http"
	"testing"
)

// BenchmarkVerify is a list call as the SDK sends it, from the Authorization header to the verdict;
// the aim is under 6 µs.
func BenchmarkVerify(b *testing.B) {
	for _, name := range []string{"sdk: query with unicode, space and reserved characters", "sdk: create with a JSON body"} {
		b.Run(name, func(b *testing.B) {
			r, body, err := parseRaw([]byte(vector(b, name)))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := verify(r, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	value := authorization(vectorAccessKey, "content-type;host;x-sdk-date", sampleSignature)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReplayGuard(b *testing.B) {
	guard := NewReplayGuard(1<<16, 0)
	r, h := signedRequest(b, http.MethodPost, "/a", vectorTime)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		h.signature[0], h.signature[1], h.signature[2] = byte(n), byte(n>>8), byte(n>>16)
		if err := guard.Admit(h, r, vectorTime); err != nil && n < 1<<16 {
			b.Fatal(err)
		}
	}
}
