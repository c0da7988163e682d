package apig

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// rows returns the rows of a table of tab separated values.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	var all [][]string
	for line := range strings.Lines(fileText(t, path)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, strings.Split(line, "\t"))
		}
	}
	return all
}

// §5.4: every code of the table has its status, that of the examples where the two differ.
func TestStatusOfEveryDocumentedCode(t *testing.T) {
	t.Parallel()
	n := 0
	for _, row := range rows(t, "testdata/codes.tsv") {
		code := row[0]
		if code == "APIG.0000" {
			continue // success
		}
		n++
		if want, err := strconv.Atoi(row[1]); err != nil || statusOf(code) != want {
			t.Errorf("%s has the status %d, want %s", code, statusOf(code), row[1])
		}
	}
	if n < 290 {
		t.Errorf("only %d codes were looked at", n)
	}
	for _, none := range []string{"", "x", "APIG", "APIG.", "gatelog.invalid", "APIX.2001", "APIG.9", "APIC.8000"} {
		if statusOf(none) != http.StatusInternalServerError {
			t.Errorf("%q has the status %d", none, statusOf(none))
		}
	}
}

// The general codes of every operation of the reference, built or not, are those of its examples.
func TestFamilyOfEveryOperation(t *testing.T) {
	t.Parallel()
	for _, row := range append(rows(t, catalogFile), rows(t, sdkFile)...) {
		f := familyOf(row[2])
		if f.unauthenticated.Code != row[5] || f.forbidden.Code != row[6] {
			t.Errorf("%s (%s): %s and %s, want %s and %s", row[0], row[2], f.unauthenticated.Code, f.forbidden.Code, row[5], row[6])
		}
	}
}

// The codes that all surfaces share are never told as they are.
func TestKernelCodesGetDocumentedOnes(t *testing.T) {
	t.Parallel()
	about := domain.Errorf(domain.CodeInvalid, "bad")
	about.Param = "name"
	for _, c := range []struct {
		name                string
		err                 error
		beneath, ofInstance string
		status              int
	}{
		{"nobody", domain.Errorf(domain.CodeUnauthenticated, "m"), "APIG.1002", "APIC.7102", 401},
		{"not allowed", domain.Errorf(domain.CodeForbidden, "m"), "APIG.1005", "APIC.7106", 403},
		{"a conflict", domain.Errorf(domain.CodeConflict, "m"), "APIG.9999", "APIC.9000", 503},
		{"no log", domain.Errorf(domain.CodeUnavailable, "m"), "APIG.9999", "APIC.9000", 503},
		{"a key used again", domain.Errorf(domain.CodeKeyReused, "m"), "APIG.2011", "APIC.7211", 400},
		{"too large", domain.Errorf(domain.CodeTooLarge, "m"), "APIG.2000", "APIC.7211", 400},
		{"malformed", domain.Errorf(domain.CodeInvalid, "m"), "APIG.2000", "APIC.7211", 400},
		{"a malformed parameter", about, "APIG.2012", "APIC.7211", 400},
		{"a rule", apig.ErrGroupNotFound("x"), "APIG.3001", "APIG.3001", 404},
		{"a failure", errors.New("secret insides"), "APIG.9999", "APIC.9000", 500},
	} {
		for want, f := range map[string]family{c.beneath: below, c.ofInstance: instance} {
			got := f.spell(silent, "test", c.err)
			if got.Code != want || got.GetStatus() != c.status || strings.Contains(got.Message, "insides") {
				t.Errorf("%s: %d %v, want %d %s", c.name, got.status, got, c.status, want)
			}
		}
	}
}

// What a change left behind is told with its position, whatever came of it.
func TestErrorsKeepTheirPosition(t *testing.T) {
	t.Parallel()
	if err := at(0, errors.New("x")); errors.As(err, new(positioned)) {
		t.Errorf("an error without a position has one: %v", err)
	}
	if at(7, nil) != nil {
		t.Error("no error has become one")
	}
	s := &Surface{Deps{Logger: silent}}
	var told huma.HeadersError
	late := at(7, domain.Errorf(domain.CodeUnavailable, "recorded, but not read yet"))
	if err := s.refuse(below, "test", late); !errors.As(err, &told) || told.GetHeaders().Get("Gatelog-Position") != "7" {
		t.Errorf("the client is told %v", err)
	}
	if err := s.refuse(below, "test", apig.ErrGroupNotFound("x")); errors.As(err, new(huma.HeadersError)) {
		t.Errorf("a position is told of nothing: %v", err)
	}
	var p positioned
	if err := at(7, apig.ErrGroupNotFound("x")); !errors.As(err, &p) || p.at != 7 || domain.CodeOf(err) != "APIG.3001" {
		t.Errorf("the error with a position is %v", err)
	}
}

// What huma finds wrong is told with the code of its place.
func TestRefusalsBeforeAHandler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		location, code, part string
	}{
		{"path.group_id", "APIG.2012", "parameterName:group_id"},
		{"query.limit", "APIG.2012", "parameterName:limit"},
		{"form.api_mode", "APIG.2011", "parameterName:api_mode"},
		{"file_name", "APIG.2011", "parameterName:file_name"},
		{"body", "APIG.2000", "Serialization error: message"},
	} {
		got := below.refuse(http.StatusUnprocessableEntity, "validation failed", []error{
			errors.New("no detail"), &huma.ErrorDetail{Location: c.location, Message: "message", Value: "secret"},
		})
		if !strings.HasPrefix(got.Error(), c.code) || !strings.Contains(got.Error(), c.part) || strings.Contains(got.Error(), "secret") || got.GetStatus() != 400 {
			t.Errorf("%s: %d %v, want %s about %s", c.location, got.GetStatus(), got, c.code, c.part)
		}
	}
	for status, want := range map[int]int{500: 500, 413: 400, 415: 400, 400: 400} {
		if got := below.refuse(status, "m", nil); got.GetStatus() != want {
			t.Errorf("%d becomes %d, want %d", status, got.GetStatus(), want)
		}
	}
}

// §3: whatever is asked for, a page is within its bounds.
func FuzzPaging(f *testing.F) {
	f.Add(0, 0)
	f.Add(-1, -1)
	f.Add(1<<62, 501)
	f.Fuzz(func(t *testing.T, offset, limit int) {
		p := Paging{Offset: offset, Limit: limit}.page()
		if p.Offset < 0 || p.Limit < 1 || p.Limit > 500 {
			t.Errorf("%d, %d is the page %+v", offset, limit, p)
		}
		if offset >= 0 && p.Offset != offset || limit >= 1 && limit <= 500 && p.Limit != limit {
			t.Errorf("%d, %d was changed to %+v", offset, limit, p)
		}
		all := make([]int, 7)
		if got := cut(all, p); len(got) > p.Limit || len(got) > len(all) {
			t.Errorf("a page of %d", len(got))
		}
	})
}

// §3: a parameter is matched exactly when its name is in the list, and not when it is a part of one.
func FuzzPrecisely(f *testing.F) {
	f.Add("name", "name")
	f.Add("name, req_uri", "req_uri")
	f.Add("names,,", "name")
	f.Fuzz(func(t *testing.T, list, name string) {
		got := precisely(list, name)
		if got && !strings.Contains(list, name) {
			t.Errorf("%q has %q", list, name)
		}
		if name = strings.TrimSpace(name); !strings.Contains(name, ",") && !precisely(list+", "+name+" ", name) {
			t.Errorf("%q is not in a list that ends with it", name)
		}
	})
}

func TestCutIsAPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ offset, limit, want int }{{0, 2, 2}, {2, 2, 1}, {3, 2, 0}, {1 << 62, 500, 0}} {
		if got := cut([]int{1, 2, 3}, projectionsapig.Page{Offset: c.offset, Limit: c.limit}); len(got) != c.want {
			t.Errorf("%+v: %d entries, want %d", c, len(got), c.want)
		}
	}
}
