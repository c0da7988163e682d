package identityhttp

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/access"
)

// The shapes of /v3 are those of Keystone v3, as the public Go SDK and the Terraform provider read them.

// keystoneTime is how times are written there: UTC, with microseconds.
const keystoneTime = "2006-01-02T15:04:05.000000Z"

type tokenBody struct {
	Token tokenView `json:"token"`
}

type tokenView struct {
	Methods   []string     `json:"methods"`
	IssuedAt  string       `json:"issued_at"`
	ExpiresAt string       `json:"expires_at"`
	User      userView     `json:"user"`
	Project   *projectView `json:"project,omitempty"`
	Domain    *named       `json:"domain,omitempty"`
	Roles     []named      `json:"roles"`
	Catalog   []named      `json:"catalog"`
}

type userView struct {
	named
	Domain            named  `json:"domain"`
	PasswordExpiresAt string `json:"password_expires_at"` // empty: never
}

type projectView struct {
	named
	Domain named `json:"domain"`
}

// administratorRole is what clients know as the role that may do everything.
var administratorRole = named{ID: "0", Name: "te_admin"}

func (s *surface) viewToken(t access.Session) tokenView {
	account := s.account()
	view := tokenView{
		Methods:  []string{t.Method},
		IssuedAt: t.IssuedAt.Format(keystoneTime), ExpiresAt: t.ExpiresAt.Format(keystoneTime),
		User:  userView{named: named{ID: t.User.ID, Name: t.User.Name}, Domain: account},
		Roles: []named{}, Catalog: []named{},
	}
	if identity.Administers(t.User.Policies) {
		view.Roles = append(view.Roles, administratorRole)
	}
	if t.Scope == identity.Account {
		view.Domain = &account
		return view
	}
	p, _ := s.Directory.Project(t.Scope)
	view.Project = &projectView{named: named{ID: p.ID, Name: p.Name}, Domain: account}
	return view
}

func (s *surface) account() named {
	a := s.Directory.Account()
	return named{ID: a.ID, Name: a.Name}
}

// links of a list. All of them fit one page.
type links struct {
	Self     string  `json:"self"`
	Previous *string `json:"previous"`
	Next     *string `json:"next"`
}

// link returns the address of a path of this server, as the client reached it.
func link(c echo.Context, path string) links {
	return links{Self: c.Scheme() + "://" + c.Request().Host + path}
}

// signedIn runs a handler for requests whose caller is known.
func (s *surface) signedIn(handle func(c echo.Context, caller *access.Caller) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller := access.CallerFrom(c.Request().Context())
		if caller == nil {
			return s.refuseKeystone(c, domain.Errorf(domain.CodeUnauthenticated, "the request is neither signed nor has it a token"))
		}
		return handle(c, caller)
	}
}

type projectItem struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	DomainID    string `json:"domain_id"`
	ParentID    string `json:"parent_id"`
	IsDomain    bool   `json:"is_domain"`
	Enabled     bool   `json:"enabled"`
	Links       links  `json:"links"`
}

type projectsBody struct {
	Projects []projectItem `json:"projects"`
	Links    links         `json:"links"`
}

// listProjects lists the projects in which the caller may do anything (APIG V2 §5.6).
func (s *surface) listProjects(c echo.Context, caller *access.Caller) error {
	want, err := projectFilterOf(c)
	if err != nil {
		return s.refuseKeystone(c, err)
	}
	account := s.Directory.Account()
	body := projectsBody{Projects: []projectItem{}, Links: link(c, c.Request().URL.Path)}
	for _, p := range s.Directory.ProjectsOf(caller.User()) {
		if want.matches(p, account) {
			body.Projects = append(body.Projects, projectItem{
				ID: p.ID, Name: p.Name, DomainID: account.ID, ParentID: account.ID, Enabled: true,
				Links: link(c, "/v3/projects/"+p.ID),
			})
		}
	}
	body.Projects = want.page(body.Projects)
	return c.JSON(http.StatusOK, body)
}

// projectFilter says which projects are asked for.
type projectFilter struct {
	name, domainID, parentID string
	enabled, isDomain        *bool
	number, size             int // page from 1; 0 for all
}

// maxPage is the largest page of projects, and the highest number of one.
const maxPage = 5000

func projectFilterOf(c echo.Context) (projectFilter, error) {
	f := projectFilter{name: c.QueryParam("name"), domainID: c.QueryParam("domain_id"), parentID: c.QueryParam("parent_id")}
	for name, to := range map[string]**bool{"enabled": &f.enabled, "is_domain": &f.isDomain} {
		if text := c.QueryParam(name); text != "" {
			yes, err := strconv.ParseBool(text)
			if err != nil {
				return f, identity.ErrInvalid(name, "must be true or false")
			}
			*to = &yes
		}
	}
	for name, to := range map[string]*int{"page": &f.number, "per_page": &f.size} {
		if text := c.QueryParam(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > maxPage {
				return f, identity.ErrInvalid(name, "must be a number from 1 to 5000")
			}
			*to = n
		}
	}
	return f, nil
}

// matches knows that all projects are enabled, that none is an account, and that all are of one account.
func (f projectFilter) matches(p identity.Project, a identity.AccountInfo) bool {
	return (f.name == "" || f.name == p.Name) &&
		(f.domainID == "" || f.domainID == a.ID) && (f.parentID == "" || f.parentID == a.ID) &&
		(f.enabled == nil || *f.enabled) && (f.isDomain == nil || !*f.isDomain)
}

// page cuts a page out; page and per_page count only together.
func (f projectFilter) page(all []projectItem) []projectItem {
	if f.number == 0 || f.size == 0 {
		return all
	}
	from := min((f.number-1)*f.size, len(all))
	return all[from:min(from+f.size, len(all))]
}

type domainItem struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
	Links       links  `json:"links"`
}

type domainsBody struct {
	Domains []domainItem `json:"domains"`
	Links   links        `json:"links"`
}

// listDomains lists the one account, which clients call a domain (APIG V2 §5.7).
func (s *surface) listDomains(c echo.Context, _ *access.Caller) error {
	a := s.Directory.Account()
	return c.JSON(http.StatusOK, domainsBody{
		Domains: []domainItem{{ID: a.ID, Name: a.Name, Enabled: true, Links: link(c, "/v3/domains/"+a.ID)}},
		Links:   link(c, c.Request().URL.Path),
	})
}

type catalogBody struct {
	Catalog []named `json:"catalog"`
	Links   links   `json:"links"`
}

// showCatalog shows an empty catalog: clients of Gatelog are told its endpoint, they do not find it. The
// Terraform provider asks all the same.
func (s *surface) showCatalog(c echo.Context, _ *access.Caller) error {
	return c.JSON(http.StatusOK, catalogBody{Catalog: []named{}, Links: link(c, c.Request().URL.Path)})
}
