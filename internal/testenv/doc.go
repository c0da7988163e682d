// Package testenv gives tests the real engines: a JetStream broker of their own, and databases in a
// PostgreSQL that all test packages of this user share. A fresh clone needs nothing started first.
//
// The shared PostgreSQL lives in <temporary directory>/gatelog-test-<user id>. The first test that
// wants it starts a keeper (this test binary again, see keeper.go) which runs it, starts it again
// when it is killed, and ten seconds after the last test process has ended stops it and removes the
// directory. Durability is off; nothing of it outlives the tests.
package testenv
