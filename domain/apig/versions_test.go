package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

// twoVersions is shop with two versions of a1 in RELEASE, the second in effect, and one in DEV.
func twoVersions() history {
	return given(shop(), anEnv("e1", "DEV"), anAPI("a2", "g1", "order", "POST /orders"),
		published("v1", "a1", "g1", ReleaseEnvID, 4), published("v2", "a1", "g1", ReleaseEnvID, 4), published("v3", "a1", "g1", "e1", 4))
}

func switchTo(apiID, versionID string) decision {
	return do((*State).SwitchVersion, SwitchVersion{gw, apiID, SwitchVersionBody{versionID}})
}

func TestSwitchVersion(t *testing.T) {
	t.Parallel()
	back := func(versionID, envID, envName string) Publication {
		return Publication{
			InstanceID: gw, APIID: "a1", APIName: "list", GroupID: "g1", EnvID: envID, EnvName: envName,
			PublishID: id(1), VersionID: versionID, VersionNo: "20240501080000", PublishTime: now, DefinitionPosition: 4,
		}
	}
	switched := func(versionID, envID, envName string) []domain.Event {
		return []domain.Event{APIVersionSwitched{back(versionID, envID, envName)}}
	}
	moved := given(twoVersions(), redefined("a1", mockAPI("g2", "list", "GET /list")),
		offline("v2", "a1", "g1", ReleaseEnvID, 4), offline("v3", "a1", "g1", "e1", 4),
		history{APIDeleted{InstanceID: gw, APIID: "a2", GroupID: "g1", Name: "order"}, GroupDeleted{InstanceID: gw, GroupID: "g1", Name: "shop"}})
	run(t, []scenario{
		{name: "§3.5.11: back to an earlier version", given: twoVersions(), when: switchTo("a1", "v1"),
			then: switched("v1", ReleaseEnvID, "RELEASE"), answer: back("v1", ReleaseEnvID, "RELEASE")},
		{name: "§3.5.11: in the environment of the version", given: twoVersions(), when: switchTo("a1", "v3"), then: switched("v3", "e1", "DEV")},
		{name: "§3.5.11: freely, the one in effect too", given: twoVersions(), when: switchTo("a1", "v2"), then: switched("v2", ReleaseEnvID, "RELEASE")},
		{name: "§3.5.11: also while offline", given: given(twoVersions(), offline("v2", "a1", "g1", ReleaseEnvID, 4)),
			when: switchTo("a1", "v1"), then: switched("v1", ReleaseEnvID, "RELEASE")},
		{name: "§3.5.11 ex: unknown version", given: twoVersions(), when: switchTo("a1", "v9"), refused: "APIG.3022"},
		{name: "a version of another API", given: twoVersions(), when: switchTo("a2", "v1"), refused: "APIG.3022"},
		{name: "unknown API", given: twoVersions(), when: switchTo("a9", "v1"), refused: "APIG.3002"},
		{name: "§3.5.11: the version is required", given: twoVersions(), when: switchTo("a1", ""), refused: "APIG.2001"},
		{name: "its environment is gone", when: switchTo("a1", "v3"), refused: "APIG.3003",
			given: given(twoVersions(), offline("v3", "a1", "g1", "e1", 4), history{EnvDeleted{InstanceID: gw, EnvID: "e1", Name: "DEV"}})},
		{name: "its group is gone", given: moved, when: switchTo("a1", "v1"), refused: "APIG.3001"},
	})
}

func TestOfflineVersion(t *testing.T) {
	t.Parallel()
	end := func(versionID string) decision {
		return do((*State).OfflineVersion, OfflineVersion{gw, versionID})
	}
	run(t, []scenario{
		{name: "§3.5.14: the one in effect", given: twoVersions(), when: end("v2"),
			then: []domain.Event{APITakenOffline{publication("v2", "a1", "g1", ReleaseEnvID, 4)}}},
		{name: "§3.5.14: only the one in effect", given: twoVersions(), when: end("v1"), refused: "APIG.3015"},
		{name: "offline already", given: given(twoVersions(), offline("v2", "a1", "g1", ReleaseEnvID, 4)), when: end("v2"), refused: "APIG.3015"},
		{name: "§3.5.14: a switch puts another one in effect", when: end("v1"),
			given: given(twoVersions(), history{APIVersionSwitched{publication("v1", "a1", "g1", ReleaseEnvID, 4)}}),
			then:  []domain.Event{APITakenOffline{publication("v1", "a1", "g1", ReleaseEnvID, 4)}}},
		{name: "§3.5.14 ex: unknown", given: twoVersions(), when: end("v9"), refused: "APIG.3022"},
		{name: "those of a deleted API are gone", when: end("v2"), refused: "APIG.3022",
			given: given(twoVersions(), offline("v2", "a1", "g1", ReleaseEnvID, 4), offline("v3", "a1", "g1", "e1", 4),
				history{APIDeleted{InstanceID: gw, APIID: "a1", GroupID: "g1", Name: "list"}})},
	})
}
