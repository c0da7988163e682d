package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// send makes a request about the project. path is beneath it, escaped; body, when not nil, is sent as JSON, and
// the answer, if any, is read into into.
func (c *connection) send(ctx context.Context, method, path string, query url.Values, body, into any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	response, err := c.exchange(ctx, c.http, method, "projects/"+c.ProjectID+"/"+path, query, text)
	if err != nil {
		return err
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
