package secret

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gatelog/gatelog/internal/testenv"
)

const bucket = "KEYS"

func jetStream(t *testing.T) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(testenv.JetStream(t))
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func kvStore(t *testing.T, js jetstream.JetStream) *KVStore {
	t.Helper()
	store, err := NewKVStore(t.Context(), js, bucket, 1)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// wantKey checks what the store has for a tenant; "" for nothing.
func wantKey(t *testing.T, store Store, tenant, want string) {
	t.Helper()
	got, found, err := store.Load(t.Context(), tenant)
	if err != nil || found != (want != "") || string(got) != want {
		t.Errorf("Load(%q) = %q, %t, %v, want %q", tenant, got, found, err, want)
	}
}

// TestStoreConformance is what every Store does.
func TestStoreConformance(t *testing.T) {
	t.Parallel()
	stores := map[string]func(*testing.T) Store{
		"memory":    func(*testing.T) Store { return &MemoryStore{} },
		"JetStream": func(t *testing.T) Store { return kvStore(t, jetStream(t)) },
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("create, load, destroy", func(t *testing.T) { t.Parallel(); lifeOfAKey(t, open(t)) })
			t.Run("one of many creates wins", func(t *testing.T) { t.Parallel(); oneCreateWins(t, open(t)) })
			t.Run("any tenant name", func(t *testing.T) { t.Parallel(); anyTenantName(t, open(t)) })
		})
	}
}

func lifeOfAKey(t *testing.T, store Store) {
	ctx := t.Context()
	wantKey(t, store, "a", "")
	if err := store.Create(ctx, "a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	if err := store.Create(ctx, "a", []byte("2")); !errors.Is(err, ErrConflict) {
		t.Errorf("second Create = %v, want %v", err, ErrConflict)
	}
	wantKey(t, store, "a", "1")
	wantKey(t, store, "b", "")
	if err := errors.Join(store.Create(ctx, "b", []byte("b")), store.Destroy(ctx, "a")); err != nil {
		t.Fatal(err)
	}
	wantKey(t, store, "a", "")
	wantKey(t, store, "b", "b")
	if err := errors.Join(store.Destroy(ctx, "a"), store.Destroy(ctx, "never there")); err != nil {
		t.Errorf("Destroy of nothing = %v", err)
	}
	if err := store.Create(ctx, "a", []byte("3")); err != nil {
		t.Fatalf("Create after Destroy = %v", err)
	}
	wantKey(t, store, "a", "3")
}

func oneCreateWins(t *testing.T, store Store) {
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch err := store.Create(t.Context(), "a", []byte("key")); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, ErrConflict):
				t.Errorf("Create = %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 creates won, want 1", won.Load())
	}
}

func anyTenantName(t *testing.T, store Store) {
	names := []string{".", "a.b", "a b", "*", ">", "租户", strings.Repeat("x", maxTenant), "a/b", "A", "a"}
	for _, name := range names {
		if err := store.Create(t.Context(), name, []byte(name)); err != nil {
			t.Errorf("Create(%q) = %v", name, err)
		}
	}
	for _, name := range names {
		wantKey(t, store, name, name)
	}
}

func TestKVStoreIsDurableAndReadsFromTheLeader(t *testing.T) {
	t.Parallel()
	js := jetStream(t)
	kvStore(t, js)
	kvStore(t, js) // as a second node does
	stream, err := js.Stream(t.Context(), "KV_"+bucket)
	if err != nil {
		t.Fatal(err)
	}
	got := stream.CachedInfo().Config
	type relevant struct {
		Storage     jetstream.StorageType
		History     int64
		AllowDirect bool
		Replicas    int
	}
	want := relevant{jetstream.FileStorage, 1, false, 1}
	if diff := cmp.Diff(want, relevant{got.Storage, got.MaxMsgsPerSubject, got.AllowDirect, got.Replicas}); diff != "" {
		t.Errorf("bucket (-want +got):\n%s", diff)
	}
}

func TestManyNodesOpenTheBucketAtOnce(t *testing.T) {
	t.Parallel()
	js := jetStream(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			store, err := NewKVStore(t.Context(), js, bucket, 1)
			if err != nil {
				t.Errorf("NewKVStore = %v", err)
				return
			}
			wantKey(t, store, "a", "")
		})
	}
	wg.Wait()
}

// A broker that does not answer is an error: taken for 'no key', it would pass for an erasure.
func TestKVStoreWithoutItsBroker(t *testing.T) {
	t.Parallel()
	conn := testenv.JetStream(t)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	store := kvStore(t, js)
	conn.Close()
	if _, _, err := store.Load(t.Context(), "a"); err == nil {
		t.Error("Load succeeded")
	}
	if err := store.Create(t.Context(), "a", nil); err == nil || errors.Is(err, ErrConflict) {
		t.Errorf("Create = %v", err)
	}
	if err := store.Destroy(t.Context(), "a"); err == nil {
		t.Error("Destroy succeeded")
	}
	keyring, _ := onStore(t, store, masterKey(t, "a"))
	if err := keyring.Erase(t.Context(), "a"); err == nil {
		t.Error("Erase succeeded")
	}
}

func TestKVStoreDestroyLeavesNoValue(t *testing.T) {
	t.Parallel()
	js := jetStream(t)
	store := kvStore(t, js)
	if err := store.Create(t.Context(), "a", []byte("wrapped key")); err != nil {
		t.Fatal(err)
	}
	if err := store.Destroy(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "KV_"+bucket)
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		if msg, err := stream.GetMsg(t.Context(), seq); err == nil && len(msg.Data) > 0 {
			t.Errorf("message %d still holds %q", seq, msg.Data)
		}
	}
}

func TestKVStoreRefusesABucketThatLosesKeys(t *testing.T) {
	t.Parallel()
	configs := map[string]jetstream.KeyValueConfig{
		"in memory":         {Bucket: bucket, Storage: jetstream.MemoryStorage},
		"with an age limit": {Bucket: bucket, Storage: jetstream.FileStorage, TTL: 1 << 40},
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			js := jetStream(t)
			if _, err := js.CreateKeyValue(t.Context(), config); err != nil {
				t.Fatal(err)
			}
			if _, err := NewKVStore(t.Context(), js, bucket, 1); err == nil {
				t.Error("NewKVStore took it")
			}
		})
	}
	if _, err := NewKVStore(t.Context(), jetStream(t), "no.such bucket", 1); !errors.Is(err, jetstream.ErrInvalidBucketName) {
		t.Errorf("NewKVStore with a bad name = %v", err)
	}
}

func TestKeyringOnJetStream(t *testing.T) {
	t.Parallel()
	js := jetStream(t)
	first, _ := onStore(t, kvStore(t, js), masterKey(t, "a"))
	second, _ := onStore(t, kvStore(t, js), masterKey(t, "a"))
	sealed := mustSeal(t, first, "t", "use", "secret")
	if got := mustOpen(t, second, "t", "use", sealed); got != "secret" {
		t.Errorf("the other node opens %q", got)
	}
	if err := second.Erase(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Open(t.Context(), "t", "use", sealed); !errors.Is(err, ErrErased) {
		t.Errorf("Open after Erase = %v, want %v", err, ErrErased)
	}
}

func TestACopyOfTheStoreCanBeRestored(t *testing.T) {
	t.Parallel()
	from := kvStore(t, jetStream(t))
	if all, err := from.All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("an empty store holds %v, %v", all, err)
	}
	for tenant, key := range map[string]string{"a": "one", "größer/than.*": "two", "erased": "three"} {
		if err := from.Create(t.Context(), tenant, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := from.Destroy(t.Context(), "erased"); err != nil {
		t.Fatal(err)
	}
	copied, err := from.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	to := kvStore(t, jetStream(t))
	for range 2 { // it can be repeated
		if err := to.Restore(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
	}
	got, err := to.All(t.Context())
	if diff := cmp.Diff(map[string][]byte{"a": []byte("one"), "größer/than.*": []byte("two")}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if err := to.Restore(t.Context(), map[string][]byte{"a": []byte("other")}); !errors.Is(err, ErrConflict) {
		t.Errorf("another key for the tenant: %v, want ErrConflict", err)
	}
	wantKey(t, to, "a", "one")
}
