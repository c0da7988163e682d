package apig

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/domain/apig/oas"
)

// Import is a document as a command, with what the command leaves out.
type Import struct {
	Command apig.ImportAPIs
	// Unreadable are the operations that no API can be made of.
	Unreadable []apig.ImportFailure
	// Notes say by API what its definition leaves out.
	Notes []ImportNote
}

// ImportNote says what the definition of an API leaves out of its document.
type ImportNote struct {
	Path   string   `json:"path"`
	Method string   `json:"method"`
	Notes  []string `json:"notes"`
}

// Import reads a document. It names channels, authorizers and responses of the group to import into;
// definitions have their ids. Errors: APIG.3127, 3600, 3601, 3602, 3603, 3609.
func (d Documents) Import(ctx context.Context, in In, o apig.ImportOrder, text []byte) (Import, error) {
	names, err := d.Queries.Names(ctx, in, o.GroupID)
	if err != nil {
		return Import{}, err
	}
	ids := names.ByName()
	document, err := oas.Parse(text, oas.ImportOptions{
		MockMode: o.MockMode, OwnAuthorizers: true, Channels: ids.Channels, Authorizers: ids.Authorizers, Responses: ids.Responses,
	})
	if err != nil {
		return Import{}, err
	}
	return importOf(in, o, document), nil
}

func importOf(in In, o apig.ImportOrder, document *oas.Document) Import {
	all := Import{Command: apig.ImportAPIs{
		InstanceID: in.Instance, GroupID: o.GroupID, APIMode: o.APIMode, ExtendMode: o.ExtendMode,
		GroupName: nameOfGroup(document.Title), GroupRemark: cutRunes(document.Description, maxRemark), Policies: policiesIn(document),
	}}
	for _, f := range document.Failures {
		all.Unreadable = append(all.Unreadable, apig.ImportFailure{Path: f.Path, Method: f.Method, Code: f.Err.Code, Message: f.Err.Message})
	}
	for _, a := range document.APIs {
		all.Command.Items = append(all.Command.Items, apig.ImportItem{
			Method: a.Method, Path: a.Path, Definition: a.Definition, Authorizer: a.Authorizer,
		})
		notes := append(a.Notes, unbound(a)...)
		if len(notes) > 0 {
			all.Notes = append(all.Notes, ImportNote{a.Path, a.Method, notes})
		}
	}
	return all
}

// unbound says which policies an API is to be bound to: policies are bound to publications, and an import
// publishes nothing.
func unbound(a oas.ImportedAPI) []string {
	var notes []string
	if a.RateLimit != "" {
		notes = append(notes, "bind the throttling policy "+a.RateLimit+" when the API is published")
	}
	if a.AccessControl != "" {
		notes = append(notes, "bind the access control policy "+a.AccessControl+" when the API is published")
	}
	return notes
}

// policiesIn returns the policies that a document defines, by name. An authorizer without a function only
// stands for one that the instance has.
func policiesIn(document *oas.Document) apig.ImportPolicies {
	var p apig.ImportPolicies
	for _, name := range slices.Sorted(maps.Keys(document.RateLimits)) {
		p.Throttles = append(p.Throttles, throttleIn(name, document.RateLimits[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(document.AccessControls)) {
		a := document.AccessControls[name]
		p.ACLs = append(p.ACLs, apig.ACLBody{Name: name, Type: a.Type, EntityType: a.EntityType, Value: a.Value})
	}
	for _, name := range slices.Sorted(maps.Keys(document.Authorizers)) {
		if a := document.Authorizers[name]; a.URI != "" {
			p.Authorizers = append(p.Authorizers, authorizerIn(name, a))
		}
	}
	return p
}

func throttleIn(name string, l oas.RateLimit) apig.ThrottleBody {
	b := apig.ThrottleBody{
		Name: name, TimeInterval: l.Interval, TimeUnit: strings.ToUpper(l.Unit), APICallLimits: l.APILimit, UserCallLimits: l.UserLimit,
		AppCallLimits: l.AppLimit, IPCallLimits: l.IPLimit,
	}
	if l.Shared {
		b.Type = apig.ThrottleShared
	}
	return b
}

func authorizerIn(name string, a oas.Authorizer) apig.AuthorizerBody {
	b := apig.AuthorizerBody{
		Name: name, Type: cmp.Or(strings.ToUpper(a.Type), apig.AuthorizerFrontend), AuthorizerType: cmp.Or(strings.ToUpper(a.AuthorizerType), "FUNC"),
		URI: a.URI, AliasURI: a.AliasURI, Version: a.Version, NetworkType: a.NetworkType, NeedBody: a.NeedBody, TTL: a.TTL,
	}
	for _, i := range a.Identities {
		one := apig.Identity{Name: i.Name, Location: strings.ToUpper(i.Location)}
		if i.Validation != "" {
			one.Validation = &i.Validation
		}
		b.Identities = append(b.Identities, one)
	}
	return b
}

// maxRemark is the longest remark of a group (APIG V2 §3.1.1); documents describe themselves at
// greater length.
const maxRemark = 1000

func cutRunes(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// notInNames are the characters that the name of a group cannot have (APIG V2 §3.1.1).
var notInNames = regexp.MustCompile(`[^\p{Han}A-Za-z0-9\-_./()（）:：、]+`)

// nameOfGroup makes the name of a group out of the title of a document: real ones have spaces and more.
// What is left when nothing fits is refused as an invalid title (APIG.2044).
func nameOfGroup(title string) string {
	return cutRunes(strings.Trim(notInNames.ReplaceAllString(title, "_"), "_-./:：、"), 255)
}

// ReadImport is Import for an asynchronous task; the notes are left out.
func (d Documents) ReadImport(ctx context.Context, tenant, instance string, o apig.ImportOrder, text []byte) (apig.ImportAPIs, []apig.ImportFailure, error) {
	read, err := d.Import(ctx, In{Tenant: tenant, Instance: instance}, o, text)
	return read.Command, read.Unreadable, err
}

// WriteExport is Export for an asynchronous task.
func (d Documents) WriteExport(ctx context.Context, tenant, instance string, o apig.ExportOrder) (name, kind string, text []byte, err error) {
	file, err := d.Export(ctx, In{Tenant: tenant, Instance: instance}, o)
	return file.Name, file.Type, file.Text, err
}
