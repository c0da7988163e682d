package apig

import "github.com/gatelog/gatelog/domain"

// ErrMemberGroupNotFound is APIG.3007, the code nearest to a server group that does not exist.
func ErrMemberGroupNotFound(id string) *domain.Error {
	return missingID("APIG.3007", "The configuration does not exist", id)
}

// ErrMemberNotFound is APIG.3024.
func ErrMemberNotFound(id string) *domain.Error {
	return missingID("APIG.3024", "The VPC instance does not exist", id)
}

// ErrTooManyChannels is APIG.3109.
func ErrTooManyChannels(limit int) *domain.Error { return tooMany("APIG.3109", "VPC channels", limit) }

// ErrTooManyMembers is APIG.3110.
func ErrTooManyMembers(limit int) *domain.Error {
	return tooMany("APIG.3110", "cloud servers in the VPC channel", limit)
}

// ErrChannelNameTaken is APIG.3208.
func ErrChannelNameTaken(name string) *domain.Error {
	return taken("APIG.3208", "The VPC channel name already exists", "name", name)
}

// ErrChannelInUse is APIG.3414: the channel, or the server group, is the backend of an API.
func ErrChannelInUse() *domain.Error {
	return domain.Errorf("APIG.3414", "The VPC channel is already being used by another API")
}

// ErrChannelType is APIG.3471: a channel that takes its members from others has none of its own, and no
// channel can take them from it.
func ErrChannelType() *domain.Error {
	return domain.Errorf("APIG.3471", "The operation cannot be performed on this type of VPC channel")
}

// ErrChannelReferenced is APIG.3719: another channel takes its members from this one.
func ErrChannelReferenced() *domain.Error {
	return domain.Errorf("APIG.3719", "The load balance channel is referenced by another load balance channel and cannot be deleted")
}

// errMemberGroupUnknown is APIG.2011 for a member of a server group that its channel does not have.
func errMemberGroupUnknown(param string) *domain.Error {
	return ErrInvalidBecause(param, "is not the name of a server group of the channel")
}
