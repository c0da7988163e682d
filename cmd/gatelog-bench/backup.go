package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/gatelog/gatelog/internal/backup"
)

const megabyte = 1e6

// measureBackup copies the log of a running server into a new directory, as 'gatelog backup' does when it has
// reached the engines, and writes as many bytes one after the other beside it.
func measureBackup(ctx context.Context, b *bench) (r result, err error) {
	s, err := b.fullServer(ctx)
	if err != nil {
		return r, err
	}
	e, err := b.attach(ctx, s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	log, err := e.Log.Beside(s.dir)
	if err != nil {
		return r, err
	}
	head, bytes, err := log.Extent(ctx)
	if err != nil {
		return r, err
	}
	var made backup.Manifest
	stop, err := b.profile.own("backup")
	if err != nil {
		return r, err
	}
	all, err := b.takeTurns(ctx, b.rounds, func(ctx context.Context, _ int) (sample, error) {
		return measure(s, s, func() (done sample, err error) {
			done, made, err = b.backUp(ctx, log, int(bytes))
			return done, err
		})
	}, func(context.Context, int) (sample, error) {
		return measure(s, s, func() (sample, error) { return b.writeSequentially(int(bytes)) })
	})
	if err := errors.Join(err, stop()); err != nil {
		return r, err
	}
	return backupResult(all[0], all[1], made, fmt.Sprintf("%d messages of %d bytes on average", head, bytes/uint64(head))), nil
}

// backupResult compares in megabytes a second.
func backupResult(ours, bare series, made backup.Manifest, what string) result {
	r := compare(ours, bare, "as many bytes written one after the other, and synced")
	r.Unit, r.Ours, r.Bare = "MB/s", r.Ours/megabyte, r.Bare/megabyte
	kept := int64(0)
	for _, s := range made.Segments {
		kept += s.Bytes
	}
	r.Notes = []string{
		fmt.Sprintf("%s; the backup has %.2f of that, in %d files", what, float64(kept)/float64(ours[0].count), len(made.Segments)),
		fmt.Sprintf("processor time a byte: %.2f ns, bare %.2f ns", ours.nanosecondsEach(), bare.nanosecondsEach()),
	}
	return r
}

// backUp makes a first backup, and removes it afterwards.
func (b *bench) backUp(ctx context.Context, log backup.Source, bytes int) (done sample, made backup.Manifest, err error) {
	dir := filepath.Join(b.dir, "backup")
	began := time.Now()
	copied, err := backup.Write(ctx, dir, log, backup.Options{})
	done = sample{count: bytes, took: time.Since(began)}
	if err == nil {
		made = copied.Manifest()
	}
	return done, made, errors.Join(err, os.RemoveAll(dir))
}

// writeSequentially writes a file that does not compress, syncs it, and removes it afterwards.
func (b *bench) writeSequentially(bytes int) (done sample, err error) {
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // anything that does not compress
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(random.Uint32())
	}
	path := filepath.Join(b.dir, "sequential")
	began := time.Now()
	f, err := os.Create(path)
	if err != nil {
		return done, err
	}
	for left := bytes; left > 0 && err == nil; left -= len(block) {
		_, err = f.Write(block[:min(left, len(block))])
	}
	err = errors.Join(err, f.Sync(), f.Close())
	done = sample{count: bytes, took: time.Since(began)}
	return done, errors.Join(err, os.Remove(path))
}
