package domain

import (
	"strconv"
	"strings"
)

// The ids of events tell what caused them: '<command>-<number>', where the number is their place among the
// events of the command, from 0 on. The first command of a request has the id of the request, each further one
// '<request>.<number>', from 2 on. An id of a request has neither of the two signs.
const (
	afterRequest = "."
	afterCommand = "-"
)

// CommandID returns the id of the n-th command of a request, from 1 on.
func CommandID(request string, n int) string {
	if n <= 1 {
		return request
	}
	return request + afterRequest + strconv.Itoa(n)
}

// EventID returns the id of the n-th event of a command, from 0 on.
func EventID(command string, n int) string { return command + afterCommand + strconv.Itoa(n) }

// RequestOf returns the id of the request that caused an event; of an event that no request caused, that of its
// command. An id of another form is its own.
func RequestOf(eventID string) string {
	command := eventID
	if at := strings.LastIndex(eventID, afterCommand); at >= 0 && isNumber(eventID[at+1:]) {
		command = eventID[:at]
	}
	if at := strings.LastIndex(command, afterRequest); at >= 0 && isNumber(command[at+1:]) {
		return command[:at]
	}
	return command
}

func isNumber(s string) bool {
	n, err := strconv.ParseUint(s, 10, 31)
	return err == nil && strconv.FormatUint(n, 10) == s
}
