package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
	apig "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2"
)

const requestTimeout = 30 * time.Second

// transport is shared by all clients, so that connections are used again.
var transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}

// plain sends what the SDK would not.
var plain = &http.Client{
	Transport: transport, Timeout: requestTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// client is one caller: a key pair, and the project and instance it works in.
type client struct {
	base                 string // where requests go
	accessKey, secretKey string
	project, instance    string
	user, password       string // only the administrator's are known
	api                  *apig.ApigClient
}

func newClient(base, accessKey, secretKey, project, instance string) (*client, error) {
	credentials, err := basic.NewCredentialsBuilder().
		WithAk(accessKey).WithSk(secretKey).WithProjectId(project).SafeBuild()
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	settings := config.DefaultHttpConfig().WithHttpTransport(transport).WithTimeout(requestTimeout)
	sdk, err := apig.ApigClientBuilder().
		WithEndpoints([]string{base}).
		WithCredential(credentials).
		WithHttpConfig(settings).
		SafeBuild()
	if err != nil {
		return nil, fmt.Errorf("SDK client: %w", err)
	}
	return &client{
		base: base, accessKey: accessKey, secretKey: secretKey, project: project, instance: instance,
		api: apig.NewApigClient(sdk),
	}, nil
}

// in returns the same caller at work in another project and instance.
func (c *client) in(t *testing.T, project, instance string) *client {
	t.Helper()
	other, err := newClient(c.base, c.accessKey, c.secretKey, project, instance)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

// message is one HTTP request, written by hand. In the path, {project_id} and {instance_id} stand for
// the client's own.
type message struct {
	method, path string
	query        map[string]string
	header       map[string]string
	body         string
	unsigned     bool
	tamper       func(*http.Request) // applied after signing
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send signs a message as the SDK does, and sends it.
func (c *client) send(t *testing.T, m message) answer {
	t.Helper()
	a, err := c.exchange(t.Context(), m)
	if err != nil {
		t.Fatalf("%s %s: %v", m.method, m.path, err)
	}
	return a
}

func (c *client) exchange(ctx context.Context, m message) (answer, error) {
	req, err := c.prepare(m)
	if err != nil {
		return answer{}, err
	}
	if m.tamper != nil {
		m.tamper(req)
	}
	resp, err := plain.Do(req.WithContext(ctx))
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, err
}

func (c *client) prepare(m message) (*http.Request, error) {
	path := strings.NewReplacer("{project_id}", c.project, "{instance_id}", c.instance).Replace(m.path)
	builder := request.NewHttpRequestBuilder().WithEndpoint(c.base).WithMethod(m.method).WithPath(path)
	for name, value := range m.query {
		builder.AddQueryParam(name, reflect.ValueOf(value))
	}
	if m.body != "" {
		builder.AddHeaderParam("Content-Type", "application/json;charset=UTF-8").WithBody("", m.body)
	}
	if c.project != "" && !m.unsigned {
		builder.AddHeaderParam("X-Project-Id", c.project)
	}
	for name, value := range m.header {
		builder.AddHeaderParam(name, value)
	}
	unsigned := builder.Build()
	if m.unsigned {
		return unsigned.ConvertRequest()
	}
	proof, err := signer.Sign(unsigned, c.accessKey, c.secretKey)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	for name, value := range proof {
		unsigned.AddHeaderParam(name, value)
	}
	return unsigned.ConvertRequest()
}

// want fails the test unless the answer has that status.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.2000s", a.status, status, a.body)
	}
	return a
}

// doc returns the body as JSON object.
func (a answer) doc(t *testing.T) doc {
	t.Helper()
	var d doc
	if err := json.NewDecoder(bytes.NewReader(a.body)).Decode(&d); err != nil {
		t.Fatalf("the answer (%d) is no JSON object: %v: %.2000s", a.status, err, a.body)
	}
	return d
}

// refused fails the test unless the answer is that refusal.
func (a answer) refused(t *testing.T, want refusal) {
	t.Helper()
	if a.status < 400 {
		t.Fatalf("status %d, want the refusal %s: %.2000s", a.status, want, a.body)
	}
	d := a.doc(t)
	code, _ := d["error_code"].(string)
	text, _ := d["error_msg"].(string)
	want.hold(t, a.status, code, text)
}

// below returns a path below the instance, e.g. below("/apis/%s", id).
func below(format string, args ...any) string {
	return "/v2/{project_id}/apigw/instances/{instance_id}" + fmt.Sprintf(format, args...)
}
