package apig

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatelog/gatelog/domain/apig"
)

// shown is a version in a list, in short: * stands before the one in effect.
func shown(v VersionView) string {
	mark := " "
	if v.Status == 1 {
		mark = "*"
	}
	return fmt.Sprintf("%s%s %s %s", mark, v.VersionID, v.EnvID, v.EnvName)
}

// §3.5.10
func TestVersionsOfAnAPI(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(created("one"))
	for i := range 4 {
		p.has(published(fmt.Sprint("r", i), apig.ReleaseEnvID, firstAPI), published(fmt.Sprint("t", i), "e1", firstAPI))
	}
	p.has(
		apig.APIVersionSwitched{Publication: record("r0", apig.ReleaseEnvID, firstAPI)},
		apig.APITakenOffline{Publication: record("t3", "e1", firstAPI)},
		apig.EnvUpdated{Env: apig.Environment{ID: "e1", InstanceID: pastInstance, Name: "te_st"}},
	)
	p.project()
	release, test := apig.ReleaseEnvID+" RELEASE", "e1 te_st"
	all := []string{" t3 " + test, " r3 " + release, " t2 " + test, " r2 " + release, " t1 " + test, " r1 " + release, " t0 " + test, "*r0 " + release}
	for name, c := range map[string]struct {
		filter VersionFilter
		want   []string
	}{
		"all, newest first":                     {VersionFilter{}, all},
		"at most two each, with that in effect": {VersionFilter{Most: 2}, []string{all[0], all[1], all[2], all[7]}},
		"one each":                              {VersionFilter{Most: 1}, []string{all[0], all[7]}},
		"of an environment":                     {VersionFilter{EnvID: "e1"}, []string{all[0], all[2], all[4], all[6]}},
		"of an environment, at most":            {VersionFilter{EnvID: apig.ReleaseEnvID, Most: 3}, []string{all[1], all[3], all[7]}},
		"of no environment":                     {VersionFilter{EnvID: "e9"}, nil},
		"by the name that it has now":           {VersionFilter{EnvName: "e_s", Most: 1}, []string{all[0]}},
		"not by the name that it had":           {VersionFilter{EnvName: "name-of"}, nil},
		"a name that is no pattern":             {VersionFilter{EnvName: "%"}, nil},
		"a name that can't be":                  {VersionFilter{EnvName: "\x00"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, total, err := p.Versions(t.Context(), pastIn, "a1", c.filter, everything)
			if diff := cmp.Diff(c.want, listed(t, shown, rows, total, err), equateEmpty); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			rows, total, err = p.Versions(t.Context(), pastIn, "a1", c.filter, Page{Offset: 1, Limit: 2})
			rest := c.want[min(1, len(c.want)):min(3, len(c.want))]
			if diff := cmp.Diff(rest, listed(t, shown, rows, len(rows), err), equateEmpty); diff != "" || total != len(c.want) {
				t.Errorf("second page of %d (-want +got):\n%s", total, diff)
			}
		})
	}
	rows, _, err := p.Versions(t.Context(), pastIn, "a1", VersionFilter{}, Page{Offset: 7, Limit: 1})
	want := VersionView{
		VersionID: "r0", VersionNo: "20240501", APIID: "a1", EnvID: apig.ReleaseEnvID, EnvName: "RELEASE", PublishTime: pastBegan, Status: 1, Position: firstAPI + 1,
	}
	if err != nil || len(rows) != 1 {
		t.Fatalf("last page: %v, %v", rows, err)
	}
	rows[0].PublishTime = rows[0].PublishTime.In(time.UTC)
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Errorf("oldest version (-want +got):\n%s", diff)
	}
}

// §3.5.10: given the quota API_VERSION_NUM_LIMIT, when versions are listed, then it bounds them instead of the
// usual number, and never hides the one in effect.
func TestTheQuotaOfVersions(t *testing.T) {
	t.Parallel()
	for quota, want := range map[int][]string{0: {"*r3"}, 2: {"*r3", " r2"}, 3: {"*r3", " r2", " r1"}, 9: {"*r3", " r2", " r1", " r0"}} {
		p := newPast(t)
		p.has(created("one"))
		for i := range 4 {
			p.has(published(fmt.Sprint("r", i), apig.ReleaseEnvID, firstAPI))
		}
		p.has(apig.QuotaSet{Quota: apig.Quota{InstanceID: pastInstance, Name: "API_VERSION_NUM_LIMIT", Value: quota, UpdateTime: pastBegan}})
		p.project()
		rows, total, err := p.Versions(t.Context(), pastIn, "a1", VersionFilter{Most: 1}, everything)
		got := listed(t, func(v VersionView) string { return shown(v)[:3] }, rows, total, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with a quota of %d (-want +got):\n%s", quota, diff)
		}
	}
}

// The version of an environment that is gone keeps the name that the environment had.
func TestVersionsOfAnEnvironmentThatIsGone(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(
		created("one"), published("ver1", "e1", firstAPI), apig.APITakenOffline{Publication: record("ver1", "e1", firstAPI)},
		apig.EnvDeleted{InstanceID: pastInstance, EnvID: "e1"},
	)
	p.project()
	rows, total, err := p.Versions(t.Context(), pastIn, "a1", VersionFilter{}, everything)
	if diff := cmp.Diff([]string{" ver1 e1 name-of-e1"}, listed(t, shown, rows, total, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
