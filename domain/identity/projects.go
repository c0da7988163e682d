package identity

import "github.com/gatelog/gatelog/domain"

// CreateProject makes a project.
type CreateProject struct {
	Name string `json:"name" maxLength:"64" pattern:"^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*$" doc:"Name, unique in the account; often that of a region, since SDKs look their project up by it."`
}

// RenameProject gives a project another name.
type RenameProject struct {
	ProjectID string `json:"project_id"`
	Name      string `json:"name" maxLength:"64" pattern:"^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*$"`
}

// CreateProject decides on the command of that name. Errors: domain.CodeInvalid, CodeNameTaken,
// CodeLimitReached at MaxProjects.
func (s *State) CreateProject(m *domain.Moment, c CreateProject) (Project, []domain.Event, error) {
	if err := checked(c); err != nil {
		return Project{}, nil, err
	}
	if _, taken := s.ProjectNamed(c.Name); taken {
		return Project{}, nil, ErrNameTaken("project", c.Name)
	}
	if len(s.projects) >= MaxProjects {
		return Project{}, nil, ErrLimitReached(MaxProjects, "projects")
	}
	p := Project{ID: m.NewID(), Name: c.Name, CreatedAt: m.Now, UpdatedAt: m.Now}
	return p, []domain.Event{ProjectCreated{p}}, nil
}

// RenameProject decides on the command of that name. Errors: domain.CodeNotFound, domain.CodeInvalid,
// CodeNameTaken.
func (s *State) RenameProject(m *domain.Moment, c RenameProject) (Project, []domain.Event, error) {
	p, ok := s.Project(c.ProjectID)
	if !ok {
		return Project{}, nil, ErrNoProject()
	}
	if err := checked(c); err != nil {
		return Project{}, nil, err
	}
	if c.Name == p.Name {
		return p, nil, nil
	}
	if _, taken := s.ProjectNamed(c.Name); taken {
		return Project{}, nil, ErrNameTaken("project", c.Name)
	}
	p.Name, p.UpdatedAt = c.Name, m.Now
	return p, []domain.Event{ProjectRenamed{p}}, nil
}
