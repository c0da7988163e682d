package apig

import (
	"github.com/gatelog/gatelog/domain"
)

// What a task of an instance does when its last step is taken.
const (
	TaskResize  = "resize"  // it gets the specification SpecID
	TaskIngress = "ingress" // it gets the inbound bandwidth
)

// InstanceTask is a change of an instance that takes several steps (APIG V2 §3.23.4). While it runs
// nothing else about the instance can change.
type InstanceTask struct {
	Kind                  string `json:"kind"`
	JobID                 string `json:"job_id"`
	OrderID               string `json:"order_id,omitempty"`
	ProductID             string `json:"product_id,omitempty"`
	SpecID                string `json:"spec_id,omitempty"`
	BandwidthSize         int    `json:"bandwidth_size,omitempty"` // Mbit/s
	BandwidthChargingMode string `json:"bandwidth_charging_mode,omitempty"`
}

// JobStarted is the answer to a command that began a task.
type JobStarted struct {
	InstanceID string `json:"instance_id"`
	JobID      string `json:"job_id"`
	OrderID    string `json:"order_id,omitempty"`
}

// ResizeInstance changes the specification of an instance that is paid for by use (APIG V2 §3.23.16).
type ResizeInstance struct {
	InstanceID string     `json:"instance_id"`
	Body       ResizeBody `json:"body"`
	Offered    []string   `json:"offered,omitempty"` // see CreateInstance
}

// ResizeBody is the body of APIG V2 §3.23.16.
type ResizeBody struct {
	SpecID string `json:"spec_id,omitempty" maxLength:"64" doc:"Specification to change to: a larger one of the same kind."`
}

// ResizeInstance decides on the command of that name. Errors: APIC.7302; APIC.7701; APIC.7301, 7707 and
// 7243 for a specification that the instance cannot change to; APIC.7243 for an instance that is paid
// for in advance.
func (s *State) ResizeInstance(m *domain.Moment, c ResizeInstance) (JobStarted, []domain.Event, error) {
	if bad := domain.Check(c.Body); bad != nil {
		return JobStarted{}, nil, ErrInstanceParam(bad.Path)
	}
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return JobStarted{}, nil, err
	}
	if in.Order != nil {
		return JobStarted{}, nil, ErrResizeUnsupported()
	}
	return in.resize(m, InstanceTask{SpecID: c.Body.SpecID}, c.Offered)
}

func (in *instance) resize(m *domain.Moment, t InstanceTask, offered []string) (JobStarted, []domain.Event, error) {
	if err := checkResize(in.SpecID, t.SpecID, offered); err != nil {
		return JobStarted{}, nil, err
	}
	t.Kind, t.JobID = TaskResize, newJobID(m)
	i := in.begin(m, InstanceResizing, t)
	return started(i), []domain.Event{InstanceResizeOrdered{InstanceChange{i, []string{"status", "progress", "task"}}}}, nil
}

// CurrentJob returns the job that is running: that of the task, or of the creation.
func (i Instance) CurrentJob() string {
	if i.Task != nil {
		return i.Task.JobID
	}
	return i.JobID
}

func newJobID(m *domain.Moment) string { return "JOB-" + m.NewID() }

// begin returns the instance at the first step of a task.
func (in *instance) begin(m *domain.Moment, status InstanceStatus, t InstanceTask) Instance {
	i := in.Instance
	i.Status, i.Progress, i.Task = status, creationSteps[0], &t
	i.UpdateTime, i.ProgressTime, i.TaskTime = m.Now, m.Now, m.Now
	return i
}

func started(i Instance) JobStarted {
	return JobStarted{InstanceID: i.ID, JobID: i.Task.JobID, OrderID: i.Task.OrderID}
}

// finished returns the instance after the last step of its creation or task, and adds the names of what
// the task has changed.
func (i Instance) finished(changed []string) (Instance, []string) {
	t := i.Task
	i.Status, i.Task = InstanceRunning, nil
	switch {
	case t == nil:
	case t.Kind == TaskResize:
		i.SpecID, changed = t.SpecID, append(changed, "task", "spec_id")
	case t.Kind == TaskIngress:
		i.IngressBandwidthSize, i.IngressBandwidthChargingMode = t.BandwidthSize, t.BandwidthChargingMode
		changed = append(changed, "task", "ingress_bandwidth_size", "ingress_bandwidth_charging_mode")
	}
	return i, changed
}
