package apig

import (
	"slices"
	"strconv"

	"github.com/gatelog/gatelog/domain"
)

// creationSteps are the values that the progress of a creation can have (APIG V2 §3.23.4). The request
// being in the log is the first step.
var creationSteps = []int{30, 50, 80, 90, 100}

// AdvanceInstance takes the creation of an instance, or the task that it is in, one step further; the
// last one makes it Running.
type AdvanceInstance struct {
	InstanceID string `json:"instance_id"`
	// JobID is the job that is to go on; empty for whichever is running. One that is over stays so.
	JobID string `json:"job_id,omitempty"`
}

// UpdateInstance changes settings of an instance (APIG V2 §3.23.3). Members left out stay as they are.
type UpdateInstance struct {
	InstanceID string             `json:"instance_id"`
	Body       InstanceUpdateBody `json:"body"`
}

// InstanceUpdateBody is the body of APIG V2 §3.23.3.
type InstanceUpdateBody struct {
	Name             *string `json:"instance_name,omitempty" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9_-]{2,63}$" doc:"Instance name, unique in the project."`
	Description      *string `json:"description,omitempty" maxLength:"255" pattern:"^[^<>]*$" doc:"Description."`
	MaintainBegin    *string `json:"maintain_begin,omitempty" pattern:"^[0-9]{2}:00:00$" doc:"Start of the maintenance window: 02, 06, 10, 14, 18 or 22 o'clock."`
	MaintainEnd      *string `json:"maintain_end,omitempty" pattern:"^[0-9]{2}:00:00$" doc:"End of the maintenance window: 4 hours after its start."`
	SecurityGroupID  *string `json:"security_group_id,omitempty" minLength:"1" maxLength:"255" doc:"Security group."`
	VPCEPServiceName *string `json:"vpcep_service_name,omitempty" maxLength:"16" pattern:"^[A-Za-z0-9_-]*$" doc:"Name of the VPC endpoint service."`
}

// DeleteInstance deletes an instance with everything beneath it, published APIs included: the
// reference states no condition (APIG V2 §3.23.15).
type DeleteInstance struct {
	InstanceID string `json:"instance_id"`
}

// AdvanceInstance decides on the command of that name. An instance that is Running stays as it is.
// Errors: APIC.7302.
func (s *State) AdvanceInstance(m *domain.Moment, c AdvanceInstance) (Instance, []domain.Event, error) {
	in, ok := s.instances[c.InstanceID]
	if !ok {
		return Instance{}, nil, ErrInstanceUnknown()
	}
	if in.Status == InstanceRunning || c.JobID != "" && c.JobID != in.CurrentJob() {
		return in.Instance, nil, nil
	}
	i, changed := in.Instance, []string{"progress"}
	i.Progress, i.UpdateTime, i.ProgressTime = nextStep(i.Progress), m.Now, m.Now
	if i.Progress == 100 {
		i, changed = i.finished(append(changed, "status"))
	}
	return i, []domain.Event{InstanceProgressed{i, changed}}, nil
}

func nextStep(progress int) int {
	next, found := slices.BinarySearch(creationSteps, progress)
	if found {
		next++
	}
	return creationSteps[min(next, len(creationSteps)-1)]
}

// UpdateInstance decides on the command of that name. Errors: APIC.7302; APIC.7701 while the instance
// is being created; APIC.7500 (name); APIC.7211, 7230 and 7235 for single members.
func (s *State) UpdateInstance(m *domain.Moment, c UpdateInstance) (Instance, []domain.Event, error) {
	if bad := domain.Check(c.Body); bad != nil {
		return Instance{}, nil, ErrInstanceParam(bad.Path)
	}
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return Instance{}, nil, err
	}
	i := c.Body.onto(in.Instance)
	if err := checkMaintainWindow(i.MaintainBegin, i.MaintainEnd); err != nil {
		return Instance{}, nil, err
	}
	if id := s.instanceNames[i.Name]; id != "" && id != i.ID {
		return Instance{}, nil, ErrInstanceNameTaken(i.Name)
	}
	changed := instanceChanges(in.Instance, i)
	if changed == nil {
		return in.Instance, nil, nil
	}
	i.UpdateTime = m.Now
	return i, []domain.Event{InstanceUpdated{i, changed}}, nil
}

// DeleteInstance decides on the command of that name. Errors: APIC.7302; APIC.7701 while the instance
// is being created.
func (s *State) DeleteInstance(_ *domain.Moment, c DeleteInstance) (None, []domain.Event, error) {
	in, err := s.idle(c.InstanceID)
	if err != nil {
		return None{}, nil, err
	}
	return None{}, []domain.Event{InstanceDeleted{InstanceID: in.ID, Name: in.Name}}, nil
}

// idle returns the instance for an operation on itself, when no task of it is running.
func (s *State) idle(id string) (*instance, error) {
	in, ok := s.instances[id]
	if !ok {
		return nil, ErrInstanceUnknown()
	}
	if in.Status != InstanceRunning {
		return nil, ErrInstanceBusy(string(in.Status))
	}
	return in, nil
}

func (b InstanceUpdateBody) onto(i Instance) Instance {
	put(&i.Name, b.Name)
	put(&i.Description, b.Description)
	put(&i.MaintainBegin, b.MaintainBegin)
	put(&i.MaintainEnd, b.MaintainEnd)
	put(&i.SecurityGroupID, b.SecurityGroupID)
	put(&i.VPCEPServiceName, b.VPCEPServiceName)
	return i
}

func instanceChanges(old, now Instance) []string {
	return names(
		difference{"instance_name", old.Name != now.Name},
		difference{"description", old.Description != now.Description},
		difference{"maintain_begin", old.MaintainBegin != now.MaintainBegin},
		difference{"maintain_end", old.MaintainEnd != now.MaintainEnd},
		difference{"security_group_id", old.SecurityGroupID != now.SecurityGroupID},
		difference{"vpcep_service_name", old.VPCEPServiceName != now.VPCEPServiceName},
	)
}

// put sets *field to *value when there is one.
func put[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// maintainWindow returns the window that a new instance gets: that of the reference's examples when
// the client named none.
func maintainWindow(begin, end string) (string, string) {
	if begin == "" && end == "" {
		return "22:00:00", "02:00:00"
	}
	return begin, end
}

// checkMaintainWindow refuses hours that are not offered (APIC.7235) and any length but 4 hours
// (APIC.7230); times have the form hh:00:00 or are missing.
func checkMaintainWindow(begin, end string) error {
	if begin == "" || end == "" {
		return ErrMaintainLength()
	}
	from, to := hourOf(begin), hourOf(end)
	if from > 22 || to > 22 || from%4 != 2 || to%4 != 2 {
		return ErrMaintainHours()
	}
	if (from+4)%24 != to {
		return ErrMaintainLength()
	}
	return nil
}

func hourOf(clock string) int {
	hour, err := strconv.Atoi(clock[:2])
	if err != nil {
		return -1
	}
	return hour
}
