package apig

import "context"

// Names are the names by id of what the definitions of a group's APIs may refer to. Documents have the
// names (APIG V2 §3.16).
type Names struct{ Channels, Authorizers, Responses map[string]string }

// Names returns the names of the instance's channels and frontend authorizers and of the group's
// responses; without a group there are no responses. A group's default response has no name here: documents leave it out.
func (q *Queries) Names(ctx context.Context, in In, groupID string) (Names, error) {
	var n Names
	if !keepable(groupID) { // no group has such an id
		groupID = ""
	}
	for _, of := range []struct {
		names *map[string]string
		query string
		args  []any
	}{
		{&n.Channels, "SELECT id, name FROM apig.channels WHERE instance_id = $1 AND tenant = $2", []any{in.Instance, in.Tenant}},
		{&n.Authorizers, "SELECT id, name FROM apig.authorizers WHERE instance_id = $1 AND tenant = $2 AND type = 'FRONTEND'", []any{in.Instance, in.Tenant}},
		{&n.Responses, "SELECT id, name FROM apig.responses WHERE instance_id = $1 AND tenant = $2 AND group_id = $3 AND id <> group_id", []any{in.Instance, in.Tenant, groupID}},
	} {
		var rows []struct{ ID, Name string }
		if err := q.rows.Select(ctx, &rows, of.query, of.args...); err != nil {
			return n, err
		}
		*of.names = map[string]string{}
		for _, row := range rows {
			(*of.names)[row.ID] = row.Name
		}
	}
	return n, nil
}

// ByName returns the ids by name.
func (n Names) ByName() Names {
	inverse := func(names map[string]string) map[string]string {
		ids := map[string]string{}
		for id, name := range names {
			ids[name] = id
		}
		return ids
	}
	return Names{inverse(n.Channels), inverse(n.Authorizers), inverse(n.Responses)}
}
