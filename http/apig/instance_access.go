package apig

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

const (
	eipPath     = instancePath + "/eip"
	egressPath  = instancePath + "/nat-eip"
	ingressPath = instancePath + "/ingress-eip"
)

// instanceAccess registers APIG V2 §3.23.5 to §3.23.12. Chapter 4 has no actions for them: they need
// that of changing an instance.
func (s *Surface) instanceAccess(api huma.API) {
	may := []string{"apigw:instances:update"}
	register(s, api, operation{
		id: "AddEipV2", section: "3.23.5", method: http.MethodPut, path: eipPath, status: 200,
		summary: "Bind an EIP to an instance", actions: may, tag: tagInstances,
	}, s.bindEIP)
	register(s, api, operation{
		id: "RemoveEipV2", section: "3.23.6", method: http.MethodDelete, path: eipPath, status: 200,
		summary: "Take its EIP from an instance", actions: may, tag: tagInstances,
	}, s.unbindEIP)
	register(s, api, operation{
		id: "AddEngressEipV2", section: "3.23.7", method: http.MethodPost, path: egressPath, status: 200,
		summary: "Open public outbound access", actions: may, tag: tagInstances,
	}, s.openEgress)
	register(s, api, operation{
		id: "UpdateEngressEipV2", section: "3.23.8", method: http.MethodPut, path: egressPath, status: 200,
		summary: "Change the outbound bandwidth", actions: may, tag: tagInstances,
	}, s.changeEgress)
	register(s, api, operation{
		id: "RemoveEngressEipV2", section: "3.23.9", method: http.MethodDelete, path: egressPath, status: 204,
		summary: "Close public outbound access", actions: may, tag: tagInstances,
	}, s.closeEgress)
	register(s, api, operation{
		id: "AddIngressEipV2", section: "3.23.10", method: http.MethodPost, path: ingressPath, status: 202,
		summary: "Open public inbound access", actions: may, tag: tagInstances,
	}, s.openIngress)
	register(s, api, operation{
		id: "UpdateIngressEipV2", section: "3.23.11", method: http.MethodPut, path: ingressPath, status: 202,
		summary: "Change the inbound bandwidth", actions: may, tag: tagInstances,
	}, s.changeIngress)
	register(s, api, operation{
		id: "RemoveIngressEipV2", section: "3.23.12", method: http.MethodDelete, path: ingressPath, status: 204,
		summary: "Close public inbound access", actions: may, tag: tagInstances,
	}, s.closeIngress)
}

type bindEIPIn struct {
	InInstance
	Body apig.EIPBody
}

// EIPView is an EIP of an instance (APIG V2 §3.23.5).
type EIPView struct {
	EIPID      string `json:"eip_id"`
	EIPAddress string `json:"eip_address" doc:"Empty unless the id is an IP address."`
	EIPStatus  string `json:"eip_status" doc:"ACTIVE."`
}

func (s *Surface) bindEIP(ctx context.Context, call commands.Call, in *bindEIPIn) (*answer[EIPView], error) {
	i, position, err := s.Commands.BindEIP.Do(ctx, s.Bus, call, apig.BindEIP{InstanceID: in.InstanceID, Body: in.Body})
	return changed(EIPView{i.EIPID, addressOf(i.EIPID), "ACTIVE"}, position), at(position, err)
}

// addressOf is the address of an EIP whose id is one. No service is there that knew the others.
func addressOf(eip string) string {
	if _, err := netip.ParseAddr(eip); err != nil {
		return ""
	}
	return eip
}

func (s *Surface) unbindEIP(ctx context.Context, call commands.Call, in *InInstance) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.UnbindEIP.Do, apig.UnbindEIP{InstanceID: in.InstanceID})
}

// Megabits is a number in JSON, or the text of one: the table of §3.23.7 says text, the example of
// §3.23.8 has a number.
type Megabits int

// UnmarshalJSON implements json.Unmarshaler.
func (m *Megabits) UnmarshalJSON(data []byte) error {
	text := string(data)
	if err := json.Unmarshal(data, &text); err != nil {
		text = string(data)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("a bandwidth is a whole number of Mbit/s")
	}
	*m = Megabits(n)
	return nil
}

// Schema describes the number; its text is taken as well.
func (Megabits) Schema(huma.Registry) *huma.Schema {
	least, most := 1.0, 1e6
	return &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Description: "Bandwidth in Mbit/s, or its text. Default: 5."}
}

// EgressBody is the body of APIG V2 §3.23.7 and §3.23.8.
type EgressBody struct {
	BandwidthSize         *Megabits `json:"bandwidth_size,omitempty"`
	BandwidthChargingMode string    `json:"bandwidth_charging_mode,omitempty" enum:"bandwidth,traffic" doc:"Charging of the bandwidth. Default: bandwidth."`
}

func (b EgressBody) bandwidth() apig.BandwidthBody {
	body := apig.BandwidthBody{BandwidthChargingMode: b.BandwidthChargingMode}
	if b.BandwidthSize != nil {
		body.BandwidthSize = new(int(*b.BandwidthSize))
	}
	return body
}

type egressIn struct {
	InInstance
	Body EgressBody
}

func (s *Surface) openEgress(ctx context.Context, call commands.Call, in *egressIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.OpenEgress.Do, apig.OpenEgress{InstanceID: in.InstanceID, Body: in.Body.bandwidth()})
}

func (s *Surface) changeEgress(ctx context.Context, call commands.Call, in *egressIn) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.ChangeEgress.Do, apig.ChangeEgress{InstanceID: in.InstanceID, Body: in.Body.bandwidth()})
}

func (s *Surface) closeEgress(ctx context.Context, call commands.Call, in *InInstance) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.CloseEgress.Do, apig.CloseEgress{InstanceID: in.InstanceID})
}

type ingressIn struct {
	InInstance
	Body apig.BandwidthBody
}

// JobView says which task began (APIG V2 §3.23.10, §3.23.16).
type JobView struct {
	InstanceID string `json:"instance_id"`
	Message    string `json:"message"`
	JobID      string `json:"job_id"`
}

func job(started apig.JobStarted, message string, position domain.Position) *answer[JobView] {
	return changed(JobView{started.InstanceID, message, started.JobID}, position)
}

const updateAccepted = "Job of changing the instance accepted"

func (s *Surface) openIngress(ctx context.Context, call commands.Call, in *ingressIn) (*answer[JobView], error) {
	started, position, err := s.Commands.OpenIngress.Do(ctx, s.Bus, call, apig.OpenIngress{InstanceID: in.InstanceID, Body: in.Body})
	return job(started, updateAccepted, position), at(position, err)
}

func (s *Surface) changeIngress(ctx context.Context, call commands.Call, in *ingressIn) (*answer[JobView], error) {
	started, position, err := s.Commands.ChangeIngress.Do(ctx, s.Bus, call, apig.ChangeIngress{InstanceID: in.InstanceID, Body: in.Body})
	return job(started, updateAccepted, position), at(position, err)
}

func (s *Surface) closeIngress(ctx context.Context, call commands.Call, in *InInstance) (*done, error) {
	return doneWith(ctx, s.Bus, call, s.Commands.CloseIngress.Do, apig.CloseIngress{InstanceID: in.InstanceID})
}
