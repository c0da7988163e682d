// Package contract proves that a running Gatelog server speaks the apig surface as its reference
// says: a real process is built and started, and the public Go SDK (services/apig/v2), unmodified,
// and plain signed HTTP requests drive it.
//
// Everything goes through a recorder in front of the server. It counts the documented operations
// that returned their documented success, and holds every answer against the rules that all answers
// share. At the end the run prints
//
//	contract: N of 197 operations, and M of 19 others
//
// and fails when an operation that testdata/operations.tsv marks as served never succeeded.
//
// The SDK is large, so these tests are a module of their own. Run them with `go test` in this folder,
// without a package name, so that the line above is shown when all is well too. They need nothing but
// the Go toolchain and what the server itself needs.
package contract
