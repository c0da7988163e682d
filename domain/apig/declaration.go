package apig

import "github.com/gatelog/gatelog/domain"

// DeclarationFormat is the version of the form of declarations that this program writes and reads.
const DeclarationFormat = 1

// The scopes of a declaration.
const (
	// ScopeInstance: groups that are not declared shall not be.
	ScopeInstance = "instance"
	// ScopeGroups: groups that are not declared are left alone.
	ScopeGroups = "groups"
)

// Declaration is what is configured in an instance, in the form that people keep in files and compare. Things
// have no ids, no times and no secrets, and refer to each other by name: where the operations of the API have
// the id of another thing, a declaration has its name. A list that is not there is not spoken of; one that is
// there, even an empty one, has all that there shall be of its kind.
type Declaration struct {
	Format         int                 `json:"format" doc:"Version of this form: 1."`
	Scope          string              `json:"scope" enum:"instance,groups" doc:"instance: a group that is not declared shall not be; groups: it is left alone."`
	Environments   []EnvBody           `json:"environments,omitzero" doc:"Environments, RELEASE among them."`
	Features       []FeatureBody       `json:"features,omitzero" doc:"Features that somebody set. One that is not declared stays as it is."`
	Tags           []Tag               `json:"tags,omitzero" doc:"Tags of the instance."`
	Ports          []IngressPortBody   `json:"ports,omitzero" doc:"Custom inbound ports."`
	Orchestrations []OrchestrationBody `json:"orchestrations,omitzero" doc:"Orchestration rules."`
	Channels       []ChannelBody       `json:"channels,omitzero" doc:"Load balance channels; reference_vpc_channel_id is a channel's name."`
	Authorizers    []AuthorizerBody    `json:"authorizers,omitzero" doc:"Custom authorizers."`
	Apps           []DeclaredApp       `json:"apps,omitzero" doc:"Apps. Key and secret of a new one are generated."`
	AppQuotas      []DeclaredAppQuota  `json:"app_quotas,omitzero" doc:"Credential quotas."`
	Throttles      []DeclaredThrottle  `json:"throttles,omitzero" doc:"Throttling policies."`
	ACLs           []ACLBody           `json:"acls,omitzero" doc:"Access control policies."`
	Signatures     []DeclaredSignature `json:"signatures,omitzero" doc:"Signature keys. Key and secret of a new one are generated."`
	Plugins        []DeclaredPlugin    `json:"plugins,omitzero" doc:"Plug-ins. A secret that is ****** stays as it is; one that is given counts as another."`
	Groups         []DeclaredGroup     `json:"groups,omitzero" doc:"API groups with everything in them."`
}

// DeclaredApp is an app with the addresses that it may call from.
type DeclaredApp struct {
	Name             string      `json:"name"`
	Remark           string      `json:"remark,omitempty"`
	RelatedDomainID  string      `json:"related_domain_id,omitempty"`
	RelatedProjectID string      `json:"related_project_id,omitempty"`
	ACL              *AppACLBody `json:"acl,omitempty" doc:"From where it may call; everywhere when left out."`
}

// DeclaredAppQuota is a credential quota with the apps that it holds for.
type DeclaredAppQuota struct {
	AppQuotaBody
	Apps []string `json:"apps,omitempty" doc:"Names of the apps that it holds for."`
}

// DeclaredThrottle is a throttling policy with its special settings.
type DeclaredThrottle struct {
	ThrottleBody
	Specials []SpecialThrottleBody `json:"specials,omitempty" doc:"Special settings; object_id is the name of an app, or the id of an account."`
}

// DeclaredSignature is a signature key without key and secret.
type DeclaredSignature struct {
	Name      string `json:"name"`
	Type      string `json:"sign_type"`
	Algorithm string `json:"sign_algorithm,omitempty"`
}

// DeclaredPlugin is a plug-in. Channels in its content keep their ids.
type DeclaredPlugin struct {
	PluginBody
	RomaAppID string `json:"roma_app_id,omitempty" doc:"Integration app of a plug-in with the scope app."`
}

// DeclaredGroup is an API group. Of its lists the same holds as of a Declaration's.
type DeclaredGroup struct {
	Name                  string             `json:"name"`
	Remark                string             `json:"remark,omitempty"`
	SLDomainAccessEnabled bool               `json:"sl_domain_access_enabled" doc:"Whether the group is reached at its subdomain."`
	Domains               []URLDomainBody    `json:"domains,omitzero" doc:"Domain names. Certificates are bound by their own operations, and stay."`
	Variables             []DeclaredVariable `json:"variables,omitzero"`
	Responses             []ResponseBody     `json:"responses,omitzero" doc:"Responses; the default one where it differs from what every group has."`
	APIs                  []DeclaredAPI      `json:"apis,omitzero"`
}

// DeclaredVariable is a variable of a group in an environment.
type DeclaredVariable struct {
	Env   string `json:"env" doc:"Name of the environment."`
	Name  string `json:"variable_name"`
	Value string `json:"variable_value"`
}

// DeclaredAPI is an API: its draft, and by the name of an environment what it is there.
type DeclaredAPI struct {
	Draft  Definition               `json:"definition" doc:"The draft, as creating an API takes it, with names for ids."`
	Places map[string]DeclaredPlace `json:"environments,omitempty" doc:"Where it is published, and with what."`
}

// DeclaredPlace is what an API is in one environment.
type DeclaredPlace struct {
	Published  bool        `json:"published" doc:"Whether it can be called there."`
	Definition *Definition `json:"definition,omitempty" doc:"What runs there, where that is not the draft."`
	Throttle   string      `json:"throttle,omitempty" doc:"Throttling policy."`
	Signature  string      `json:"signature,omitempty" doc:"Signature key."`
	ACLs       []string    `json:"acls,omitempty" doc:"Access control policies."`
	Plugins    []string    `json:"plugins,omitempty" doc:"Plug-ins."`
	Apps       []string    `json:"apps,omitempty" doc:"Apps that may call it."`
}

// FindRunning asks for the positions of the definitions that run in an instance, or in some groups of it, and
// are not the drafts: a state knows where they are and not what they say.
type FindRunning struct {
	InstanceID string   `json:"instance_id"`
	Groups     []string `json:"groups,omitempty"` // names; none: all
}

// Declare asks for an instance, or a group of it, as a Declaration.
type Declare struct {
	InstanceID string `json:"instance_id"`
	Group      string `json:"group,omitempty"` // name; none: the instance
	// Written has the definitions at the positions that FindRunning gave.
	Written map[domain.Position]Definition `json:"written,omitempty"`
}

// maxDeclaredAPIs is how many APIs are declared at once.
const maxDeclaredAPIs = 5000

// errTooManyDeclared is the refusal for more APIs than can be declared at once.
func errTooManyDeclared(n int) *domain.Error {
	return domain.Errorf(domain.CodeTooLarge, "there are %d APIs, and at most %d are declared at once: take the groups one by one", n, maxDeclaredAPIs)
}

// FindRunning decides on the command of that name; nothing happens. Errors: APIG.3030; gatelog.command_too_large;
// ErrNotPlaced.
func (s *State) FindRunning(_ *domain.Moment, c FindRunning) ([]domain.Position, []domain.Event, error) {
	in, err := s.below(c.InstanceID)
	if err != nil {
		return nil, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return nil, nil, err
	}
	apis := in.apisOf(c.Groups)
	if len(apis) > maxDeclaredAPIs {
		return nil, nil, errTooManyDeclared(len(apis))
	}
	positions := []domain.Position{}
	for _, a := range apis {
		for _, e := range a.inEffect {
			if at := e.version.definition; at != a.position {
				positions = append(positions, at)
			}
		}
	}
	return distinctSorted(positions), nil, nil
}

// Declare decides on the command of that name; nothing happens. Errors: APIG.3030, 3001;
// gatelog.conflict when something was published since FindRunning; gatelog.command_too_large; ErrNotPlaced.
func (s *State) Declare(_ *domain.Moment, c Declare) (Declaration, []domain.Event, error) {
	in, err := s.below(c.InstanceID)
	if err != nil {
		return Declaration{}, nil, err
	}
	if err := in.allPlaced(); err != nil {
		return Declaration{}, nil, err
	}
	run := runningOf(in, c.Written)
	if c.Group != "" {
		if in.groupNames[c.Group] == "" {
			return Declaration{}, nil, ErrGroupNotFound(c.Group)
		}
		g, err := in.declareGroup(c.Group, run)
		return Declaration{Format: DeclarationFormat, Scope: ScopeGroups, Groups: []DeclaredGroup{g}}, nil, err
	}
	if len(in.apis) > maxDeclaredAPIs {
		return Declaration{}, nil, errTooManyDeclared(len(in.apis))
	}
	d := Declaration{
		Format: DeclarationFormat, Scope: ScopeInstance,
		Environments: envKind.all(in), Features: featureKind.all(in), Tags: tagKind.all(in), Ports: portKind.all(in), Orchestrations: orchestrationKind.all(in),
		Channels: channelKind.all(in), Authorizers: authorizerKind.all(in), Apps: appKind.all(in), AppQuotas: appQuotaKind.all(in),
		Throttles: throttleKind.all(in), ACLs: aclKind.all(in), Signatures: signatureKind.all(in), Plugins: pluginKind.all(in),
		Groups: []DeclaredGroup{},
	}
	for _, name := range sortedNames(in.groupNames) {
		g, err := in.declareGroup(name, run)
		if err != nil {
			return Declaration{}, nil, err
		}
		d.Groups = append(d.Groups, g)
	}
	return d, nil, nil
}
