package apig_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// --- Given: one valid definition of each backend type -----------------------------------------

func httpDefinition() apig.Definition {
	return apig.Definition{
		Name: "Orders", Type: 1, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/orders/{id}",
		AuthType: "AUTHORIZER", AuthorizerID: "auth1", BackendType: "HTTP", GroupID: "group1",
		ReqParams: []apig.ReqParam{
			{Name: "id", Type: "STRING", Location: "PATH"},
			{Name: "page", Type: "NUMBER", Location: "QUERY"},
		},
		BackendParams: []apig.BackendParam{
			{Name: "order", Origin: "REQUEST", Location: "PATH", Value: "id"},
			{Name: "X-App", Origin: "SYSTEM", Location: "HEADER", Value: "$context.appId"},
		},
		BackendAPI: &apig.Backend{
			Endpoint: apig.Endpoint{
				URLDomain: "orders.example.com:8443", ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/v1/orders/{order}",
			},
			Timeout: 5000,
		},
		PolicyHTTPs: []apig.PolicyHTTP{{
			Policy: apig.Policy{
				Name: "Beta", EffectMode: "ALL",
				Conditions: []apig.Condition{{ConditionOrigin: "param", ReqParamName: "page", ConditionType: "exact", ConditionValue: "1"}},
			},
			Endpoint: apig.Endpoint{URLDomain: "beta.example.com", ReqProtocol: "HTTP", ReqMethod: "GET", ReqURI: "/beta"},
		}},
	}
}

func grpcDefinition() apig.Definition {
	return apig.Definition{
		Name: "Stream", Type: 1, ReqProtocol: "GRPCS", ReqMethod: "POST", ReqURI: "/stream", AuthType: "APP",
		BackendType: "GRPC", GroupID: "group1",
		BackendAPI: &apig.Backend{
			Endpoint: apig.Endpoint{
				ReqProtocol: "GRPCS", ReqMethod: "POST", ReqURI: "/", VPCChannelStatus: 1,
				VPCChannelInfo: &apig.VPCChannelRef{VPCChannelID: "channel1"},
			},
			Timeout: 5000,
		},
	}
}

func functionDefinition() apig.Definition {
	return apig.Definition{
		Name: "Resize", Type: 1, ReqProtocol: "HTTPS", ReqMethod: "POST", ReqURI: "/resize", AuthType: "APP",
		BackendType: "FUNCTION", GroupID: "group1",
		FuncInfo: &apig.Function{FunctionURN: "urn:fss:r:p:function:default:resize", InvocationType: "sync", NetworkType: "V2", Timeout: 5000},
		PolicyFunctions: []apig.PolicyFunction{{
			Policy: apig.Policy{
				Name: "Later", EffectMode: "ANY",
				Conditions: []apig.Condition{{ConditionOrigin: "system", SysParamName: "req_path", ConditionType: "pattern"}},
			},
			FunctionURN: "urn:fss:r:p:function:default:later", InvocationType: "async", NetworkType: "V1",
		}},
	}
}

func mockDefinition() apig.Definition {
	return apig.Definition{
		Name: "Example", Type: 2, ReqProtocol: "HTTPS", ReqMethod: "GET", ReqURI: "/example", AuthType: "IAM",
		BackendType: "MOCK", GroupID: "group1", MockInfo: &apig.Mock{ResultContent: "ok"},
		PolicyMocks: []apig.PolicyMock{{
			Policy: apig.Policy{
				Name: "Mock policy", EffectMode: "ANY",
				Conditions: []apig.Condition{{ConditionOrigin: "source", ConditionValue: "10.0.0.1"}},
			},
			ResultContent: "policy",
		}},
	}
}

// --- When, then: one change to a definition, and the code and parameter of the refusal ----------

// prepareCase changes a valid definition; wantCode "" means that it stays valid.
type prepareCase struct {
	name      string
	given     func(d *apig.Definition)
	wantCode  string
	wantParam string
}

func runPrepareCases(t *testing.T, base func() apig.Definition, cases []prepareCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := base()
			c.given(&d)
			_, err := apig.Prepare(momentOf(c.name), d, nil, apig.DefaultLimits())
			wantRefusal(t, err, c.wantCode, c.wantParam)
		})
	}
}

func wantRefusal(t *testing.T, err error, code, param string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	var refusal *domain.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with %s", err, code)
	}
	if refusal.Code != code || refusal.Param != param {
		t.Fatalf("got %s for %q (%s), want %s for %q", refusal.Code, refusal.Param, refusal.Message, code, param)
	}
}

func momentOf(seed string) *domain.Moment {
	return domain.NewMoment(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), seed)
}

func mustPrepare(t *testing.T, seed string, d apig.Definition, old *apig.Definition) apig.Definition {
	t.Helper()
	prepared, err := apig.Prepare(momentOf(seed), d, old, apig.DefaultLimits())
	if err != nil {
		t.Fatalf("prepare: %v", err)
	}
	return prepared
}

func repeat[T any](n int, one func(i int) T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = one(i)
	}
	return list
}

func ptr[T any](v T) *T { return &v }
