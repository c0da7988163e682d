package contract

import (
	"slices"
	"testing"
)

func TestCatalogHoldsTheReference(t *testing.T) {
	t.Parallel()
	served := 0
	for _, o := range known {
		if o.served {
			served++
		}
		path := fill(o.template, map[string]string{"project_id": "p", "instance_id": "i"})
		if found, _ := operationAt(o.method, path); found.name != o.name {
			t.Errorf("%s %s is taken for %s, want %s", o.method, path, found.name, o.name)
		}
	}
	if len(catalog) != 197 || len(beyond) != 19 || served < 44 {
		t.Errorf("%d operations and %d beyond the reference, %d of them served; want 197, 19 and at least 44", len(catalog), len(beyond), served)
	}
	if found, ok := operationAt("POST", "/v2/p/apigw/instances/i/apis/unknown"); ok {
		t.Errorf("an unknown path is taken for %s", found.name)
	}
}

func TestFieldComparisonFindsDifferences(t *testing.T) {
	t.Parallel()
	got := toDoc(t, doc{"a": 1, "b": doc{"c": []doc{{"d": "x", "e": 2}}}, "f": true})
	for name, c := range map[string]struct {
		want doc
		lack int
	}{
		"all there":       {doc{"a": 1, "b": doc{"c": []doc{{"d": "x"}}}}, 0},
		"another value":   {doc{"a": 2}, 1},
		"another type":    {doc{"a": "1"}, 1},
		"missing member":  {doc{"g": 1}, 1},
		"inner member":    {doc{"b": doc{"c": []doc{{"d": "y", "e": 3}}}}, 2},
		"longer list":     {doc{"b": doc{"c": []doc{{}, {}}}}, 1},
		"object for text": {doc{"f": doc{}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if found := lacking("", toDoc(t, c.want), got); len(found) != c.lack {
				t.Errorf("found %v, want %d differences", found, c.lack)
			}
		})
	}
}

func TestDocumentsAreChangedAsCopies(t *testing.T) {
	t.Parallel()
	d := doc{"a": doc{"b": 1.0, "id": "x"}, "l": []doc{{"id": "y", "k": "z"}}}

	changed := with(t, d, "a.b", 2)
	bare := without(t, d, "id")

	if at(changed, "a.b") != 2 || at(d, "a.b") != 1.0 {
		t.Errorf("with: changed %v, original %v", changed, d)
	}
	if at(bare, "a.id") != nil || at(bare, "l.0.id") != nil || at(bare, "l.0.k") != "z" || at(d, "a.id") != "x" {
		t.Errorf("without: bare %v, original %v", bare, d)
	}
	if got := column(t, list(t, toDoc(t, d), "l"), "k"); !slices.Equal(got, []string{"z"}) {
		t.Errorf("column is %v", got)
	}
}
