package apig_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// drawDefinition draws a valid definition of any kind.
func drawDefinition(t *rapid.T) apig.Definition {
	base := rapid.SampledFrom([]func() apig.Definition{httpDefinition, grpcDefinition, functionDefinition, mockDefinition}).Draw(t, "base")
	d := base()
	d.Version = rapid.SampledFrom([]string{"", "V1"}).Draw(t, "version")
	d.MatchMode = rapid.SampledFrom([]string{"", "SWA", "NORMAL"}).Draw(t, "match")
	d.Tags = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 5).Draw(t, "tags")
	d.Tag = rapid.SampledFrom([]string{"", "old"}).Draw(t, "tag")
	d.Cors = rapid.Bool().Draw(t, "cors")
	if d.BackendType == "HTTP" {
		drawHTTP(t, &d)
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][a-z]{3}`), 0, 3, rapid.ID).Draw(t, "policies") {
		p := apig.PolicyMock{Policy: apig.Policy{Name: name, EffectMode: "ALL"}}
		p.Conditions = repeat(rapid.IntRange(1, 4).Draw(t, "conditions"), func(int) apig.Condition {
			return apig.Condition{ConditionOrigin: "source", ConditionValue: rapid.SampledFrom([]string{"10.0.0.1", "10.0.0.2"}).Draw(t, "value")}
		})
		d.PolicyMocks = append(d.PolicyMocks, p)
	}
	return d
}

// drawHTTP adds request parameters, backend parameters that refer to them, and addresses with
// variables.
func drawHTTP(t *rapid.T, d *apig.Definition) {
	for i, location := range rapid.SliceOfN(rapid.SampledFrom([]string{"QUERY", "HEADER", "COOKIE"}), 0, 6).Draw(t, "locations") {
		name := fmt.Sprintf("p%d", i)
		d.ReqParams = append(d.ReqParams, apig.ReqParam{Name: name, Type: "STRING", Location: location, MaxSize: ptr(i)})
		d.BackendParams = append(d.BackendParams, apig.BackendParam{Name: name, Origin: "REQUEST", Location: "HEADER", Value: name})
	}
	d.BackendAPI.URLDomain = rapid.SampledFrom([]string{"example.com", "#host#", "#host#.com:#port#", "a.#zone#.com:80"}).Draw(t, "address")
	d.BackendAPI.ReqURI = rapid.SampledFrom([]string{"/", "/#stage#", "#stage#/a/#host#/{order}"}).Draw(t, "path")
	d.PolicyHTTPs[0].URLDomain = rapid.SampledFrom([]string{"#beta#", "beta.example.com"}).Draw(t, "policy address")
	if rapid.Bool().Draw(t, "channel") {
		d.BackendAPI.VPCChannelInfo = &apig.VPCChannelRef{VPCChannelID: "channel1"}
		d.BackendAPI.VPCChannelStatus = rapid.SampledFrom([]int{0, 1, 2, 4}).Draw(t, "status")
		d.BackendAPI.MemberGroupURLInfos = []apig.MemberGroupURL{{MemberGroupID: "g", ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/#group#"}}
	}
}

// wide are limits that no drawn definition reaches.
var wide = apig.Limits{ReqParams: 100, BackendParams: 100, Tags: 100, Policies: 40, Conditions: 40, BackendTimeout: 60000}

// Normal form: preparing a prepared definition changes nothing, not even an id.
func TestPreparePropertyIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDefinition(t)
		once, err := apig.Prepare(momentOf("first"), d, nil, wide)
		if err != nil {
			t.Fatalf("a valid definition was refused: %v", err)
		}
		twice, err := apig.Prepare(momentOf("second"), once, &once, wide)
		if err != nil {
			t.Fatalf("a prepared definition was refused: %v", err)
		}
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Fatalf("prepared twice (-once +twice):\n%s", diff)
		}
		anew, err := apig.Prepare(momentOf("third"), once, nil, wide)
		if err != nil || !apig.Equal(once, anew) || len(apig.Changed(once, anew)) > 0 {
			t.Fatalf("prepared as a new API (%v) (-once +anew):\n%s", err, cmp.Diff(once, anew))
		}
	})
}

// Whatever a client sends gets a documented refusal or a definition in normal form, never a panic.
func TestPreparePropertyNeverPanics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDefinition(t)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			corrupt(t, reflect.ValueOf(&d).Elem())
		}
		before := d.Clone()
		prepared, err := apig.Prepare(momentOf("any"), d, nil, wide)
		if diff := cmp.Diff(before, d.Clone()); diff != "" {
			t.Fatalf("the input was changed (-before +after):\n%s", diff)
		}
		var refusal *domain.Error
		if err != nil && (!errors.As(err, &refusal) || !strings.HasPrefix(refusal.Code, "APIG.")) {
			t.Fatalf("not a documented refusal: %v", err)
		}
		if err != nil {
			return
		}
		again, err := apig.Prepare(momentOf("again"), prepared, &prepared, wide)
		if err != nil || !cmp.Equal(prepared, again) {
			t.Fatalf("not in normal form (%v) (-once +twice):\n%s", err, cmp.Diff(prepared, again))
		}
	})
}

var hostile = []string{
	"", "\x00", "\xff", "#", "#abc#", "{", "{id}", "/{id}/{x+}", "/", "a,b", "-1", "1e309", "(", "GRPCS", "GRPC", "HTTP", "FUNCTION",
	"MOCK", "PATH", "REQUEST", "SYSTEM", "param", "frontend_authorizer", "pattern", "$context.authorizer.backend.x", "Beta", "id",
	strings.Repeat("中", 600),
}

// corrupt changes one value somewhere in v: a text, a number, the length of a list, or whether
// something is given at all.
func corrupt(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		corrupt(t, v.Field(rapid.IntRange(0, v.NumField()-1).Draw(t, "field")))
	case reflect.Pointer:
		switch {
		case v.IsNil():
			v.Set(reflect.New(v.Type().Elem()))
		case rapid.IntRange(0, 3).Draw(t, "drop") == 0:
			v.SetZero()
		default:
			corrupt(t, v.Elem())
		}
	case reflect.Slice:
		if v.Len() == 0 || rapid.IntRange(0, 3).Draw(t, "grow") == 0 {
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
			return
		}
		corrupt(t, v.Index(rapid.IntRange(0, v.Len()-1).Draw(t, "index")))
	case reflect.String:
		v.SetString(rapid.SampledFrom(hostile).Draw(t, "text"))
	case reflect.Int:
		v.SetInt(rapid.SampledFrom([]int64{-1, 0, 1, 2, 3, 4, 60001, 1 << 40}).Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
		t.Fatalf("a definition has a %s", v.Kind())
	}
}
