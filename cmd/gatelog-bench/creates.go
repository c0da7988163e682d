package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gatelog/gatelog/domain/apig"
)

// creations are the rounds of creating APIs: both figures are of the same rounds.
type creations struct {
	bare, empty, full series
	size              int // of one event, bytes
}

// path completes a path beneath the first instance.
func (c caller) path(rest string) string { return c.beneath(c.InstanceID) + rest }

func (c caller) beneath(instance string) string {
	return "/v2/" + c.ProjectID + "/apigw/instances/" + instance
}

// createAll measures once: bare, empty, full, bare, empty, full …
func (b *bench) createAll(ctx context.Context) (*creations, error) {
	if b.created != nil {
		return b.created, nil
	}
	full, err := b.fullServer(ctx)
	if err != nil {
		return nil, err
	}
	empty, err := b.emptyServer(ctx)
	if err != nil {
		return nil, err
	}
	group, err := full.newGroup(ctx, full.InstanceID, "created_by_bench")
	if err != nil {
		return nil, err
	}
	// The newest event is then one like those that are measured.
	if err := full.call(ctx, "POST", full.path("/apis"), b.newDefinition(group), nil); err != nil {
		return nil, err
	}
	bare, err := b.newBarePublisher(ctx, full)
	if err != nil {
		return nil, err
	}
	defer bare.close()
	defer b.profile.during(ctx, full, "create-full")()
	defer b.profile.during(ctx, empty, "create")()
	all, err := b.takeTurns(ctx, b.rounds,
		func(ctx context.Context, _ int) (sample, error) { return bare.publish(ctx, clients, b.creates) },
		func(ctx context.Context, _ int) (sample, error) { return b.createInNew(ctx, empty) },
		func(ctx context.Context, _ int) (sample, error) { return b.create(ctx, full, full.InstanceID, group) },
	)
	if err != nil {
		return nil, err
	}
	b.created = &creations{bare: all[0], empty: all[1], full: all[2], size: bare.message.Size()}
	return b.created, nil
}

// createInNew creates APIs in an instance that has none, and removes it afterwards.
func (b *bench) createInNew(ctx context.Context, s *server) (sample, error) {
	instance, err := s.newInstance(ctx)
	if err != nil {
		return sample{}, err
	}
	group, err := s.newGroup(ctx, instance, "created_by_bench")
	if err != nil {
		return sample{}, err
	}
	done, err := b.create(ctx, s, instance, group)
	if err != nil {
		return sample{}, err
	}
	return done, s.call(ctx, "DELETE", s.beneath(instance), nil, nil)
}

// create makes one round of APIs in a group.
func (b *bench) create(ctx context.Context, s *server, instance, group string) (sample, error) {
	requests := make([]wire, b.creates)
	for i := range requests {
		var err error
		if requests[i], err = s.request("POST", s.beneath(instance)+"/apis", b.newDefinition(group)); err != nil {
			return sample{}, err
		}
	}
	return measure(s, s, func() (sample, error) { return drive(ctx, s.addr, clients, requests) })
}

// newDefinition returns a definition whose name and path no API has.
func (b *bench) newDefinition(group string) apig.Definition {
	b.made++
	return definition(group, 2_000_000+b.made)
}

// writableWithin bounds how long a server may read the state of its project after a start.
const writableWithin = 60 * time.Second

// awaitWritable creates groups until one is acknowledged, and returns how many were refused before. A
// server that is ready to be read may still be reading the state that writes are decided on.
func (b *bench) awaitWritable(ctx context.Context, s *server) (refused int, err error) {
	ctx, cancel := context.WithTimeout(ctx, writableWithin)
	defer cancel()
	tick := time.NewTicker(pollReady)
	defer tick.Stop()
	for ; ; refused++ {
		b.made++
		if _, err = s.newGroup(ctx, s.InstanceID, fmt.Sprintf("started_by_bench_%d", b.made)); err == nil {
			return refused, nil
		}
		select {
		case <-ctx.Done():
			return refused, err
		case <-tick.C:
		}
	}
}

func (c caller) newGroup(ctx context.Context, instance, name string) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := c.call(ctx, "POST", c.beneath(instance)+"/api-groups", apig.GroupBody{Name: name}, &made)
	return made.ID, err
}

// newInstance makes an instance and waits until it runs.
func (c caller) newInstance(ctx context.Context) (string, error) {
	var made struct {
		ID string `json:"instance_id"`
	}
	err := c.call(ctx, "POST", "/v2/"+c.ProjectID+"/apigw/instances", apig.InstanceBody{
		Name: "created-by-bench", SpecID: "BASIC", VPCID: "vpc", SubnetID: "subnet", SecurityGroupID: "group",
		AvailableZoneIDs: []string{"zone"},
	}, &made)
	if err != nil {
		return "", err
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var now struct {
			Status string `json:"status"`
		}
		if err := c.call(ctx, "GET", c.beneath(made.ID), nil, &now); err != nil || now.Status == string(apig.InstanceRunning) {
			return made.ID, err
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-tick.C:
		}
	}
}
