package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
)

func TestCreateProject(t *testing.T) {
	t.Parallel()
	create := func(name string) decision { return do((*State).CreateProject, CreateProject{name}) }
	made := Project{ID: id(1), Name: "cn-north-4", CreatedAt: now, UpdatedAt: now}
	var full history
	for n := range MaxProjects - 1 {
		full = append(full, ProjectCreated{projectNamed(fmt.Sprintf("%032d", n), fmt.Sprintf("p%d", n))})
	}
	run(t, []scenario{
		{name: "made", given: account(), when: create("cn-north-4"), then: []domain.Event{ProjectCreated{made}}, answer: made},
		{name: "names are unique", given: account(), when: create("shop"), refused: CodeNameTaken, param: "name"},
		{name: "a name is given", given: account(), when: create(""), refused: domain.CodeInvalid, param: "name"},
		{name: "a name has at most 64 characters", given: account(), when: create(strings.Repeat("ä", 65)), refused: domain.CodeInvalid, param: "name"},
		{name: "no name of marks alone", given: account(), when: create("-"), refused: domain.CodeInvalid, param: "name"},
		{name: "there are at most 1000", given: given(account(), full), when: create("more"), refused: CodeLimitReached},
	})
}

func TestRenameProject(t *testing.T) {
	t.Parallel()
	rename := func(id, name string) decision { return do((*State).RenameProject, RenameProject{id, name}) }
	renamed := Project{ID: shop, Name: "store", CreatedAt: past, UpdatedAt: now}
	two := given(account(), history{ProjectCreated{projectNamed("p2", "bank")}})
	run(t, []scenario{
		{name: "renamed", given: two, when: rename(shop, "store"), then: []domain.Event{ProjectRenamed{renamed}}, answer: renamed},
		{name: "the same name changes nothing", given: two, when: rename(shop, "shop"), answer: projectNamed(shop, "shop")},
		{name: "names are unique", given: two, when: rename(shop, "bank"), refused: CodeNameTaken},
		{name: "a name given up is free", given: given(two, history{ProjectRenamed{projectNamed(shop, "store")}}), when: rename("p2", "shop"),
			then: []domain.Event{ProjectRenamed{Project{ID: "p2", Name: "shop", CreatedAt: past, UpdatedAt: now}}}},
		{name: "unknown", given: two, when: rename("p3", "store"), refused: domain.CodeNotFound, param: "project_id"},
		{name: "a name is valid", given: two, when: rename(shop, "a/b"), refused: domain.CodeInvalid, param: "name"},
	})
}
