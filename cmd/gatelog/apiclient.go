package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/http/web"
	"github.com/gatelog/gatelog/internal/node"
)

// connection is a running server and who asks it.
type connection struct {
	node.Credentials
	http   *http.Client
	reason string // of changes; empty for none
}

// Bounds of one request to a server.
const (
	requestTimeout = 60 * time.Second
	answerMost     = 64 << 20 // bytes
)

// addConnection adds the flags that name the server, the keys and the place. Those that are not given
// come from the environment, then from the credentials in the data directory.
func addConnection(cmd *cobra.Command) {
	addProjectConnection(cmd)
	cmd.PersistentFlags().String("instance", os.Getenv("GATELOG_INSTANCE_ID"), "id of the gateway instance ($GATELOG_INSTANCE_ID)")
}

// addProjectConnection is addConnection for commands that are about no instance.
func addProjectConnection(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	flags.String("endpoint", os.Getenv("GATELOG_ENDPOINT"), "address of the server, e.g. http://127.0.0.1:8080 ($GATELOG_ENDPOINT)")
	flags.String("access-key", os.Getenv("GATELOG_ACCESS_KEY"), "access key that signs requests ($GATELOG_ACCESS_KEY)")
	// The secret is kept out of what --help shows as the default.
	flags.String("secret-key", "", "its secret; better in $GATELOG_SECRET_KEY, where other users of the machine cannot see it")
	flags.String("project", os.Getenv("GATELOG_PROJECT_ID"), "id of the project ($GATELOG_PROJECT_ID)")
}

// connect returns the connection that the flags name. spare are flags that need not be given.
func connect(cmd *cobra.Command, spare ...string) (*connection, error) {
	c, err := loadConfig(cmd)
	if err != nil {
		return nil, err
	}
	kept, err := node.ReadCredentials(c.DataDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if secret := os.Getenv("GATELOG_SECRET_KEY"); secret != "" {
		kept.SecretKey = secret
	}
	var missing []string
	for flag, member := range map[string]*string{
		"endpoint": &kept.Endpoint, "access-key": &kept.AccessKey, "secret-key": &kept.SecretKey,
		"project": &kept.ProjectID, "instance": &kept.InstanceID,
	} {
		given := cmd.Flags().Lookup(flag)
		if given == nil {
			continue // the command has no use for it
		}
		if value := given.Value.String(); value != "" {
			*member = value
		}
		if *member == "" && !slices.Contains(spare, flag) {
			missing = append(missing, "--"+flag)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, fmt.Errorf("%s in %s does not say all: name the directory of the server with --data-dir, or give %s",
			node.CredentialsFile, c.DataDir, strings.Join(missing, " "))
	}
	return &connection{Credentials: kept, http: &http.Client{Timeout: requestTimeout}}, nil
}

// failure is an answer that refuses.
type failure struct {
	refusal web.Error
	status  int
}

// Error says what the server said, and what to do where it could not know that.
func (f *failure) Error() string {
	text := fmt.Sprintf("the server answered %d", f.status)
	if f.refusal.Code != "" {
		text = f.refusal.Error()
	}
	if f.status == http.StatusUnauthorized {
		text += " (keys come from --access-key and $GATELOG_SECRET_KEY, or from " + node.CredentialsFile + " in --data-dir)"
	}
	if f.refusal.RequestID != "" {
		text += " [request " + f.refusal.RequestID + "]"
	}
	return text
}

// notFound reports whether a server said that there is no such thing.
func notFound(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.status == http.StatusNotFound
}

// get asks the server for a path beneath the instance and reads the answer into into.
func (c *connection) get(ctx context.Context, path string, query url.Values, into any) error {
	return c.getAt(ctx, strings.Join([]string{"projects", c.ProjectID, "instances", c.InstanceID, path}, "/"), query, into)
}

// getOfProject is get for a path beneath the project.
func (c *connection) getOfProject(ctx context.Context, path string, query url.Values, into any) error {
	return c.getAt(ctx, strings.Join([]string{"projects", c.ProjectID, path}, "/"), query, into)
}

// post sends a body, as JSON, to a path beneath the instance and reads the answer into into.
func (c *connection) post(ctx context.Context, path string, body, into any) error {
	return c.send(ctx, http.MethodPost, "instances/"+c.InstanceID+"/"+path, nil, body, into)
}

// getAt asks the server for a path beneath /gatelog/v1 and reads the answer into into.
func (c *connection) getAt(ctx context.Context, path string, query url.Values, into any) error {
	response, err := c.ask(ctx, c.http, path, query)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.Endpoint, err)
	}
	return c.read(response.StatusCode, body, into)
}

// ask sends a signed request for a path beneath /gatelog/v1.
func (c *connection) ask(ctx context.Context, client *http.Client, path string, query url.Values) (*http.Response, error) {
	return c.exchange(ctx, client, http.MethodGet, path, query, nil)
}

// exchange sends a signed request, with a body of JSON or none, to a path beneath /gatelog/v1.
func (c *connection) exchange(ctx context.Context, client *http.Client, method, path string, query url.Values, data []byte) (*http.Response, error) {
	base, err := url.Parse(c.Endpoint)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("--endpoint is %q: an address such as http://127.0.0.1:8080", c.Endpoint)
	}
	at := base.JoinPath("gatelog", "v1", path)
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if data != nil {
		request.Header.Set("Content-Type", "application/json")
		if c.reason != "" {
			request.Header.Set("Gatelog-Reason", c.reason)
		}
	}
	if err := signature.Sign(request, data, c.AccessKey, c.SecretKey, time.Now()); err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("is the server running? %w", err)
	}
	return response, nil
}

func (c *connection) read(status int, body []byte, into any) error {
	if status >= http.StatusMultipleChoices {
		f := &failure{status: status}
		if json.Unmarshal(body, &f.refusal) != nil {
			return fmt.Errorf("%s answered %d, and not as Gatelog does: check --endpoint", c.Endpoint, status)
		}
		return f
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s answered what Gatelog does not answer: check --endpoint: %w", c.Endpoint, err)
	}
	return nil
}

// apiPath is the path of an API beneath its instance.
func apiPath(apiID, rest string) string { return strings.Join([]string{"apis", apiID, rest}, "/") }
