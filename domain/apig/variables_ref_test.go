package apig_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/domain/apig"
)

// §3.3.1, §3.5.1: variables are used in the addresses and paths of HTTP(S) backends, and nowhere else.
func TestVariableRefs(t *testing.T) {
	t.Parallel()
	d := httpDefinition()
	d.BackendAPI.URLDomain, d.BackendAPI.ReqURI = "#address#:#port#", "/#version#/#address#"
	d.BackendAPI.MemberGroupURLInfos = []apig.MemberGroupURL{{ReqURI: "/#group#"}}
	d.PolicyHTTPs[0].URLDomain, d.PolicyHTTPs[0].ReqURI = "#ADDRESS#", "#beta#/x"
	d.Name, d.Remark = "#name#", "#remark#"
	d.BackendParams[0].Value = "#value#"
	d.FuncInfo = &apig.Function{FunctionURN: "#urn#"}
	want := []string{"ADDRESS", "address", "beta", "group", "port", "version"}
	if diff := cmp.Diff(want, apig.VariableRefs(d)); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	if refs := apig.VariableRefs(functionDefinition()); refs != nil {
		t.Errorf("a function refers to %v", refs)
	}
}

// §3.3.1: what is a reference: 3 to 32 characters, a letter first, between two #.
func TestVariableRefSyntax(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"#abc#":                               {"abc"},
		"#ab#":                                nil,
		"#a234567890123456789012345678901X#":  {"a234567890123456789012345678901X"},
		"#a234567890123456789012345678901XX#": nil,
		"#1bc#":                               nil,
		"#a.c#":                               nil,
		"#a_c#-#a-c#":                         {"a-c", "a_c"},
		"#abc#def#":                           {"abc"},
		"abc":                                 nil,
		"#abc":                                nil,
	} {
		d := httpDefinition()
		d.BackendAPI.URLDomain = text
		if diff := cmp.Diff(want, apig.VariableRefs(d)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// §3.3.1: on publishing the reference is replaced by the value.
func TestSubstitute(t *testing.T) {
	t.Parallel()
	d := httpDefinition()
	d.BackendAPI.URLDomain, d.BackendAPI.ReqURI = "#address#:8080", "/#Stage#/#other#"
	d.PolicyHTTPs[0].URLDomain, d.PolicyHTTPs[0].ReqURI = "#address#", "/#address#"
	before := d.Clone()
	got := apig.Substitute(d, map[string]string{"address": "192.168.1.5", "stage": "no", "Stage": "#other#"})

	want := d.Clone()
	want.BackendAPI.URLDomain, want.BackendAPI.ReqURI = "192.168.1.5:8080", "/#other#/#other#"
	want.PolicyHTTPs[0].URLDomain, want.PolicyHTTPs[0].ReqURI = "192.168.1.5", "/192.168.1.5"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("definition (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, d); diff != "" {
		t.Errorf("the argument was changed (-before +after):\n%s", diff)
	}
}

// After substitution exactly the references without a value are left.
func TestSubstituteProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDefinition(t)
		refs := apig.VariableRefs(d)
		values, left := map[string]string{}, []string(nil)
		for _, name := range refs {
			if rapid.Bool().Draw(t, name) {
				values[name] = rapid.StringMatching(`[A-Za-z0-9_\-/.:]{1,8}`).Draw(t, "value of "+name)
			} else {
				left = append(left, name)
			}
		}
		got := apig.VariableRefs(apig.Substitute(d, values))
		if !slices.Equal(left, got) {
			t.Fatalf("left %v, want %v", got, left)
		}
	})
}
