package apig

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// MaskedSecret stands for a secret in answers. Sent back in a change, it means that the secret stays.
const MaskedSecret = "******"

// plain returns the body without the parts of a microservice that its type has no use for, so that a
// client may send back what it was shown.
func (b ChannelBody) plain() ChannelBody {
	if b.Microservice == nil {
		return b
	}
	kept := MicroserviceBody{ServiceType: b.Microservice.ServiceType}
	switch kept.ServiceType {
	case "":
		b.Microservice = nil
		return b
	case "CSE":
		kept.CSE = b.Microservice.CSE
	case "CCE":
		kept.CCE = b.Microservice.CCE
	case "CCE_SERVICE":
		kept.CCEService = b.Microservice.CCEService
	case "NACOS":
		kept.Nacos = b.Microservice.Nacos
	}
	b.Microservice = &kept
	return b
}

// readable refuses texts that nothing can keep, also in the parts that plain leaves out.
func (b *MicroserviceBody) readable() error {
	if b == nil {
		return nil
	}
	text, err := json.Marshal(b)
	if err != nil {
		return ErrInvalid("microservice_info")
	}
	return violated(struct {
		Text json.RawMessage `json:"microservice_info"`
	}{text})
}

// kind returns which kind of channel the body describes: what vpc_channel_type says; without it a
// microservice channel when type says so and there is a microservice, else one of servers.
func (b ChannelBody) kind() (string, error) {
	switch {
	case b.ChannelType != "" && b.Type != 0 && b.Type != channelTypeOf(b.ChannelType):
		return "", ErrInvalidBecause("vpc_channel_type", "contradicts type")
	case b.ChannelType != "":
		return b.ChannelType, nil
	case b.Type == channelTypeMicroservice && b.Microservice != nil:
		return ChannelMicroservice, nil
	default:
		return ChannelBuiltin, nil
	}
}

// setHealth puts a health check into the channel; path is that of the body, with a dot, for refusals.
func (c *Channel) setHealth(m *domain.Moment, b *HealthCheckBody, path string) error {
	if b == nil {
		return nil
	}
	now := HealthCheck{HealthCheckBody: *b}
	now.Protocol = strings.ToUpper(b.Protocol)
	if err := now.rules(path); err != nil {
		return err
	}
	if now.Method == "" {
		now.Method = "GET"
	}
	if now.Status == 0 {
		now.Status = statusAvailable
	}
	if c.Health != nil {
		now.ID, now.CreateTime = c.Health.ID, c.Health.CreateTime
	} else {
		now.ID, now.CreateTime = m.NewID(), m.Now
	}
	c.Health = &now
	return nil
}

// rules are those between the members of a health check (APIG V2 §3.17.1).
func (h *HealthCheck) rules(path string) error {
	switch {
	case h.Timeout >= h.TimeInterval:
		return ErrInvalidBecause(path+"timeout", "must be less than time_interval")
	case h.Protocol != "TCP" && h.Path == "":
		return ErrMissing(path + "path")
	case h.Protocol == "HTTP" && h.HTTPCode == "":
		return ErrMissing(path + "http_code")
	}
	for codes := range strings.SplitSeq(h.HTTPCode, ",") {
		if from, to, ok := strings.Cut(codes, "-"); ok && from > to { // three digits each
			return ErrInvalid(path + "http_code")
		}
	}
	return nil
}

// setMicroservice puts the microservice into a channel that has one.
func (c *Channel) setMicroservice(m *domain.Moment, b *MicroserviceBody) error {
	switch {
	case c.ChannelType != ChannelMicroservice:
		return nil
	case b == nil && c.Microservice == nil:
		return ErrMissing("microservice_info")
	case b == nil:
		return nil
	}
	body, err := b.complete(c.Microservice)
	if err != nil {
		return err
	}
	now := Microservice{MicroserviceBody: body, CreateTime: m.Now, UpdateTime: m.Now}
	if old := c.Microservice; old != nil {
		now.ID, now.CreateTime, now.UpdateTime = old.ID, old.CreateTime, old.UpdateTime
		if !reflect.DeepEqual(now.MicroserviceBody, old.MicroserviceBody) {
			now.UpdateTime = m.Now
		}
	} else {
		now.ID = m.NewID()
	}
	c.Microservice = &now
	return nil
}

// complete returns the body with the defaults of its registry; old gives the password that a change
// does not tell (nil: there is none).
func (b MicroserviceBody) complete(old *Microservice) (MicroserviceBody, error) {
	const path = "microservice_info."
	switch {
	case b.ServiceType == "CSE" && b.CSE == nil:
		return b, ErrMissing(path + "cse_info")
	case b.ServiceType == "CCE" && b.CCE == nil:
		return b, ErrMissing(path + "cce_info")
	case b.ServiceType == "CCE_SERVICE" && b.CCEService == nil:
		return b, ErrMissing(path + "cce_service_info")
	case b.ServiceType == "NACOS" && b.Nacos == nil:
		return b, ErrMissing(path + "nacos_info")
	}
	if cce := b.CCE; cce != nil {
		return b, cce.rules(path + "cce_info.")
	}
	if b.Nacos != nil {
		nacos, err := b.Nacos.complete(old)
		b.Nacos = &nacos
		return b, err
	}
	return b, nil
}

func (i CCEInfo) rules(path string) error {
	switch {
	case i.AppName == "" && i.LabelKey == "" && i.LabelValue == "":
		return ErrMissing(path + "app_name")
	case i.LabelKey == "" && i.LabelValue != "":
		return ErrMissing(path + "label_key")
	case i.LabelKey != "" && i.LabelValue == "":
		return ErrMissing(path + "label_value")
	default:
		return nil
	}
}

func (n NacosInfo) complete(old *Microservice) (NacosInfo, error) {
	if n.ClusterName == "" {
		n.ClusterName = "DEFAULT"
	}
	if n.GroupName == "" {
		n.GroupName = "DEFAULT_GROUP"
	}
	n.ServerConfig = cloneList(n.ServerConfig)
	for i, server := range n.ServerConfig {
		if server.GRPCPort == 0 {
			n.ServerConfig[i].GRPCPort = min(server.Port+1000, 65535)
		}
	}
	user := *n.UserInfo
	if user.Password == MaskedSecret {
		if old == nil || old.Nacos == nil {
			return n, ErrInvalid("microservice_info.nacos_info.user_info.password")
		}
		user.Password = old.Nacos.UserInfo.Password
	}
	n.UserInfo = &user
	return n, nil
}
