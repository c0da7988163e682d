package signature

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newRequest(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Sign and the recorded SDK agree on what is signed: given the SDK's list of headers, the signature is
// the same, byte for byte.
func TestSignMakesTheSDKsSignature(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		if v.name == formVector {
			continue // TestVerifyRefusesUnsignedBodies
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			r, body := receive(t, v.raw)
			want := r.Header.Get("Authorization")
			h, err := Parse(want)
			if err != nil {
				t.Fatal(err)
			}
			payload, err := h.payload(r, body)
			if err != nil {
				t.Fatal(err)
			}
			h.signature, err = h.sign(r, payload, vectorDate, []byte(vectorSecret))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, h.String()); diff != "" {
				t.Errorf("Authorization (-sdk +ours):\n%s", diff)
			}
		})
	}
}

func TestSignCoversHostAndEveryHeaderThatStays(t *testing.T) {
	t.Parallel()
	r := newRequest(t, http.MethodPost, "https://apig.example.com:8443/v2/p?b=2&a=1", "{}")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Project-Id", "p")
	r.Header.Set("User-Agent", "gatelog")
	r.Header.Set("Authorization", "Bearer old")
	if err := Sign(r, []byte("{}"), vectorAccessKey, vectorSecret, vectorTime); err != nil {
		t.Fatal(err)
	}
	h, err := Parse(r.Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("content-type;host;x-project-id;x-sdk-date", h.signed); diff != "" {
		t.Errorf("signed headers (-want +got):\n%s", diff)
	}
	if err := verify(r, []byte("{}")); err != nil {
		t.Errorf("Verify = %v", err)
	}
}

func TestSignTwiceReplacesTheFirst(t *testing.T) {
	t.Parallel()
	r := newRequest(t, http.MethodGet, "https://apig.example.com/", "")
	for _, at := range []int{-5, 0} {
		if err := Sign(r, nil, vectorAccessKey, vectorSecret, vectorTime.AddDate(0, 0, at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := verify(r, nil); err != nil {
		t.Errorf("Verify = %v", err)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	if err := Sign(newRequest(t, "GET", "http://h/", ""), nil, "", vectorSecret, vectorTime); err == nil {
		t.Error("signing without an access key succeeded")
	}
	if err := Sign(newRequest(t, "GET", "http://h/", ""), nil, vectorAccessKey, "", vectorTime); err == nil {
		t.Error("signing without a secret succeeded")
	}
	if err := Sign(newRequest(t, "GET", "http://h/?a;b", ""), nil, vectorAccessKey, vectorSecret, vectorTime); !errors.Is(err, ErrMalformed) {
		t.Errorf("signing a broken query = %v, want %v", err, ErrMalformed)
	}
	r := newRequest(t, "POST", "http://h/", "a")
	r.Header.Set(HeaderContent, UnsignedPayload)
	if err := Sign(r, []byte("a"), vectorAccessKey, vectorSecret, vectorTime); !errors.Is(err, ErrMalformed) {
		t.Errorf("signing an unsigned JSON body = %v, want %v", err, ErrMalformed)
	}
}
