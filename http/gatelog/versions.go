package gatelog

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
	"github.com/gatelog/gatelog/projections/resources"
)

// VersionListView is a page of the versions of an API.
type VersionListView struct {
	Total    int                           `json:"total" doc:"Versions in all."`
	Size     int                           `json:"size" doc:"Versions in this answer."`
	Versions []projectionsapig.VersionView `json:"versions" doc:"Newest first; status 1 is in effect, 2 is not."`
}

// DefinitionView is a definition of an API at some moment: its draft, or a version, with everything that
// it stood on.
type DefinitionView struct {
	Of         string          `json:"of" doc:"draft or version."`
	APIID      string          `json:"api_id"`
	Position   domain.Position `json:"position" doc:"Place in the log of the event that wrote the draft or made the version."`
	UpdateTime time.Time       `json:"update_time" doc:"When the definition was written."`
	EnvID      string          `json:"env_id" doc:"Environment whose variables are filled in."`
	// Variables are those that the definition refers to.
	Variables []projectionsapig.VariableValue `json:"variables" doc:"Variables that the definition refers to, with the values that are filled in."`
	Written   apig.Definition                 `json:"written" doc:"The definition as its owner wrote it."`
	Run       apig.Definition                 `json:"run" doc:"The definition with its variables filled in: what a gateway runs."`
	Version   *MadeVersion                    `json:"version,omitempty" doc:"Absent for a draft."`
}

// MadeVersion is how a version came to be, and the group that it stood in.
type MadeVersion struct {
	VersionID          string          `json:"version_id"`
	VersionNo          string          `json:"version_no"`
	APIName            string          `json:"api_name"`
	EnvName            string          `json:"env_name"`
	Remark             string          `json:"remark"`
	PublishTime        time.Time       `json:"publish_time"`
	DefinitionPosition domain.Position `json:"definition_position" doc:"Place in the log of the event that wrote the definition."`
	Group              apig.Group      `json:"group" doc:"The group as it was then."`
}

func viewSnapshot(apiID string, s projectionsapig.Snapshot) DefinitionView {
	v := DefinitionView{
		Of: projectionsapig.OfDraft, APIID: apiID, Position: s.Position, UpdateTime: s.UpdateTime, EnvID: s.EnvID,
		Variables: s.Variables, Written: s.Written, Run: s.Run,
	}
	if s.Version == nil {
		return v
	}
	p := s.Version.Published
	v.Of, v.APIID = "version", p.APIID
	v.Version = &MadeVersion{
		VersionID: p.VersionID, VersionNo: p.VersionNo, APIName: p.APIName, EnvName: p.EnvName, Remark: p.Remark,
		PublishTime: p.PublishTime, DefinitionPosition: p.DefinitionPosition, Group: s.Version.Group,
	}
	return v
}

// versions registers what can be asked of versions.
func (s *surface) versions(api huma.API) {
	register(s, api, operation{
		id: "list-all-api-versions", method: http.MethodGet, path: apiPath + "/versions", action: ActionVersions,
		summary: "List all versions that an API ever had", doc: "Newest first. Also those of an API that is gone.",
	}, s.listVersions)
	register(s, api, operation{
		id: "show-version", method: http.MethodGet, path: instancePath + "/versions/{version_id}", action: ActionVersion,
		summary: "Show a version with its whole definition", doc: "As it was written and as it ran, with the variables and the group of that time.",
	}, s.showVersion)
	register(s, api, operation{
		id: "show-api-definition", method: http.MethodGet, path: apiPath + "/definition", action: ActionVersion,
		summary: "Show a definition of an API: its draft, what is live, or a version",
		doc:     "Also the last draft, and every version, of an API that is gone.",
	}, s.showDefinition)
	register(s, api, operation{
		id: "diff-api", method: http.MethodGet, path: apiPath + "/diff", action: ActionVersion,
		summary: "Compare two definitions of an API",
		doc:     "Any two of: its versions, its draft, what is live.",
	}, s.diff)
}

type listVersionsIn struct {
	InAPI
	Paging
	Env string `query:"env" maxLength:"65" doc:"Only versions made for this environment (id or name)."`
}

func (s *surface) listVersions(ctx context.Context, _ commands.Call, in *listVersionsIn) (*found[VersionListView], error) {
	rows, total, err := s.Queries.VersionsEver(ctx, in.in(), in.APIID, in.Env, in.page())
	if err != nil {
		return nil, err
	}
	return &found[VersionListView]{VersionListView{total, len(rows), rows}}, nil
}

type versionIn struct {
	InInstance
	VersionID string `path:"version_id" pattern:"^[A-Za-z0-9_-]{1,65}$" doc:"Version."`
	APIID     string `query:"api_id" maxLength:"65" pattern:"^[A-Za-z0-9_-]*$" doc:"Its API; needed when the API is gone."`
}

func (s *surface) showVersion(ctx context.Context, _ commands.Call, in *versionIn) (*found[DefinitionView], error) {
	v, err := s.Queries.VersionEver(ctx, in.in(), in.APIID, in.VersionID)
	if err != nil {
		return nil, err
	}
	snapshot, err := s.Queries.Snapshot(ctx, in.in(), v.Published.APIID, in.VersionID, "")
	if err != nil {
		return nil, err
	}
	return &found[DefinitionView]{viewSnapshot(in.APIID, snapshot)}, nil
}

// snapshotName is the rule for the names of snapshots.
const snapshotName = "draft, live, live:<environment> or the id of a version"

type definitionIn struct {
	InAPI
	Of  string `query:"of" default:"draft" maxLength:"135" doc:"draft, live (in RELEASE), live:<environment id or name>, or the id of a version."`
	Env string `query:"env" maxLength:"65" doc:"Environment (id or name) whose variables are filled in a draft; default RELEASE."`
}

func (s *surface) showDefinition(ctx context.Context, _ commands.Call, in *definitionIn) (*found[DefinitionView], error) {
	env := ""
	if in.Env != "" {
		var err error
		if env, err = s.Queries.EnvID(ctx, in.in(), in.Env); err != nil {
			return nil, err
		}
	}
	snapshot, err := s.Queries.Snapshot(ctx, in.in(), in.APIID, in.Of, env)
	if err != nil {
		return nil, err
	}
	return &found[DefinitionView]{viewSnapshot(in.APIID, snapshot)}, nil
}

// DiffView is the difference between two definitions of an API.
type DiffView struct {
	From Side   `json:"from"`
	To   Side   `json:"to"`
	Form string `json:"form" doc:"Which form of the definitions was compared: written or run."`
	resources.Diff
	Variables []projectionsapig.VariableChange `json:"variables" doc:"Variables with other values, in either form."`
}

// Side is what was compared.
type Side struct {
	Of        string          `json:"of" doc:"draft or version."`
	VersionID string          `json:"version_id,omitempty"`
	VersionNo string          `json:"version_no,omitempty"`
	EnvID     string          `json:"env_id" doc:"Environment whose variables are filled in."`
	Position  domain.Position `json:"position" doc:"Place in the log of the event that wrote the draft or made the version."`
	Time      time.Time       `json:"time" doc:"When the draft was written or the version was published."`
}

type diffIn struct {
	InAPI
	From string `query:"from" required:"true" minLength:"1" maxLength:"135" doc:"draft, live (in RELEASE), live:<environment id or name>, or the id of a version."`
	To   string `query:"to" required:"true" minLength:"1" maxLength:"135" doc:"As from."`
	Form string `query:"form" default:"written" enum:"written,run" doc:"written: the definitions as their owner wrote them. run: with their variables filled in; a draft with the values that the environment of the other side has now."`
}

func (s *surface) diff(ctx context.Context, _ commands.Call, in *diffIn) (*found[DiffView], error) {
	from, to, err := s.sides(ctx, in)
	if err != nil {
		return nil, err
	}
	before, after := &from.Written, &to.Written
	if in.Form == "run" {
		before, after = &from.Run, &to.Run
	}
	d, err := projectionsapig.DiffOf(before, after)
	if err != nil {
		return nil, err
	}
	return &found[DiffView]{DiffView{
		From: viewSide(from), To: viewSide(to), Form: in.Form, Diff: d,
		Variables: projectionsapig.VariableChanges(from.Variables, to.Variables),
	}}, nil
}

// sides reads both sides: a draft runs where the other side does.
func (s *surface) sides(ctx context.Context, in *diffIn) (from, to projectionsapig.Snapshot, err error) {
	if in.From == projectionsapig.OfDraft {
		if to, err = s.side(ctx, in, "to", in.To, ""); err == nil {
			from, err = s.side(ctx, in, "from", in.From, to.EnvID)
		}
		return from, to, err
	}
	if from, err = s.side(ctx, in, "from", in.From, ""); err == nil {
		to, err = s.side(ctx, in, "to", in.To, from.EnvID)
	}
	return from, to, err
}

// side reads one side of a comparison; its errors say which one it was.
func (s *surface) side(ctx context.Context, in *diffIn, param, of, draftEnv string) (projectionsapig.Snapshot, error) {
	snapshot, err := s.Queries.Snapshot(ctx, in.in(), in.APIID, of, draftEnv)
	if code := domain.CodeOf(err); statusOf(code) == http.StatusNotFound {
		refusal := domain.Errorf(code, "%s=%s: %s; it must be %s", param, of, messageOf(err), snapshotName)
		refusal.Param = param
		return snapshot, refusal
	}
	if err != nil {
		return snapshot, fmt.Errorf("%s: %w", param, err)
	}
	return snapshot, nil
}

func viewSide(s projectionsapig.Snapshot) Side {
	if s.Version == nil {
		return Side{Of: projectionsapig.OfDraft, EnvID: s.EnvID, Position: s.Position, Time: s.UpdateTime}
	}
	p := s.Version.Published
	return Side{Of: "version", VersionID: p.VersionID, VersionNo: p.VersionNo, EnvID: s.EnvID, Position: s.Position, Time: p.PublishTime}
}
