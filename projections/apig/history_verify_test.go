package apig

import (
	"testing"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

func differences(t *testing.T, p *past) (found []projections.Difference, versions int) {
	t.Helper()
	versions, err := p.VerifyVersions(t.Context(), func(d projections.Difference) { found = append(found, d) })
	if err != nil {
		t.Fatal(err)
	}
	return found, versions
}

func TestVerifyVersionsReadsEveryDefinitionBack(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	versioned(p)
	if found, n := differences(t, p.project()); len(found) > 0 || n != 3 {
		t.Errorf("VerifyVersions found %v in %d versions; want nothing in 3", found, n)
	}
}

func TestVerifyVersionsFindsWhatCannotBeReadBack(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(p *past){
		"a position without an event": func(p *past) {
			p.db.MustExec("UPDATE apig.versions SET position = 999 WHERE id = 'ver2'")
		},
		"a position that holds something else": func(p *past) {
			p.db.MustExec("UPDATE apig.versions SET position = 2 WHERE id = 'ver2'")
		},
		"the position of another version": func(p *past) {
			p.db.MustExec("UPDATE apig.versions SET position = (SELECT position FROM apig.versions WHERE id = 'ver1') WHERE id = 'ver2'")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t)
			versioned(p)
			spoil(p.project())
			found, _ := differences(t, p)
			if len(found) != 1 || found[0].Key != "ver2" || found[0].Table != "versions" || found[0].Found == "" {
				t.Errorf("VerifyVersions found %+v, want ver2", found)
			}
		})
	}
}

func TestVerifyVersionsFindsAPublicationWithoutItsDefinition(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	p.has(created("one"))
	p.has(published("ver1", apig.ReleaseEnvID, 2)) // where an instance was requested
	if found, _ := differences(t, p.project()); len(found) != 1 || found[0].Key != "ver1" {
		t.Errorf("VerifyVersions found %+v, want ver1", found)
	}
}
