package contract

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/apig/v2/model"
)

const releaseEnv = "DEFAULT_ENVIRONMENT_RELEASE_ID"

var names atomic.Int64

// unique returns a name that no other test uses; it fits every kind of name.
func unique(prefix string) string { return fmt.Sprintf("%s_%05d", prefix, names.Add(1)) }

// eventually waits until something is so, and fails the test when that takes more than 30 seconds.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 30 seconds: %s", what)
		}
	}
}

// --- Callers and tenants ----------------------------------------------------------------------

// makeRoom raises the quotas of the shared instance, so that tests side by side do not meet them.
func (c *client) makeRoom() error {
	for _, quota := range []string{"APIGROUP_NUM_LIMIT", "ENVIRONMENT_NUM_LIMIT", "API_NUM_LIMIT"} {
		a, err := c.exchange(context.Background(), c.quotaMessage(quota, 10000))
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return fmt.Errorf("raise %s: status %d: %s", quota, a.status, a.body)
		}
	}
	return nil
}

func (c *client) quotaMessage(quota string, value int) message {
	return message{
		method: "PUT",
		path:   "/gatelog/v1/projects/{project_id}/instances/{instance_id}/quotas/" + quota,
		body:   fmt.Sprintf(`{"value":%d}`, value),
	}
}

// setQuota sets a quota of the client's instance.
func (c *client) setQuota(t *testing.T, quota string, value int) {
	t.Helper()
	c.send(t, c.quotaMessage(quota, value)).want(t, http.StatusOK)
}

// newProject returns the administrator in a new project that has no instance yet.
func newProject(t *testing.T) *client {
	t.Helper()
	body := jsonOf(t, doc{"name": unique("project")})
	made := admin.send(t, message{method: "POST", path: "/gatelog/v1/projects", body: body}).want(t, http.StatusCreated).doc(t)
	return admin.in(t, text(t, made, "id"), "")
}

// newTenant returns the administrator in a new project with one running instance of its own.
func newTenant(t *testing.T) *client {
	t.Helper()
	c := newProject(t)
	return c.in(t, c.project, c.newInstance(t))
}

// newInstance makes an instance in the client's project and waits until it runs.
func (c *client) newInstance(t *testing.T) string {
	t.Helper()
	made := call(t, c.api.CreateInstanceV2, &model.CreateInstanceV2Request{
		Body: fromDoc[model.InstanceCreateReq](t, instanceBody()),
	})
	id := text(t, made, "instance_id")
	c.awaitRunning(t, id)
	return id
}

func (c *client) awaitRunning(t *testing.T, instance string) {
	t.Helper()
	eventually(t, "instance "+instance+" runs", func() bool {
		progress := call(t, c.api.ShowDetailsOfInstanceProgressV2, &model.ShowDetailsOfInstanceProgressV2Request{InstanceId: instance})
		if progress["status"] == "failed" {
			t.Fatalf("instance %s: %v", instance, progress)
		}
		return progress["status"] == "success"
	})
}

// instanceBody is a request for an instance with everything that is required.
func instanceBody() doc {
	return doc{
		"instance_name": unique("instance"), "spec_id": "BASIC", "vpc_id": "vpc-1", "subnet_id": "subnet-1",
		"security_group_id": "security-group-1", "available_zone_ids": []string{"zone-1"},
	}
}

// newUser returns a user that is allowed what the statements say, at work where c is.
func (c *client) newUser(t *testing.T, statements ...doc) *client {
	t.Helper()
	u := c.newKeys(t)
	c.setPolicy(t, u.user, statements...)
	return u
}

// newKeys returns a user without any policy; its id is in user.
func (c *client) newKeys(t *testing.T) *client {
	t.Helper()
	body := jsonOf(t, doc{"name": unique("user"), "password": "correct-horse-battery-42"})
	made := c.send(t, message{method: "POST", path: "/gatelog/v1/users", body: body}).want(t, http.StatusCreated).doc(t)
	id := text(t, made, "id")
	keys := c.send(t, message{method: "POST", path: "/gatelog/v1/users/" + id + "/access-keys"}).
		want(t, http.StatusCreated).doc(t)
	u, err := newClient(c.base, text(t, keys, "access_key"), text(t, keys, "secret_key"), c.project, c.instance)
	if err != nil {
		t.Fatal(err)
	}
	u.user = id
	return u
}

// setPolicy replaces what a user is allowed.
func (c *client) setPolicy(t *testing.T, userID string, statements ...doc) {
	t.Helper()
	body := jsonOf(t, doc{"statements": statements})
	c.send(t, message{method: "PUT", path: "/gatelog/v1/users/" + userID + "/policies", body: body}).want(t, http.StatusOK)
}

// allow and deny are policy statements for the given actions, in one project or in all ("*").
func allow(project string, actions ...string) doc {
	return doc{"effect": "Allow", "actions": actions, "projects": []string{project}}
}

func deny(project string, actions ...string) doc {
	return doc{"effect": "Deny", "actions": actions, "projects": []string{project}}
}
