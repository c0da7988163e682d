package apig

import (
	"slices"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// partPublication is the name of the part that an API has for each environment.
const partPublication = "publication"

// Surface is what has to be known of this surface to tell what happened to its resources.
func Surface() resources.Surface { return resources.Surface{Codec: apig.Codec(), Part: partOf} }

// partOf names the part of an API that the events of publications are about: all of their members are its.
func partOf(ev domain.Event) (name, id string) {
	switch ev := ev.(type) {
	case apig.APIPublished:
		return partPublication, ev.EnvID
	case apig.APIVersionSwitched:
		return partPublication, ev.EnvID
	case apig.APITakenOffline:
		return partPublication, ev.EnvID
	}
	return "", ""
}

// InLog returns the id that a thing of an instance has in the log: of an environment, a feature and a quota, which
// are named alike in every instance, the instance is a part of it.
func InLog(instance, kind, id string) string {
	if instance != "" && slices.Contains([]string{"env", "feature", "quota"}, kind) {
		return instance + "_" + id
	}
	return id
}
