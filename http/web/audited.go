package web

// Audited says what the audit trail has of the requests of an operation whose method could change something.
type Audited int

const (
	// AuditAll is for operations that change something: each request has a record.
	AuditAll Audited = iota
	// AuditRefusals is for operations that change nothing that anybody manages, but are worth knowing when they
	// are refused or fail.
	AuditRefusals
	// AuditNothing is for operations that only ask, as those of GET do.
	AuditNothing
)

// AuditedKey is the key of an Audited in the metadata of an operation. Without one it is AuditAll.
const AuditedKey = "gatelog.audited"
