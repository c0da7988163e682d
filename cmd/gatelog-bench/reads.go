package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gatelog/gatelog/projections"
	projectionsapig "github.com/gatelog/gatelog/projections/apig"
)

// sampleAPIs is how many of the APIs are asked for; the others are there to be passed over.
const sampleAPIs = 5000

// pageSize is the number of entries of a list page.
const pageSize = 20

func measureGet(ctx context.Context, b *bench) (r result, err error) {
	s, err := b.fullServer(ctx)
	if err != nil {
		return r, err
	}
	ids := b.someAPIs()
	ours, err := gets(s.caller, s.caller, ids)
	if err != nil {
		return r, err
	}
	answers, err := fetch(ctx, s.addr, ours)
	if err != nil {
		return r, err
	}
	bare, err := b.startBare(ctx, s, bareRows(ids, answers))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	theirs, err := gets(s.caller, bare.caller, ids)
	if err != nil {
		return r, err
	}
	defer b.profile.during(ctx, s, "get")()
	all, err := b.takeTurns(ctx, b.rounds, b.driver(s, s, ours), b.driver(bare, s, theirs))
	if err != nil {
		return r, err
	}
	r = compare(all[0], all[1], "Echo and a row of the same bytes through sqlx, prepared")
	cost, bareCost := all[0].cpuPerOperation(), all[1].cpuPerOperation()
	r.Notes = []string{cost.text(), "bare: " + bareCost.text(), cost.against(bareCost),
		fmt.Sprintf("an answer has %d bytes", len(answers[0]))}
	return r, nil
}

func bareRows(ids []string, answers [][]byte) []bareRow {
	rows := make([]bareRow, len(ids))
	for i, id := range ids {
		rows[i] = bareRow{ID: id, Body: answers[i]}
	}
	return rows
}

// someAPIs returns ids spread over all groups, in no order.
func (b *bench) someAPIs() []string {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same choice in every run
	ids := make([]string, 0, sampleAPIs)
	for _, i := range random.Perm(len(b.world.apis))[:min(sampleAPIs, len(b.world.apis))] {
		ids = append(ids, b.world.apis[i])
	}
	return ids
}

// gets returns a signed request for each API, to the address of to, with the keys of key. The bare
// handler gets the same bytes as the server, although it does not look at the signature.
func gets(key, to caller, ids []string) ([]wire, error) {
	key.addr = to.addr
	requests := make([]wire, len(ids))
	for i, id := range ids {
		var err error
		if requests[i], err = key.request("GET", key.path("/apis/"+id), nil); err != nil {
			return nil, err
		}
	}
	return requests, nil
}

// driver is a side that sends as many of the requests as a round has, over and over.
func (b *bench) driver(s, database *server, requests []wire) side {
	round := make([]wire, b.reads)
	for i := range round {
		round[i] = requests[i%len(requests)]
	}
	return func(ctx context.Context, _ int) (sample, error) {
		return measure(s, database, func() (sample, error) { return drive(ctx, s.addr, clients, round) })
	}
}

// fetch returns the answers to the requests.
func fetch(ctx context.Context, addr string, requests []wire) ([][]byte, error) {
	l, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	defer l.close()
	answers := make([][]byte, len(requests))
	for i, w := range requests {
		var body bytes.Buffer
		if err := l.exchange(w, &body); err != nil {
			return nil, err
		}
		answers[i] = bytes.TrimSpace(body.Bytes())
	}
	return answers, nil
}

func measureList(ctx context.Context, b *bench) (r result, err error) {
	s, err := b.fullServer(ctx)
	if err != nil {
		return r, err
	}
	requests := make([]wire, b.lists)
	for i := range requests {
		path := fmt.Sprintf("/apis?group_id=%s&limit=%d", b.groupOf(i), pageSize)
		if requests[i], err = s.request("GET", s.path(path), nil); err != nil {
			return r, err
		}
	}
	bare, done, err := b.bareLists(ctx, s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, done()) }()
	defer b.profile.during(ctx, s, "list")()
	all, err := b.takeTurns(ctx, b.rounds, func(ctx context.Context, _ int) (sample, error) {
		return measure(s, s, func() (sample, error) { return drive(ctx, s.addr, clients, requests) })
	}, bare)
	if err != nil {
		return r, err
	}
	r = compare(all[0], all[1], "the statements that the query runs, through sqlx, prepared, no HTTP")
	cost, bareCost := all[0].cpuPerOperation(), all[1].cpuPerOperation()
	r.Notes = []string{cost.text(), "bare: " + bareCost.text(), cost.against(bareCost),
		fmt.Sprintf("a group has %d APIs, which the query also counts", b.perGroup)}
	return r, nil
}

func (b *bench) groupOf(i int) string { return b.world.groups[i*7%len(b.world.groups)] }

// bareLists is the side that runs only the statements, on as many connections as the server has.
func (b *bench) bareLists(ctx context.Context, s *server) (side, func() error, error) {
	url, err := b.databaseOf(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	first := b.world.groups[0]
	heard, err := overhear(ctx, url, projectionsapig.In{Tenant: s.ProjectID, Instance: s.InstanceID}, first)
	if err != nil {
		return nil, nil, err
	}
	db, err := projections.OpenDB(url, bareConnections)
	if err != nil {
		return nil, nil, err
	}
	rows := projections.NewStatements(db)
	return func(ctx context.Context, _ int) (sample, error) {
		return measure(s, s, func() (sample, error) {
			return together(ctx, clients, b.lists, func(ctx context.Context, _, i int) error {
				return runAll(ctx, rows, heard, first, b.groupOf(i))
			})
		})
	}, db.Close, nil
}

// measureAsOf asks for APIs as they were at moments all over the log.
func measureAsOf(ctx context.Context, b *bench) (result, error) {
	s, err := b.fullServer(ctx)
	if err != nil {
		return result{}, err
	}
	requests, err := b.moments(s)
	if err != nil {
		return result{}, err
	}
	return b.oneClient(ctx, s, "as-of", requests, fmt.Sprintf("%d events in the log", b.world.events))
}

// moments returns requests for some APIs, each as of a moment since its group was complete.
func (b *bench) moments(s *server) ([]wire, error) {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same choice in every run
	requests := make([]wire, b.versions)
	for i := range requests {
		n := random.IntN(len(b.world.apis))
		complete := b.world.events * (n/b.perGroup + 1) / b.groups
		at := min(complete+random.IntN(max(1, b.world.events-complete)), b.world.events)
		var err error
		if requests[i], err = s.request("GET", s.path(fmt.Sprintf("/apis/%s?as_of=%d", b.world.apis[n], at)), nil); err != nil {
			return nil, err
		}
	}
	return requests, nil
}
