package apig

import (
	"regexp"
	"slices"

	"github.com/gatelog/gatelog/domain"
)

// The values of vpc_channel_status.
const (
	channelUsed        = 1
	channelNotUsed     = 2
	channelUnsupported = 3
	channelPerGroup    = 4
)

// normalize gives d its normal form: one way to write each meaning. It fills in the defaults of APIG
// V2 §3.5.1 (version and pass_through: of its examples) and drops what has no meaning.
func (d *Definition) normalize() *domain.Error {
	if bad := d.mergeTag(); bad != nil {
		return bad
	}
	fill(&d.Version, "V0.0.1")
	fill(&d.ReqProtocol, "HTTPS")
	fill(&d.MatchMode, "NORMAL")
	if d.ReqProtocol == "GRPCS" {
		d.ReqMethod = "POST"
	}
	if d.SamplingStrategy == "RATE" {
		fill(&d.SamplingParam, "100")
	}
	if d.AuthOpt == nil {
		d.AuthOpt = &AuthOpt{}
	}
	fill(&d.AuthOpt.AppCodeAuthType, "DISABLE")
	if d.IsSendFgBodyBase64 == nil {
		yes := true
		d.IsSendFgBodyBase64 = &yes
	}
	d.dropOtherBackends()
	for i := range d.ReqParams {
		d.ReqParams[i].normalize()
	}
	for _, f := range d.functions() {
		fill(f.reqProtocol, "HTTPS")
	}
	for _, v := range d.endpoints() {
		v.endpoint.normalize(d.BackendType == "GRPC")
	}
	return nil
}

// tagPattern is the rule of an entry of tags, for the tag that becomes one.
var tagPattern = regexp.MustCompile(`^[\p{Han}A-Za-z][\p{Han}A-Za-z0-9\-*#%.:_]*$`)

// mergeTag keeps the tags in tags alone, each once. The old member tag is read only when tags is not
// given, because tags has precedence.
func (d *Definition) mergeTag() *domain.Error {
	if len(d.Tags) == 0 && d.Tag != "" {
		if !tagPattern.MatchString(d.Tag) {
			return ErrInvalid("tag")
		}
		d.Tags = []string{d.Tag}
	}
	d.Tag = ""
	var once []string
	for _, tag := range d.Tags {
		if !slices.Contains(once, tag) {
			once = append(once, tag)
		}
	}
	d.Tags = once
	return nil
}

// dropOtherBackends keeps only the default backend that backend_type names: an API has one.
func (d *Definition) dropOtherBackends() {
	if d.BackendType != "MOCK" {
		d.MockInfo = nil
	}
	if d.BackendType != "FUNCTION" {
		d.FuncInfo = nil
	}
	if d.BackendType != "HTTP" && d.BackendType != "GRPC" {
		d.BackendAPI = nil
	}
}

func (p *ReqParam) normalize() {
	fill(&p.ValidEnable, 2)
	fill(&p.PassThrough, 1)
	if p.Location == "PATH" {
		fill(&p.Required, 1)
	}
	fill(&p.Required, 2)
}

// normalize fills in the defaults of a backend's address and drops the half of it that
// vpc_channel_status turns off. grpc says that the API's backend is of type GRPC, whose method and
// path are fixed.
func (e *Endpoint) normalize(grpc bool) {
	fill(&e.RetryCount, "-1")
	if e.VPCChannelInfo != nil {
		fill(&e.VPCChannelStatus, channelUsed)
	}
	fill(&e.VPCChannelStatus, channelNotUsed)
	if e.VPCChannelStatus == channelNotUsed {
		e.VPCChannelInfo = nil
	}
	if e.VPCChannelStatus != channelPerGroup {
		e.MemberGroupURLInfos = nil
	}
	if e.VPCChannelInfo != nil {
		// The examples show the channel's id as the address of a backend with a channel.
		e.URLDomain = e.VPCChannelInfo.VPCChannelID
	}
	if !grpc {
		return
	}
	e.ReqMethod, e.ReqURI = "POST", "/"
	for i := range e.MemberGroupURLInfos {
		e.MemberGroupURLInfos[i].ReqMethod, e.MemberGroupURLInfos[i].ReqURI = "POST", "/"
	}
}

// fill sets *field to value when it has no value yet.
func fill[T comparable](field *T, value T) {
	var none T
	if *field == none {
		*field = value
	}
}
