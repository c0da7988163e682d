// Package rules says which rules of the reference APIG V2 hold here, and which tests show it.
//
// rules.tsv has one line for each rule: its id (section and number in it), the fact in few words, the tests that
// show it, and what there is to add. A test is named by its folder and function, domain/apig.TestDeleteGroup, or
// also by a subtest as 'go test -run' writes it, domain/apig.TestDeleteGroup/§3.1.3:_an_empty_one_goes. A rule
// that no server of this kind can keep, or that is kept otherwise, has a dash and the reason instead.
//
// The tests of this package hold the table to its form and to the tests that are there, and write docs/rules.md.
package rules
