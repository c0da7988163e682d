//go:build !linux

package engine

// diesWithParent: only Linux can stop the server when its process ends.
const diesWithParent = false
