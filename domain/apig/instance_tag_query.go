package apig

import "github.com/gatelog/gatelog/domain"

// SysTagEnterpriseProject is the one system tag that instances can be looked for by.
const SysTagEnterpriseProject = "_sys_enterprise_project_id"

// InstanceTagQuery says which instances to look for by their tags (public SDK, ListInstancesByTags and
// ShowInstancesNumByTags). All conditions have to hold; without one, all instances are found.
type InstanceTagQuery struct {
	WithoutAnyTag bool            `json:"without_any_tag,omitempty" doc:"Only instances without tags; tags does not count then."`
	Tags          []TagValues     `json:"tags,omitempty" maxItems:"20" doc:"Only instances that have a tag with each of these keys."`
	SysTags       []TagValues     `json:"sys_tags,omitempty" maxItems:"20" doc:"The same for system tags: _sys_enterprise_project_id."`
	Matches       []InstanceMatch `json:"matches,omitempty" maxItems:"20" doc:"Only instances whose members match."`
}

// TagValues is a key with the values that it may have; none for any.
type TagValues struct {
	Key    string   `json:"key" minLength:"1" maxLength:"128" pattern:"^[\\p{L}\\p{N} _.:=+\\-@]+$" doc:"Key."`
	Values []string `json:"values,omitempty" maxItems:"20" maxLength:"255" pattern:"^[\\p{L}\\p{N} _.:/=+\\-@]*$" doc:"Values, one of which the tag has; none for any."`
}

// InstanceMatch is a member of an instance and what it begins with.
type InstanceMatch struct {
	Key   string `json:"key" enum:"resource_name" doc:"resource_name: the name of the instance."`
	Value string `json:"value,omitempty" maxLength:"255" doc:"What it begins with."`
}

// Check refuses a query that breaks a rule of its fields: APIC.7211.
func (q InstanceTagQuery) Check() error {
	if bad := domain.Check(q); bad != nil {
		return ErrInstanceParam(bad.Path)
	}
	return nil
}
