package apig

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// An ear is a connector whose connections note what is asked of them.
type ear struct {
	driver.Connector
	mu    sync.Mutex
	heard []question
}

// Connect implements driver.Connector.
func (e *ear) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := e.Connector.Connect(ctx)
	return &heardConn{conn, e}, err
}

type heardConn struct {
	driver.Conn
	ear *ear
}

// Prepare implements driver.Conn.
func (c *heardConn) Prepare(query string) (driver.Stmt, error) {
	stmt, err := c.Conn.Prepare(query)
	return &heardStmt{stmt, c.ear, query}, err
}

type heardStmt struct {
	driver.Stmt
	ear  *ear
	text string
}

// QueryContext implements driver.StmtQueryContext.
func (s *heardStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	heard := question{query: s.text}
	for _, arg := range args {
		heard.args = append(heard.args, arg.Value)
	}
	s.ear.mu.Lock()
	s.ear.heard = append(s.ear.heard, heard)
	s.ear.mu.Unlock()
	query, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return nil, errors.New("the driver runs no statements with a context")
	}
	return query.QueryContext(ctx, args)
}

// overheard returns queries over the same database, and what hears their statements.
func (p *past) overheard(t *testing.T) (*Queries, *ear) {
	t.Helper()
	connector, err := pq.NewConnector(p.url)
	if err != nil {
		t.Fatal(err)
	}
	e := &ear{Connector: connector}
	db := sqlx.NewDb(sql.OpenDB(e), "postgres")
	db.Mapper = p.db.Mapper
	t.Cleanup(func() { _ = db.Close() })
	return NewQueries(projections.NewStatements(db), p.log), e
}

// listArgs are what the methods of Queries that return a page take between the instance and the filter, or the
// page: each list of them is asked.
var listArgs = map[string][][]string{
	"AIKeys":              {{"apps7"}},
	"AppCodes":            {{"apps7"}},
	"AppQuotas":           {{""}, {"name7"}},
	"AppsOfQuota":         {{"app_quotas7", ""}, {"app_quotas7", "name7"}},
	"AppsForQuota":        {{"app_quotas7", ""}, {"app_quotas7", "name7"}},
	"AttachedDomains":     {{"certificates7", ""}, {"certificates7", "name7"}},
	"PortDomains":         {{"ingress_ports1007", ""}, {"ingress_ports1007", "name7"}},
	"EndpointPermissions": {{""}, {"permission7"}},
	"Envs":                {{""}, {"name7"}},
	"GuardedAPIs":         {{"acls7"}},
	"UnguardedAPIs":       {{"acls7"}},
	"ACLsOf":              {{"apis7"}},
	"ThrottledAPIs":       {{"throttles7"}},
	"UnthrottledAPIs":     {{"throttles7"}},
	"ThrottlesOf":         {{"apis7"}},
	"SpecialThrottles":    {{"throttles7"}},
	"SignedAPIs":          {{"signatures7"}},
	"UnsignedAPIs":        {{"signatures7"}},
	"SignaturesOf":        {{"apis7"}},
	"Members":             {{"channels7"}},
	"MemberGroups":        {{"channels7"}},
	"PluggedAPIs":         {{"plugins7"}},
	"PluggableAPIs":       {{"plugins7"}},
	"PluginsOf":           {{"apis7"}},
	"PluginsFor":          {{"apis7", ""}, {"apis7", "envs7"}},
	"Responses":           {{"groups7"}},
	"Versions":            {{"apis7"}},
	"VersionsEver":        {{"apis7", ""}, {"apis7", "envs7"}},
	"OrchestratedAPIs":    {{"orchestrations7", "", ""}, {"orchestrations7", "apis6", ""}, {"orchestrations7", "", "name7"}},
}

// needed are the members of filters that a list is never asked without.
var needed = map[string]map[string]string{
	"APIsOfApp":        {"AppID": "apps7"},
	"AuthorizableAPIs": {"AppID": "apps7", "EnvID": "envs7"},
	"PluggableAPIs":    {"EnvID": "envs7"},
}

// fromTheLog are pages that no table has.
var fromTheLog = []string{"History"}

// samples are values of the members of filters, by "Filter.Member" or the member alone. Texts that are not here are
// words that few rows have.
var samples = map[string]any{
	"EnvID": "envs7", "GroupID": "groups7", "APIID": "apis7", "AppID": "apps7", "Status": "pendingAcceptance",
	"ReqMethod": "GET", "ReqProtocol": "HTTPS", "AuthType": "APP", "APIFilter.Type": 1, "MemberPort": 7, "Port": 7, "Most": 10,
	"Tags": []string{"tag7"}, "IDs": []string{"orchestrations7"}, "MarkerID": new(int),
	"PluginFilter.Type": "type1", "PluginFilter.Scope": "global", "ACLFilter.Type": "DENY", "ACLFilter.EntityType": "IP",
	"InstanceTagQuery.Tags":    []apig.TagValues{{Key: "key7", Values: []string{"value7"}}},
	"InstanceTagQuery.SysTags": []apig.TagValues{{Key: apig.SysTagEnterpriseProject, Values: []string{"0"}}},
	"InstanceTagQuery.Matches": []apig.InstanceMatch{{Key: "resource_name", Value: "name7"}},
}

// variants returns the filters of a type with nothing, and with each of its members, exact where it can be.
func variants(t *testing.T, filter reflect.Type, method string) map[string]reflect.Value {
	t.Helper()
	all := map[string]reflect.Value{"everything": with(t, filter, needed[method])}
	for _, f := range reflect.VisibleFields(filter) {
		if f.Anonymous {
			continue
		}
		v := with(t, filter, needed[method])
		name := f.Name
		if f.Type.Kind() == reflect.Bool {
			if of, ok := strings.CutPrefix(name, "Exact"); ok {
				exact := v.FieldByName(of)
				if !exact.IsValid() {
					exact = v.FieldByName("Req" + of)
				}
				exact.SetString("name7")
			}
			v.FieldByIndex(f.Index).SetBool(true)
		} else {
			v.FieldByIndex(f.Index).Set(sample(filter, f))
		}
		all["by "+name] = v
	}
	return all
}

func with(t *testing.T, filter reflect.Type, members map[string]string) reflect.Value {
	t.Helper()
	v := reflect.New(filter).Elem()
	for name, value := range members {
		v.FieldByName(name).SetString(value)
	}
	return v
}

func sample(filter reflect.Type, f reflect.StructField) reflect.Value {
	value, ok := samples[filter.Name()+"."+f.Name]
	if !ok {
		value, ok = samples[f.Name]
	}
	if !ok {
		value = strings.ToLower(f.Name) + "7"
	}
	return reflect.ValueOf(value).Convert(f.Type)
}

// asked is a way to ask a list.
type asked struct {
	name, how string
	args      []reflect.Value
}

// lists returns every way to ask every method of q that returns a page.
func lists(t *testing.T, q *Queries) []asked {
	t.Helper()
	var all []asked
	for method := range reflect.TypeOf(q).Methods() {
		if slices.Contains(fromTheLog, method.Name) || !slices.Contains(slices.Collect(method.Type.Ins()), reflect.TypeFor[Page]()) {
			continue
		}
		texts := listArgs[method.Name]
		if texts == nil {
			texts = [][]string{nil}
		}
		for _, t2 := range texts {
			all = append(all, ways(t, q, method, t2)...)
		}
	}
	return all
}

// ways returns every way to ask a list with these texts.
func ways(t *testing.T, q *Queries, method reflect.Method, texts []string) []asked {
	t.Helper()
	if !slices.Contains(slices.Collect(method.Type.Ins()), reflect.TypeFor[In]()) {
		texts = append([]string{pastTenant}, texts...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
	t.Cleanup(cancel)
	all := []asked{{name: method.Name, how: strings.Join(texts, " ")}}
	for in := range method.Type.Ins() {
		var values map[string]reflect.Value
		switch {
		case in == reflect.TypeOf(q):
			values = map[string]reflect.Value{"": reflect.ValueOf(q)}
		case in == reflect.TypeFor[context.Context]():
			values = map[string]reflect.Value{"": reflect.ValueOf(ctx)}
		case in == reflect.TypeFor[In]():
			values = map[string]reflect.Value{"": reflect.ValueOf(pastIn)}
		case in == reflect.TypeFor[Page]():
			values = map[string]reflect.Value{"": reflect.ValueOf(Page{0, 20}), " deep": reflect.ValueOf(Page{500, 20})}
		case in.Kind() == reflect.Func:
			values = map[string]reflect.Value{"": reflect.ValueOf(func(string) string { return "" })}
		case in.Kind() == reflect.Struct:
			values = variants(t, in, method.Name)
		case in.Kind() == reflect.String && len(texts) > 0:
			values, texts = map[string]reflect.Value{"": reflect.ValueOf(texts[0])}, texts[1:]
		default:
			t.Fatalf("%s: say in listArgs what its %s is", method.Name, in)
		}
		all = each(all, values)
	}
	// Of a list by a filter the first page will do.
	return slices.DeleteFunc(all, func(w asked) bool { return strings.Contains(w.how, "by ") && strings.HasSuffix(w.how, " deep") })
}

// each returns the ways with each of some values as the next argument.
func each(ways []asked, values map[string]reflect.Value) []asked {
	var all []asked
	for _, w := range ways {
		for how, value := range values {
			all = append(all, asked{w.name, w.how + how, append(slices.Clone(w.args), value)})
		}
	}
	return all
}

// mostSorted is how many rows a list may sort: what one policy, app, API or group has. mostCost is what Postgres may
// think a list costs, in pages: one that looks again for every row is far above.
const (
	mostSorted = 3_000
	mostCost   = 50_000
)

// unknowable are lists whose cost Postgres can't tell, since their filter is a document.
var unknowable = []string{"InstancesByTags"}

// Every list, with every filter, is answered from indexes: it never reads through a table, looks at no table again and
// again, and sorts no more than what one policy, app or API has.
func (p *past) listsUseIndexes(t *testing.T) {
	t.Helper()
	q, e := p.overheard(t)
	for _, list := range lists(t, q) {
		e.heard = nil
		out := reflect.ValueOf(q).MethodByName(list.name).Call(list.args[1:])
		if err, _ := out[len(out)-1].Interface().(error); err != nil {
			t.Errorf("%s %s: %v", list.name, list.how, err)
		}
		for _, heard := range e.heard {
			got := p.explain(t, heard)
			if why := got.slow(); why != "" && (got.Cost <= mostCost || !slices.Contains(unknowable, list.name)) {
				t.Errorf("%s %s %s:\n%s\n%s %v", list.name, list.how, why, got, heard.query, heard.args)
			}
		}
	}
}

// slow says why a plan is none for a list; empty when it is fine.
func (n plan) slow() string {
	switch {
	case n.any(func(n plan) bool { return n.Node == "Seq Scan" }):
		return "reads through a table: it lacks an index, or a join that says that the instance is the same"
	case n.any(func(n plan) bool { return n.Node == "Sort" && n.Plans[0].Rows > mostSorted }):
		return "sorts much: its order lacks an index"
	case n.Cost > mostCost:
		return fmt.Sprintf("costs %.0f", n.Cost)
	}
	return ""
}
