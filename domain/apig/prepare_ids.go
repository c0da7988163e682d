package apig

import "github.com/gatelog/gatelog/domain"

// identify gives every part of d an id: that of the same part of old (nil: there is none), else a new
// one. Then it fills in the ids by which one part names another.
func (d *Definition) identify(m *domain.Moment, old *Definition) {
	before := &Definition{}
	if old != nil {
		before = old
	}
	d.identifyBackend(m, before)
	keepIDs(m, d.ReqParams, before.ReqParams, sameReqParam, func(p *ReqParam) *string { return &p.ID })
	identifyParams(m, d.BackendParams, before.BackendParams)
	identifyPolicies(m, d.PolicyMocks, before.PolicyMocks, func(p *PolicyMock) *Policy { return &p.Policy })
	identifyPolicies(m, d.PolicyFunctions, before.PolicyFunctions, func(p *PolicyFunction) *Policy { return &p.Policy })
	identifyPolicies(m, d.PolicyHTTPs, before.PolicyHTTPs, func(p *PolicyHTTP) *Policy { return &p.Policy })
	d.link()
}

func (d *Definition) identifyBackend(m *domain.Moment, old *Definition) {
	if b := d.BackendAPI; b != nil {
		b.ID = ""
		if old.BackendAPI != nil {
			b.ID = old.BackendAPI.ID
		}
		fillID(m, &b.ID)
	}
	if f := d.FuncInfo; f != nil {
		f.ID = ""
		if old.FuncInfo != nil {
			f.ID = old.FuncInfo.ID
		}
		fillID(m, &f.ID)
	}
	if k := d.MockInfo; k != nil {
		k.ID = ""
		if old.MockInfo != nil {
			k.ID = old.MockInfo.ID
		}
		fillID(m, &k.ID)
	}
}

// identifyPolicies gives ids to the policies of one kind, found again by name, and to their parts.
func identifyPolicies[T any](m *domain.Moment, now, before []T, policy func(*T) *Policy) {
	same := func(a, b *T) bool { return policy(a).Name == policy(b).Name }
	keepIDs(m, now, before, same, func(p *T) *string { return &policy(p).ID })
	for i := range now {
		p, old := policy(&now[i]), &Policy{}
		for j := range before {
			if same(&now[i], &before[j]) {
				old = policy(&before[j])
			}
		}
		identifyParams(m, p.BackendParams, old.BackendParams)
		keepIDs(m, p.Conditions, old.Conditions, sameCondition, func(c *Condition) *string { return &c.ID })
	}
}

func identifyParams(m *domain.Moment, now, before []BackendParam) {
	same := func(a, b *BackendParam) bool { return a.Name == b.Name && a.Location == b.Location }
	keepIDs(m, now, before, same, func(p *BackendParam) *string { return &p.ID })
}

func sameReqParam(a, b *ReqParam) bool { return a.Name == b.Name && a.Location == b.Location }

// sameCondition compares what the client wrote. Conditions have no name, and equal ones are allowed.
func sameCondition(a, b *Condition) bool {
	x, y := *a, *b
	x.ID, x.ReqParamID, x.ReqParamLocation = "", "", ""
	y.ID, y.ReqParamID, y.ReqParamLocation = "", "", ""
	return x == y
}

// keepIDs gives every part of now the id of the first part of before that is the same and that no
// other part took, else a new id.
func keepIDs[T any](m *domain.Moment, now, before []T, same func(a, b *T) bool, id func(*T) *string) {
	taken := make([]bool, len(before))
	for i := range now {
		*id(&now[i]) = ""
		for j := range before {
			if !taken[j] && same(&now[i], &before[j]) {
				taken[j] = true
				*id(&now[i]) = *id(&before[j])
				break
			}
		}
		fillID(m, id(&now[i]))
	}
}

func fillID(m *domain.Moment, id *string) {
	if *id == "" {
		*id = m.NewID()
	}
}

// link fills in req_param_id and req_param_location of what names a request parameter, and clears
// them elsewhere. A name that exists in several locations means the first parameter of that name.
func (d *Definition) link() {
	for _, list := range d.backendParamLists() {
		for i := range list.params {
			p := &list.params[i]
			p.ReqParamID = ""
			if source := d.reqParam(p.Value, ""); p.Origin == "REQUEST" && source != nil {
				p.ReqParamID = source.ID
			}
		}
	}
	for _, v := range d.policies() {
		for i := range v.policy.Conditions {
			c := &v.policy.Conditions[i]
			c.ReqParamID, c.ReqParamLocation = "", ""
			if source := d.reqParam(c.ReqParamName, ""); c.ConditionOrigin == "param" && source != nil {
				c.ReqParamID, c.ReqParamLocation = source.ID, source.Location
			}
		}
	}
}
