package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/examples"
	"github.com/gatelog/gatelog/http/gatelog"
	"github.com/gatelog/gatelog/http/signature"
)

func demoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Import, publish, change, publish again, switch back: the main job on an example",
		Long: `Does the main job of a platform team on a running server, and tells each step: imports an example
OpenAPI document into a new group, publishes all its APIs, changes one, publishes it again, switches
back to the first version, and shows what lay between the two.

Everything it makes is in a group of its own, which can be deleted.`,
		Example: "  gatelog demo\n  gatelog demo --data-dir /var/lib/gatelog",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			return (&demo{asked{cmd, c, false}}).run()
		},
	}
	addConnection(cmd)
	return cmd
}

// demo is one run of the demonstration.
type demo struct{ asked }

func (d *demo) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.OutOrStdout(), format+"\n", args...)
}

func (d *demo) run() error {
	group, apis, err := d.importExample()
	if err != nil {
		return err
	}
	d.say("imported      %d APIs into group %s", len(apis), group)
	if err := d.publishAll(group); err != nil {
		return err
	}
	d.say("published     all of them to %s", apig.ReleaseEnvName)
	api := apis[0]
	if err := d.change(api); err != nil {
		return err
	}
	d.say("changed       API %s, and published it again", api)
	versions, err := d.versions(api)
	if err != nil {
		return err
	}
	if len(versions) < 2 {
		return fmt.Errorf("API %s has %d versions, not two", api, len(versions))
	}
	second, first := versions[0], versions[1]
	if err := d.send(http.MethodPut, "/apis/publish/"+api, map[string]string{"version_id": first}, nil); err != nil {
		return err
	}
	d.say("switched      back to version %s, replayed from the log", first)
	d.say("")
	d.say("What lay between the two versions ('gatelog api diff %s %s'):", first, second)
	d.say("")
	return d.showDiff(api, first, second)
}

// importExample imports the example into a new group and returns it with the ids of its APIs.
func (d *demo) importExample() (string, []string, error) {
	group := struct {
		ID string `json:"id"`
	}{}
	name := "petshop_" + time.Now().UTC().Format("20060102_150405")
	if err := d.send(http.MethodPost, "/api-groups", map[string]string{"name": name, "remark": "made by gatelog demo"}, &group); err != nil {
		return "", nil, err
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file_name", "petshop.yaml")
	if err == nil {
		_, err = part.Write(examples.Petshop)
	}
	if err := errors.Join(err, w.WriteField("is_create_group", "false"), w.WriteField("group_id", group.ID), w.Close()); err != nil {
		return "", nil, err
	}
	var result struct {
		Success []struct {
			ID string `json:"id"`
		} `json:"success"`
		Failure []apig.ImportFailure `json:"failure"`
	}
	if err := d.exchange(http.MethodPost, "/openapi/import", w.FormDataContentType(), form.Bytes(), &result); err != nil {
		return "", nil, err
	}
	if len(result.Failure) > 0 || len(result.Success) == 0 {
		return "", nil, fmt.Errorf("%d APIs were imported, %d not", len(result.Success), len(result.Failure))
	}
	var apis []string
	for _, made := range result.Success {
		apis = append(apis, made.ID)
	}
	return group.ID, apis, nil
}

func (d *demo) publishAll(group string) error {
	body := apig.BatchBody{GroupID: group, EnvID: apig.ReleaseEnvID, Remark: "first publication"}
	return d.send(http.MethodPost, "/apis/publish?action=online", body, nil)
}

// change edits the draft of an API and publishes it.
func (d *demo) change(api string) error {
	var draft apig.Definition
	if err := d.send(http.MethodGet, "/apis/"+api, nil, &draft); err != nil {
		return err
	}
	draft.Remark = "changed by gatelog demo"
	draft.Tags = append(draft.Tags[:min(len(draft.Tags), 9)], "demo")
	draft.Cors = !draft.Cors
	if err := d.send(http.MethodPut, "/apis/"+api, draft, nil); err != nil {
		return err
	}
	body := apig.PublicationBody{Action: apig.ActionOnline, EnvID: apig.ReleaseEnvID, APIID: api, Remark: "second publication"}
	return d.send(http.MethodPost, "/apis/action", body, nil)
}

// versions returns the ids of an API's versions, newest first.
func (d *demo) versions(api string) ([]string, error) {
	var list struct {
		Versions []struct {
			ID string `json:"version_id"`
		} `json:"api_versions"`
	}
	if err := d.send(http.MethodGet, "/apis/publish/"+api, nil, &list); err != nil {
		return nil, err
	}
	var ids []string
	for _, v := range list.Versions {
		ids = append(ids, v.ID)
	}
	return ids, nil
}

// send makes a signed request with a JSON body beneath the instance and reads the answer into into.
func (d *demo) send(method, path string, body, into any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return d.exchange(method, path, "application/json", text, into)
}

func (d *demo) exchange(method, path, contentType string, body []byte, into any) error {
	c := d.server
	at := strings.TrimSuffix(c.Endpoint, "/") + "/v2/" + c.ProjectID + "/apigw/instances/" + c.InstanceID + path
	request, err := http.NewRequestWithContext(d.Context(), method, at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Gatelog-Reason", "gatelog demo")
	if err := signature.Sign(request, body, c.AccessKey, c.SecretKey, time.Now()); err != nil {
		return err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("is a server running? %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, answerMost))
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices || into != nil && answer.StatusCode != http.StatusNoContent {
		return c.read(answer.StatusCode, text, into)
	}
	return nil
}

// showDiff shows what differs between two versions.
func (d *demo) showDiff(api, from, to string) error {
	var view gatelog.DiffView
	query := url.Values{"from": {from}, "to": {to}}
	if err := d.server.get(d.Context(), apiPath(api, "diff"), query, &view); err != nil {
		return err
	}
	return d.diff(view, []string{"first", "second"}, false)
}
