package signature

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// volatile are headers that the transport or a proxy on the way sets or changes.
var volatile = []string{
	"accept-encoding", "authorization", "connection", "content-length", "expect", "host", "te", "trailer",
	"transfer-encoding", "upgrade", "user-agent",
}

// Sign signs a client's request: it sets X-Sdk-Date to at and Authorization to the signature of r and
// body. It covers Host and every header that r has by then, except those that the transport owns; set
// all headers first, and the body yourself. It returns ErrMalformed when r is outside the bounds of
// the scheme, and an error when key or secret are empty.
func Sign(r *http.Request, body []byte, accessKey, secret string, at time.Time) error {
	if accessKey == "" || secret == "" {
		return errors.New("signing a request: access key and secret must not be empty")
	}
	r.Header.Del("Authorization")
	r.Header.Set(HeaderDate, at.UTC().Format(DateFormat))
	h := Header{AccessKey: accessKey, signed: namesToSign(r.Header)}
	if err := h.check(); err != nil {
		return err
	}
	payload, err := h.payload(r, body)
	if err != nil {
		return err
	}
	h.signature, err = h.sign(r, payload, r.Header.Get(HeaderDate), []byte(secret))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", h.String())
	return nil
}

func namesToSign(headers http.Header) string {
	names := make([]string, 1, len(headers)+1)
	names[0] = "host"
	for name := range headers {
		if name = strings.ToLower(name); !slices.Contains(volatile, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ";")
}
