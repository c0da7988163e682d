package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// recorder is the proxy that every request of the tests passes: it sees what really went over the
// wire, whoever sent it.
type recorder struct {
	front *httptest.Server

	mu        sync.Mutex
	succeeded map[string]bool // by operation name
	broken    []string        // answers that break a rule of all answers
}

// notChanging are the operations that use POST and change nothing, so that they have no position.
var notChanging = []string{"CheckApiGroupsV2", "CheckApisV2", "DebugApiV2", "ExportApiDefinitionsV2", "ListInstancesByTags", "ShowInstancesNumByTags"}

// newRecorder starts a proxy to the server at target, e.g. http://127.0.0.1:8080.
func newRecorder(target *url.URL) *recorder {
	r := &recorder{succeeded: map[string]bool{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.Host = p.In.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery
		},
		Transport:      &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		ModifyResponse: r.observe,
	}
	r.front = httptest.NewServer(proxy)
	return r
}

// url is where clients send their requests.
func (r *recorder) url() string { return r.front.URL }

// close stops the proxy when all its requests are answered.
func (r *recorder) close() { r.front.Close() }

func (r *recorder) observe(resp *http.Response) error {
	path := resp.Request.URL.Path
	if !strings.HasPrefix(path, "/v2/") {
		return nil
	}
	o, known := operationAt(resp.Request.Method, path)
	if known && resp.StatusCode == o.success {
		r.mu.Lock()
		r.succeeded[o.name] = true
		r.mu.Unlock()
	}
	for _, fault := range faults(o, resp) {
		r.mu.Lock()
		r.broken = append(r.broken, fmt.Sprintf("%s %.200s: %d: %.500s", resp.Request.Method, path, resp.StatusCode, fault))
		r.mu.Unlock()
	}
	return nil
}

// faults holds an answer against the rules that all answers share (APIG V2 §2.3): a request id on
// each, code and message on each refusal, the log position on each change, and never a 5xx except
// for what is not served.
func faults(o operation, resp *http.Response) []string {
	var found []string
	if resp.Header.Get("X-Request-Id") == "" {
		found = append(found, "no X-Request-Id")
	}
	if resp.StatusCode >= 500 && (resp.StatusCode != http.StatusNotImplemented || o.served) {
		found = append(found, "the server failed: "+peek(resp))
	}
	if resp.StatusCode >= 400 && !isRefusal(resp) {
		found = append(found, "no error_code and error_msg: "+peek(resp))
	}
	changed := resp.StatusCode < 300 && resp.Request.Method != http.MethodGet && !slices.Contains(notChanging, o.name)
	if changed && resp.Header.Get("Gatelog-Position") == "" {
		found = append(found, "no Gatelog-Position")
	}
	return found
}

func isRefusal(resp *http.Response) bool {
	var body struct {
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	}
	err := json.Unmarshal([]byte(peek(resp)), &body)
	return err == nil && body.Code != "" && body.Message != "" &&
		strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json")
}

// peek returns the body and leaves it for the next reader; refusals are small.
func peek(resp *http.Response) string {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// report says how many operations of the reference succeeded, and how many beyond it, which of the served
// ones never did, and which answers broke a rule.
func (r *recorder) report() (count, others int, missing, broken []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range known {
		if o.served && !r.succeeded[o.name] {
			missing = append(missing, o.name)
		}
	}
	for _, o := range beyond {
		if r.succeeded[o.name] {
			others++
		}
	}
	broken = slices.Clone(r.broken)
	slices.Sort(broken)
	return len(r.succeeded) - others, others, missing, slices.Compact(broken)
}
