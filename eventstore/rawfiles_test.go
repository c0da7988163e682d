package eventstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"github.com/gatelog/gatelog/internal/testenv"
)

// kept is a log with everything that its files can hold, of more than one block, with its store.
func kept(t *testing.T) (*Stream, string) {
	t.Helper()
	store := t.TempDir()
	log := open(t, testenv.JetStream(t, testenv.InDir(store)))
	fence := take(t, log, "t1")
	large := message("t1", "large") // larger than what is read at once
	large.Data = fmt.Appendf(nil, `{"x":"%s"}`, strings.Repeat("x", 3<<20))
	for _, units := range [][][]Message{{unit("t1", "a", 40)}, {{large}}, {{large}}, {{large}, unit("t1", "b", 3)}} {
		if _, err := log.Append(t.Context(), fence, units...); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []*nats.Msg{
		{Subject: "evt.toy.t1.thing.bare", Data: []byte("hello")},
		{Subject: "evt.toy.t1.thing.empty"},
		{Subject: "evt.toy.t1.thing.many", Header: nats.Header{"b": {"1", "", "2"}, "a": {"x: y"}}},
	} {
		if _, err := log.js.PublishMsg(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	return log, store
}

func beside(t *testing.T, log *Stream, store string) *Beside {
	t.Helper()
	b, err := log.Beside(store)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inFiles returns what the files hold after a position, up to another, and how far they were read.
func inFiles(t *testing.T, b *Beside, after, upTo Position) ([]Raw, Position, error) {
	t.Helper()
	var all []Raw
	at, err := b.readFiles(t.Context(), after, upTo, func(r Raw) error {
		r.Header, r.Data = bytes.Clone(r.Header), bytes.Clone(r.Data)
		all = append(all, r)
		return nil
	})
	return all, at, err
}

// alike compares messages by their headers in any order.
var alike = cmp.Comparer(func(x, y Raw) bool {
	xh, err := x.fields()
	yh, err2 := y.fields()
	return errors.Join(err, err2) == nil && x.Position == y.Position && x.Subject == y.Subject && cmp.Equal(xh, yh) && bytes.Equal(x.Data, y.Data)
})

func TestTheFilesHoldWhatTheBrokerGives(t *testing.T) {
	t.Parallel()
	log, store := kept(t)
	want, b := raws(t, log), beside(t, log, store)
	if blocks, err := filepath.Glob(b.dir + "/*.blk"); len(blocks) < 2 || err != nil {
		t.Fatalf("%d blocks, %v, want several", len(blocks), err)
	}
	end := Position(len(want))
	for after := range end {
		for _, upTo := range []Position{after + 1, (after + end + 1) / 2, end} {
			got, at, err := inFiles(t, b, after, upTo)
			if diff := cmp.Diff(want[after:upTo], got, alike); diff != "" || at != upTo || err != nil {
				t.Fatalf("after %d up to %d: at %d, %v (-broker +files):\n%s", after, upTo, at, err, diff)
			}
		}
	}
	if _, at, err := inFiles(t, b, 3, end+1); at != end || !errors.Is(err, errBlock) {
		t.Errorf("beyond the end: at %d, %v, want errBlock at %d", at, err, end)
	}
	if _, _, err := inFiles(t, b, 3, 3); err != nil {
		t.Errorf("nothing to read: %v", err)
	}
}

func TestAReadingOfFilesEndsWithItsReader(t *testing.T) {
	t.Parallel()
	log, store := kept(t)
	b, boom := beside(t, log, store), errors.New("boom")
	seen := 0
	if err := b.ReadRaw(t.Context(), 0, 9, func(Raw) error { seen++; return boom }); !errors.Is(err, boom) || seen != 1 {
		t.Errorf("%v after %d messages, want the reader's error after one", err, seen)
	}
	if err := b.ReadRaw(t.Context(), 0, 9999, func(Raw) error { return nil }); !errors.Is(err, ErrNotFound) {
		t.Errorf("beyond the end: %v, want ErrNotFound", err)
	}
}

// Whatever befalls the files: the messages come, from the broker then.
func TestTheBrokerIsAskedForWhatTheFilesLack(t *testing.T) {
	t.Parallel()
	log, store := kept(t)
	want, original := raws(t, log), beside(t, log, store)
	first := filepath.Join("1" + blockSuffix)
	for name, spoil := range map[string]func(dir string, text []byte) error{
		"changed bit": func(dir string, text []byte) error {
			text[bytes.Index(text, []byte("thing.a20"))] ^= 1
			return os.WriteFile(filepath.Join(dir, first), text, 0o600)
		},
		"cut off": func(dir string, text []byte) error { return os.Truncate(filepath.Join(dir, first), int64(len(text)-1)) },
		"compressed": func(dir string, _ []byte) error {
			return os.WriteFile(filepath.Join(dir, first), []byte("cmp\x01and so on, in another form"), 0o600)
		},
		"gone": func(dir string, _ []byte) error { return os.Remove(filepath.Join(dir, first)) },
		"another number": func(dir string, _ []byte) error {
			return os.Rename(filepath.Join(dir, first), filepath.Join(dir, "9"+blockSuffix))
		},
		"another file": func(dir string, _ []byte) error { return os.WriteFile(filepath.Join(dir, "x"+blockSuffix), nil, 0o600) },
		"erased": func(dir string, text []byte) error {
			text[11] |= 1 << 7
			return os.WriteFile(filepath.Join(dir, first), text, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &Beside{Stream: log, dir: t.TempDir()}
			if err := os.CopyFS(b.dir, os.DirFS(original.dir)); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(b.dir, first))
			if err == nil {
				err = spoil(b.dir, text)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, at, err := inFiles(t, b, 0, Position(len(want))); !errors.Is(err, errBlock) {
				t.Errorf("the files were read up to %d, %v, want errBlock", at, err)
			}
			var got []Raw
			err = b.ReadRaw(t.Context(), 0, Position(len(want)), func(r Raw) error {
				r.Header, r.Data = bytes.Clone(r.Header), bytes.Clone(r.Data)
				got = append(got, r)
				return nil
			})
			if diff := cmp.Diff(want, got, alike); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOnlyTheFilesOfTheLogAreRead(t *testing.T) {
	t.Parallel()
	log, store := kept(t)
	_, other := kept(t)
	encrypted := t.TempDir()
	dir := filepath.Join(encrypted, "jetstream", account, "streams", log.name)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "meta.inf"), []byte{1, 2, 3}, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, store := range map[string]string{"none": t.TempDir(), "of another log": other, "encrypted": encrypted} {
		if _, err := log.Beside(store); !errors.Is(err, ErrNoFiles) {
			t.Errorf("%s: %v, want ErrNoFiles", name, err)
		}
	}
	beside(t, log, store)
}

// Whatever headers a message has, both ways to them give the same.
func TestHeadersAreTheSameFromFilesAndBroker(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`(Nats-)?[a-zA-Z-]{1,5}`)
	line := rapid.Custom(func(t *rapid.T) string {
		return name.Draw(t, "name") + rapid.SampledFrom([]string{":", ": ", ":\t", ":  "}).Draw(t, "colon") +
			rapid.StringMatching(`[ -~]{0,8}`).Draw(t, "value") + rapid.SampledFrom([]string{"\r\n", "\n"}).Draw(t, "end")
	})
	rapid.Check(t, func(t *rapid.T) {
		wire := "NATS/1.0\r\n" + strings.Join(rapid.SliceOfN(line, 0, 6).Draw(t, "lines"), "") + "\r\n"
		h, err := nats.DecodeHeadersMsg([]byte(wire))
		if err != nil {
			t.Fatal(err)
		}
		text, err := appendHeader(nil, []byte(wire))
		if err != nil {
			t.Fatal(err)
		}
		want, err := headerText(h)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Raw{Header: want}, Raw{Header: text}, alike); diff != "" {
			t.Errorf("%q (-broker +files):\n%s", wire, diff)
		}
	})
}

func TestHeadersThatAreNone(t *testing.T) {
	t.Parallel()
	for _, wire := range []string{"NATS/1.0", "NATS/1.0\r\nname: value", "NATS/1.0\r\nname\r\n\r\n"} {
		if text, err := appendHeader(nil, []byte(wire)); err == nil {
			t.Errorf("%q was read as %q", wire, text)
		}
	}
	for _, h := range []nats.Header{{"": {"x"}}, {"a:b": {"x"}}, {"a\nb": {"x"}}, {"a": {"x\nNats-Rollup: all"}}} {
		if text, err := headerText(h); err == nil {
			t.Errorf("%q was kept as %q", h, text)
		}
	}
	for _, text := range []string{"name\n", "name: value", ": value\n", "Nats-Rollup: all\n"} {
		if _, err := (Raw{Header: []byte(text)}).Recorded(); !errors.As(err, new(*Malformed)) {
			t.Errorf("%q: %v, want Malformed", text, err)
		}
	}
}

func TestTheIDOfAMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "a: b\nce-id: 7-0\nz: \n": "7-0", "x-ce-id: 1\n": "", "ce-id: a: b\n": "a: b", "ce-identity: 1\n": "",
	} {
		if got := (Raw{Header: []byte(text)}).ID(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzNoBlockPanics(f *testing.F) {
	f.Add([]byte("cmp\x01 and so on, long enough for a record"))
	f.Add(append([]byte{38, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, text []byte) {
		b := &Beside{Stream: &Stream{name: "GATELOG"}, dir: t.TempDir()}
		if err := os.WriteFile(filepath.Join(b.dir, "1"+blockSuffix), text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = b.readFiles(t.Context(), 0, 5, func(Raw) error { return nil })
	})
}
