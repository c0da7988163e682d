// Package subscriptions holds what is true of subscriptions: who wants which events of a tenant, and where
// they are to be sent. How far a subscription has come is not a fact of the log, and not kept here.
package subscriptions

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// Filter says which events are wanted. An event must fit all members; an empty member fits all events.
type Filter struct {
	Tenants   []string `json:"tenants,omitempty" maxItems:"32" minLength:"1" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"Projects, for a subscription of the whole account."`
	Surfaces  []string `json:"surfaces,omitempty" maxItems:"8" minLength:"1" maxLength:"32" pattern:"^[a-z0-9_-]+$" doc:"APIs that the events belong to, e.g. apig."`
	Kinds     []string `json:"kinds,omitempty" maxItems:"16" minLength:"1" maxLength:"64" pattern:"^[a-z0-9_-]+$" doc:"Kinds of resources, e.g. api, group."`
	Instances []string `json:"instances,omitempty" maxItems:"32" minLength:"1" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"Gateway instances. Events that are about no instance do not fit."`
	Types     []string `json:"types,omitempty" maxItems:"32" minLength:"1" maxLength:"128" pattern:"^[a-z0-9_.*-]+$" doc:"Types of events; * stands for any characters: apig.api.*"`
}

// Fact is what a filter looks at: an event as the log has it.
type Fact struct {
	Tenant, Surface, Kind, ID, Type string
	Data                            []byte // JSON
}

// kernel is the beginning of the types of the log's own records, which are facts of no surface.
const kernel = "gatelog."

// Fits reports whether an event is wanted. Records of the log itself never are.
func (f Filter) Fits(e Fact) bool {
	return !strings.HasPrefix(e.Type, kernel) && among(f.Tenants, e.Tenant) && among(f.Surfaces, e.Surface) && among(f.Kinds, e.Kind) &&
		f.fitsType(e.Type) && f.fitsInstance(e)
}

func among(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func (f Filter) fitsType(t string) bool {
	return len(f.Types) == 0 || slices.ContainsFunc(f.Types, func(pattern string) bool {
		ok, err := path.Match(pattern, t)
		return ok && err == nil
	})
}

func (f Filter) fitsInstance(e Fact) bool {
	return len(f.Instances) == 0 || slices.Contains(f.Instances, e.instance())
}

// kindInstance is the kind of the events about an instance itself, whose id is that of the resource.
const kindInstance = "instance"

// instance returns the instance that an event is about, or "". Events name it at the top of their data, or
// in the one thing that they are about.
func (e Fact) instance() string {
	if e.Kind == kindInstance {
		return e.ID
	}
	type named struct {
		InstanceID string `json:"instance_id"`
	}
	var top named
	if json.Unmarshal(e.Data, &top) == nil && top.InstanceID != "" {
		return top.InstanceID
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(e.Data, &members) != nil {
		return ""
	}
	for _, member := range members {
		var inner named
		if json.Unmarshal(member, &inner) == nil && inner.InstanceID != "" {
			return inner.InstanceID
		}
	}
	return ""
}
