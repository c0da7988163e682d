package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/gatelog/gatelog/http/signature"
)

// send makes a request about the project. path is beneath it, escaped; body, when not nil, is sent as JSON, and
// the answer, if any, is read into into.
func (c *connection) send(ctx context.Context, method, path string, query url.Values, body, into any) error {
	base, err := url.Parse(c.Endpoint)
	if err != nil || base.Host == "" {
		return fmt.Errorf("--endpoint is %q: an address such as http://127.0.0.1:8080", c.Endpoint)
	}
	at := base.JoinPath("gatelog", "v1", "projects", c.ProjectID, path)
	at.RawQuery = query.Encode()
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if err := signature.Sign(request, text, c.AccessKey, c.SecretKey, time.Now()); err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("is the server running? %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.Endpoint, err)
	}
	if response.StatusCode == http.StatusNoContent {
		return nil
	}
	return c.read(response.StatusCode, answer, into)
}
