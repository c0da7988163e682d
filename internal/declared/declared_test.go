package declared_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/internal/declared"
)

func api(name string) apig.DeclaredAPI {
	return apig.DeclaredAPI{
		Draft:  apig.Definition{Name: name, ReqURI: "/" + name, GroupID: "shop", Tags: []string{"a", "123", "yes"}},
		Places: map[string]apig.DeclaredPlace{"RELEASE": {Published: true, Throttle: "slow"}},
	}
}

func shop(apis ...apig.DeclaredAPI) apig.DeclaredGroup {
	return apig.DeclaredGroup{Name: "shop", Variables: []apig.DeclaredVariable{{Env: "RELEASE", Name: "host", Value: "0755"}}, Responses: []apig.ResponseBody{}, APIs: apis}
}

func instance(groups ...apig.DeclaredGroup) apig.Declaration {
	remark := "where it is tried"
	return apig.Declaration{
		Format: 1, Scope: apig.ScopeInstance, Environments: []apig.EnvBody{{Name: "TEST", Remark: &remark}}, Channels: []apig.ChannelBody{}, Groups: groups,
	}
}

func read(t *testing.T, path string) apig.Declaration {
	t.Helper()
	d, err := declared.Read(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t *testing.T, dir string, d apig.Declaration) {
	t.Helper()
	if err := declared.Write(dir, d); err != nil {
		t.Fatal(err)
	}
}

// files are the paths beneath a directory.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]apig.Declaration{
		"an instance":         instance(shop(api("list"), api("order"))),
		"a group without API": {Format: 1, Scope: apig.ScopeGroups, Groups: []apig.DeclaredGroup{shop([]apig.DeclaredAPI{}...)}},
		"odd names":           instance(shop(api("a/b"), api("a%2Fb"), api("LIST"), api("list"), api("订单 查询"), api(".hidden"), api(strings.Repeat("订", 250)))),
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "of [it]")
			write(t, dir, d)
			got := read(t, dir)
			for i := range got.Groups { // files have an order of their own
				byName := func(a, b apig.DeclaredAPI) int { return strings.Compare(a.Draft.Name, b.Draft.Name) }
				slices.SortFunc(got.Groups[i].APIs, byName)
				slices.SortFunc(d.Groups[i].APIs, byName)
			}
			if diff := cmp.Diff(d, got); diff != "" {
				t.Errorf("written and read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneFileHasAll(t *testing.T) {
	t.Parallel()
	d := instance(shop(api("list")))
	text, err := yaml.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "all.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, read(t, path)); diff != "" {
		t.Error(diff)
	}
	got, err := declared.Read("-", strings.NewReader(string(text)))
	if diff := cmp.Diff(d, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWritingAgainLeavesWhatIsThereNow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bank := shop(api("pay"))
	bank.Name = "bank"
	write(t, dir, instance(shop(api("list"), api("order")), bank))
	notes := filepath.Join(dir, "README.md")
	if err := os.WriteFile(notes, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := instance(shop(api("list")))
	d.Channels = nil
	write(t, dir, d)
	want := []string{"README.md", "environments.yaml", "gatelog.yaml", "groups/shop/apis/list.yaml", "groups/shop/group.yaml"}
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotWrittenInto(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "channels.yaml"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := declared.Write(dir, instance()); err == nil {
		t.Error("a directory with other files was written into")
	}
	if text, err := os.ReadFile(filepath.Join(dir, "channels.yaml")); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestWhatIsNotRead(t *testing.T) {
	t.Parallel()
	if _, err := declared.Read(filepath.Join(t.TempDir(), "none"), nil); !errors.Is(err, declared.ErrNone) {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := declared.Read(t.TempDir(), nil); !errors.Is(err, declared.ErrNone) {
		t.Errorf("of an empty directory: %v", err)
	}
	for name, file := range map[string]struct{ path, text string }{
		"an unknown member":          {"gatelog.yaml", "format: 1\nscope: instance\nscoop: x\n"},
		"an unknown member of a API": {"groups/shop/apis/list.yaml", "definition: {name: list, req_url: /x}\n"},
		"a member twice":             {"gatelog.yaml", "format: 1\nformat: 1\n"},
		"no list":                    {"channels.yaml", "name: x\n"},
		"no YAML":                    {"groups/shop/group.yaml", "\t{"},
		"a list with another name":   {"chanels.yaml", "[]"},
		"another ending":             {"groups/shop/apis/order.yml", "definition: {name: order}\n"},
		"another ending alone":       {"groups/bank/apis/pay.yml", "definition: {name: pay}\n"},
		"an API beside the others":   {"groups/shop/order.yaml", "definition: {name: order}\n"},
		"too long":                   {"plugins.yaml", strings.Repeat("#", 17<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			bank := shop()
			bank.Name = "bank"
			write(t, dir, instance(shop(api("list")), bank))
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(file.path)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, file.path), []byte(file.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if d, err := declared.Read(dir, nil); err == nil {
				t.Errorf("read %+v", d)
			}
		})
	}
}

// Whatever things are called, each has a file of its own.
func TestEachHasAFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[\p{Han}A-Za-z0-9][\p{Han}A-Za-z0-9\-_./()（）:：、]{2,8}`), 0, 6, rapid.ID[string]).Draw(rt, "names")
		var apis []apig.DeclaredAPI
		for _, name := range names {
			apis = append(apis, api(name))
		}
		dir := t.TempDir()
		write(t, dir, instance(shop(apis...)))
		var got []string
		for _, a := range read(t, dir).Groups[0].APIs {
			got = append(got, a.Draft.Name)
		}
		slices.Sort(names)
		slices.Sort(got)
		if !slices.Equal(names, got) {
			rt.Errorf("written %q, read %q", names, got)
		}
	})
}
