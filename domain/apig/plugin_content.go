package apig

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// The types of plug-ins (APIG V2 §3.27.1); the last four only in the SDK.
const (
	PluginCORS        = "cors"
	PluginRespHeaders = "set_resp_headers"
	PluginKafkaLog    = "kafka_log"
	PluginBreaker     = "breaker"
	PluginRateLimit   = "rate_limit"
	PluginThirdAuth   = "third_auth"
	PluginCache       = "proxy_cache"
	PluginMirror      = "proxy_mirror"
	PluginOIDC        = "oidc_auth"
	PluginJWT         = "jwt_auth"
)

// pluginContent is the model of what a type of plug-in is configured with.
type pluginContent interface {
	// rules holds members against each other; what a single member may be is in its tags.
	rules() error
}

// secretive is content with rules for what is secret in it. They can be kept only while it is in the clear.
type secretive interface {
	clear() error
}

// channelUser is content that may refer to VPC channels.
type channelUser interface {
	uses() []use
}

// contents makes an empty model for each type of plug-in.
var contents = map[string]func() pluginContent{
	PluginCORS:        func() pluginContent { return &corsContent{} },
	PluginRespHeaders: func() pluginContent { return &respHeadersContent{} },
	PluginKafkaLog:    func() pluginContent { return &kafkaLogContent{} },
	PluginBreaker:     func() pluginContent { return &breakerContent{} },
	PluginRateLimit:   func() pluginContent { return &rateLimitContent{} },
	PluginThirdAuth:   func() pluginContent { return &thirdAuthContent{} },
	PluginCache:       func() pluginContent { return &cacheContent{} },
	PluginMirror:      func() pluginContent { return &mirrorContent{} },
	PluginOIDC:        func() pluginContent { return &oidcContent{} },
	PluginJWT:         func() pluginContent { return &jwtContent{} },
}

// contentPath is where a member of the content is for who sent it.
func contentPath(member string) string { return "plugin_content." + member }

// readContent reads the content of a plug-in of a known type: a JSON object as its model has it. Members
// that the model does not have may be there, as in the reference's own examples. Errors: APIG.2001, 2011.
func readContent(kind, text string) (pluginContent, error) {
	if err := soundContent(text); err != nil {
		return nil, err
	}
	content := contents[kind]()
	if err := json.Unmarshal([]byte(text), content); err != nil {
		return nil, unreadable(err)
	}
	if bad := domain.Check(content); bad != nil {
		bad.Path = contentPath(bad.Path)
		return nil, FromViolation(bad)
	}
	return content, content.rules()
}

// soundContent refuses what is no JSON object, holds text that no database keeps, is nested too deep, or
// has a member twice.
func soundContent(text string) error {
	whole := struct {
		Content json.RawMessage `json:"plugin_content"`
	}{json.RawMessage(text)}
	if err := violated(whole); err != nil {
		return err
	}
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return ErrInvalidBecause("plugin_content", "is no JSON object")
	}
	_, err := textMembers(text)
	return err
}

// unreadable names the member that is of another type than its model says.
func unreadable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return ErrInvalid(contentPath(wrong.Field))
	}
	return ErrInvalidBecause("plugin_content", "does not fit the type of the plug-in")
}

// usesOfPlugin returns the VPC channels that a plug-in refers to, each once.
func usesOfPlugin(p Plugin) []use {
	empty, known := contents[p.Type]
	if !known {
		return nil
	}
	content := empty()
	user, refers := content.(channelUser)
	if !refers || json.Unmarshal([]byte(p.Content), content) != nil {
		return nil
	}
	all := user.uses()
	slices.SortFunc(all, func(a, b use) int { return strings.Compare(a.id, b.id) })
	return slices.Compact(all)
}
