package identityhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	commandsidentity "github.com/gatelog/gatelog/commands/identity"
	"github.com/gatelog/gatelog/domain/identity"
)

// Project is a project as /gatelog/v1 shows it.
type Project struct {
	ID        string    `json:"id" doc:"The {project_id} of other paths."`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func viewProject(p identity.Project) Project { return Project(p) }

type projectList struct {
	Total    int       `json:"total" doc:"Projects in all."`
	Size     int       `json:"size" doc:"Projects in this answer."`
	Projects []Project `json:"projects" doc:"By name."`
}

// projectName is the body of both changes of projects.
type projectName struct {
	Name string `json:"name" minLength:"1" maxLength:"64" doc:"Unique in the account: letters, digits, . _ and -. SDKs look a project up by its name, often a region's."`
}

type newProject struct{ Body projectName }

type projectChange struct {
	ProjectID string `path:"id" maxLength:"64" doc:"Id of the project."`
	Body      projectName
}

func (s *surface) projects(api huma.API) {
	register(s, api, operation{
		id: "create-project", method: http.MethodPost, path: "/projects", status: http.StatusCreated, action: commandsidentity.ActionCreateProject,
		summary: "Create a project",
	}, s.createProject)
	register(s, api, operation{
		id: "list-projects", method: http.MethodGet, path: "/projects", status: http.StatusOK, action: commandsidentity.ActionListProjects,
		summary: "List projects", doc: "By name.",
	}, s.manageProjects)
	register(s, api, operation{
		id: "rename-project", method: http.MethodPut, path: "/projects/{id}", status: http.StatusOK, action: commandsidentity.ActionUpdateProject,
		summary: "Rename a project",
	}, s.renameProject)
}

func (s *surface) createProject(ctx context.Context, by asker, in *newProject) (*changed[Project], error) {
	p, at, err := s.Commands.CreateProject.Do(ctx, s.Bus, by.call, identity.CreateProject{Name: in.Body.Name})
	return answer(viewProject(p), at, err)
}

func (s *surface) manageProjects(_ context.Context, _ asker, in *paging) (*found[projectList], error) {
	page, total := s.Directory.Projects(in.Offset, in.Limit)
	list := projectList{Total: total, Size: len(page), Projects: make([]Project, len(page))}
	for i, p := range page {
		list.Projects[i] = viewProject(p)
	}
	return &found[projectList]{list}, nil
}

func (s *surface) renameProject(ctx context.Context, by asker, in *projectChange) (*changed[Project], error) {
	command := identity.RenameProject{ProjectID: in.ProjectID, Name: in.Body.Name}
	p, at, err := s.Commands.RenameProject.Do(ctx, s.Bus, by.call, command)
	return answer(viewProject(p), at, err)
}
