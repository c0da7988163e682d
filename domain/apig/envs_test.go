package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateEnv(t *testing.T) {
	t.Parallel()
	remark := "Development"
	create := func(b EnvBody) decision { return do((*State).CreateEnv, CreateEnv{gw, b}) }
	want := Environment{ID: id(1), InstanceID: gw, Name: "DEV", Remark: "Development", CreateTime: now}
	run(t, []scenario{
		{name: "§3.2.1: created", given: gateway(), when: create(EnvBody{Name: "DEV", Remark: &remark}),
			then: []domain.Event{EnvCreated{want}}, answer: want},
		{name: "§3.2.1: names are unique", given: given(gateway(), anEnv("e1", "DEV")), when: create(EnvBody{Name: "DEV"}), refused: "APIG.3205"},
		{name: "§3.2.4: RELEASE is there already", given: gateway(), when: create(EnvBody{Name: "RELEASE"}), refused: "APIG.3205"},
		{name: "§3.2.1: letters, digits, underscores", given: gateway(), when: create(EnvBody{Name: "1DEV"}), refused: "APIG.2011"},
		{name: "§3.2.1: 3 to 64 characters", given: gateway(), when: create(EnvBody{Name: "DE"}), refused: "APIG.2011"},
		{name: "§3.2.1: the name is required", given: gateway(), when: create(EnvBody{}), refused: "APIG.2001"},
		{name: "§3.2.1: quota ENVIRONMENT_NUM_LIMIT", when: create(EnvBody{Name: "DEV"}), refused: "APIG.3104",
			given: given(gateway(), aQuota("ENVIRONMENT_NUM_LIMIT", 1))},
	})
}

func TestUpdateEnv(t *testing.T) {
	t.Parallel()
	remark := "new"
	update := func(id string, b EnvBody) decision { return do((*State).UpdateEnv, UpdateEnv{gw, id, b}) }
	env := func(id, name, remark string) Environment {
		return Environment{ID: id, InstanceID: gw, Name: name, Remark: remark, CreateTime: past}
	}
	two := given(gateway(), anEnv("e1", "DEV"), anEnv("e2", "TEST"))
	run(t, []scenario{
		{name: "§3.2.2: name and remark change", given: two, when: update("e1", EnvBody{Name: "STAGE", Remark: &remark}),
			then: []domain.Event{EnvUpdated{env("e1", "STAGE", "new"), []string{"name", "remark"}}}, answer: env("e1", "STAGE", "new")},
		{name: "nothing new, nothing happens", given: two, when: update("e1", EnvBody{Name: "DEV"}), answer: env("e1", "DEV", "")},
		{name: "§3.2.1: names are unique", given: two, when: update("e1", EnvBody{Name: "TEST"}), refused: "APIG.3205"},
		{name: "§3.2.2 ex: unknown", given: two, when: update("e3", EnvBody{Name: "STAGE"}), refused: "APIG.3003"},
		{name: "§3.2.4: RELEASE keeps its name", given: two, when: update(ReleaseEnvID, EnvBody{Name: "LIVE"}), refused: "APIG.1103"},
		{name: "RELEASE may have a remark", given: two, when: update(ReleaseEnvID, EnvBody{Name: "RELEASE", Remark: &remark}),
			then: []domain.Event{EnvUpdated{env(ReleaseEnvID, "RELEASE", "new"), []string{"remark"}}}},
	})
}

func TestDeleteEnv(t *testing.T) {
	t.Parallel()
	del := do((*State).DeleteEnv, DeleteEnv{gw, "e1"})
	gone := []domain.Event{EnvDeleted{InstanceID: gw, EnvID: "e1", Name: "DEV"}}
	env := given(gateway(), anEnv("e1", "DEV"), aGroup("g1", "shop"), anAPI("a1", "g1", "list", "GET /list"))
	online := given(env, published("v1", "a1", "g1", "e1", 5))
	run(t, []scenario{
		{name: "§3.2.3: one without published APIs goes", given: env, when: del, then: gone},
		{name: "its variables go with it", given: given(env, aVariable("x1", "g1", "e1", "host", "h")), when: del, then: gone},
		{name: "§3.2.3: not while an API is published there", given: online, when: del, refused: "APIG.3418"},
		{name: "offline again, it goes", given: given(online, offline("v1", "a1", "g1", "e1", 5)), when: del, then: gone},
		{name: "published elsewhere does not matter", given: given(env, published("v1", "a1", "g1", ReleaseEnvID, 5)), when: del, then: gone},
		{name: "§3.2.4: RELEASE stays", given: env, when: do((*State).DeleteEnv, DeleteEnv{gw, ReleaseEnvID}), refused: "APIG.1103"},
		{name: "§3.2.3 ex: unknown", given: gateway(), when: del, refused: "APIG.3003"},
	})
}
