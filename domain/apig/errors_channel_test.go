package apig_test

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// §5.4: codes and wording of the refusals about channels, authorizers and responses.
func TestErrorsOfChannelsAuthorizersAndResponses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got           *domain.Error
		code, message string
	}{
		{apig.ErrMemberGroupNotFound("1"), "APIG.3007", "The configuration does not exist,id:1"},
		{apig.ErrMemberNotFound("1"), "APIG.3024", "The VPC instance does not exist,id:1"},
		{apig.ErrTooManyChannels(30), "APIG.3109", "The number of VPC channels exceeds the maximum allowed limit,limit:30"},
		{apig.ErrTooManyMembers(1), "APIG.3110", "The number of cloud servers in the VPC channel exceeds the maximum allowed limit,limit:1"},
		{apig.ErrTooManyAuthorizers(1), "APIG.3116", "The number of authorizers exceeds the maximum allowed limit,limit:1"},
		{apig.ErrTooManyIdentities(1), "APIG.3117", "The number of identity sources exceeds the maximum allowed limit,limit:1"},
		{apig.ErrTooManyResponses(1), "APIG.3136", "The number of responses exceeds the maximum allowed limit,limit:1"},
		{apig.ErrChannelNameTaken("a"), "APIG.3208", "The VPC channel name already exists, name:a"},
		{apig.ErrAuthorizerNameTaken("a"), "APIG.3211", "The authorizer name already exists, name:a"},
		{apig.ErrIdentityTaken("a"), "APIG.3212", "The identity source name already exists, identities:a"},
		{apig.ErrResponseNameTaken("a"), "APIG.3216", "The response name already exists, name:a"},
		{apig.ErrChannelInUse(), "APIG.3414", "The VPC channel is already being used by another API"},
		{apig.ErrChannelType(), "APIG.3471", "The operation cannot be performed on this type of VPC channel"},
		{apig.ErrDefaultResponse(), "APIG.3491", "The default response cannot be deleted"},
		{apig.ErrDefaultResponseName(), "APIG.3492", "The default response name cannot be modified"},
		{apig.ErrChannelReferenced(), "APIG.3719", "The load balance channel is referenced by another load balance channel and cannot be deleted"},
	} {
		if c.got.Code != c.code || c.got.Message != c.message {
			t.Errorf("got %s %q, want %s %q", c.got.Code, c.got.Message, c.code, c.message)
		}
	}
}
