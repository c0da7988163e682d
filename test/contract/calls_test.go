package contract

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
)

// call makes an SDK call that has to return its documented success, and gives the answer as JSON.
func call[Q, A any](t *testing.T, method func(*Q) (*A, error), request *Q) doc {
	t.Helper()
	o := operationOf(t, request)
	a, err := method(request)
	if err != nil {
		t.Fatalf("%s: %v", o.name, err)
	}
	if got := statusOf(a); got != o.success {
		t.Fatalf("%s: status %d, documented is %d", o.name, got, o.success)
	}
	return toDoc(t, a)
}

// query makes the call with a request that has these members, in the client's instance.
func query[Q, A any](t *testing.T, c *client, method func(*Q) (*A, error), members ...doc) doc {
	t.Helper()
	return call(t, method, fromDoc[Q](t, merged(doc{"instance_id": c.instance}, members...)))
}

// refuse makes an SDK call that has to be refused like that.
func refuse[Q, A any](t *testing.T, method func(*Q) (*A, error), request *Q, want refusal) {
	t.Helper()
	o := operationOf(t, request)
	a, err := method(request)
	if err == nil {
		t.Fatalf("%s: status %d, want the refusal %s", o.name, statusOf(a), want)
	}
	var e *sdkerr.ServiceResponseError
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v, want the refusal %s", o.name, err, want)
	}
	want.hold(t, e.StatusCode, e.ErrorCode, e.ErrorMessage)
}

// operationOf returns the operation that an SDK request belongs to, by the name of its type.
func operationOf(t *testing.T, request any) operation {
	t.Helper()
	name := strings.TrimSuffix(reflect.TypeOf(request).Elem().Name(), "Request")
	o, ok := operationNamed(name)
	if !ok {
		t.Fatalf("%s is no operation of the reference", name)
	}
	return o
}

func statusOf(answer any) int {
	return int(reflect.ValueOf(answer).Elem().FieldByName("HttpStatusCode").Int())
}

// refusal is the error that the reference documents for a case.
type refusal struct {
	status int
	codes  []string // any of them: several where the reference is not exact
	names  string   // a parameter that the message has to name; may be empty
}

func (r refusal) String() string {
	return fmt.Sprintf("%d %s", r.status, strings.Join(r.codes, "|"))
}

func (r refusal) hold(t *testing.T, status int, code, text string) {
	t.Helper()
	if status != r.status || !slices.Contains(r.codes, code) {
		t.Fatalf("refused with %d %s (%s), want %s", status, code, text, r)
	}
	if !strings.Contains(strings.ToLower(text), strings.ToLower(r.names)) {
		t.Errorf("the refusal %s does not name %s: %s", code, r.names, text)
	}
}

// refusedAs is the refusal with that status and one of those codes.
func refusedAs(status int, codes ...string) refusal { return refusal{status: status, codes: codes} }

// badParameter is the refusal of a malformed value: the reference uses several codes for it. The
// message has to name the parameter, when one is given.
func badParameter(name string) refusal {
	return refusal{status: 400, codes: []string{
		"APIG.2000", "APIG.2001", "APIG.2002", "APIG.2003", "APIG.2004", "APIG.2005", "APIG.2006", "APIG.2007",
		"APIG.2008", "APIG.2009", "APIG.2010", "APIG.2011", "APIG.2012", "APIG.2013",
	}, names: name}
}

// badInstanceParameter is badParameter in the operations on instances.
func badInstanceParameter(codes ...string) refusal {
	return refusal{status: 400, codes: append(codes, "APIC.7211")}
}

// Refusals that many operations share.
var (
	noGroup    = refusedAs(404, "APIG.3001")
	noAPI      = refusedAs(404, "APIG.3002")
	noEnv      = refusedAs(404, "APIG.3003")
	noVariable = refusedAs(404, "APIG.3011")
	noVersion  = refusedAs(404, "APIG.3022")
	noInstance = refusedAs(404, "APIG.3030")
	notPublic  = refusedAs(404, "APIG.3015", "APIG.3002")
	notAllowed = refusedAs(403, "APIG.1005")
)
