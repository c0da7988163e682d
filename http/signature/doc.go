// Package signature makes and verifies the request signature SDK-HMAC-SHA256 (APIG V2 §2.2), as the
// public Go SDK and the Terraform provider put it on the wire. It knows no surface, no users and no
// keys: the caller looks the secret up.
//
// A server goes through these steps, cheapest first, so that a request of a stranger costs little:
//
//	h, err := signature.Parse(r.Header.Get("Authorization")) // ErrMissing: another way to log in
//	err = h.CheckTime(r, now)                                // before any look-up
//	secret := lookUp(h.AccessKey)
//	body, err := signature.ReadBody(r)                       // at most MaxBody
//	err = h.Verify(r, body, secret, now)
//	err = guard.Admit(h, r, now)                             // changes only, see ReplayGuard
//
// What is signed: the method, the path, the query, the headers that the client lists and the SHA-256
// of the body. Facts about the clients that shape the rules here:
//
//   - The Go SDK and the Terraform provider do not sign Host, clients built after the signing guide do.
//     Host is checked when it is listed and not demanded. X-Sdk-Date must be listed.
//   - The Terraform provider adds X-Project-Id and X-Domain-Id after signing. A header that decides
//     anything must be asked for with Header.Signs first.
//   - The Go SDK sends and signs "X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD" for every body that is not
//     JSON, and does not sign Content-Type. That is accepted for multipart/form-data alone (the one
//     other body the management API takes, §3.16.2), and only when the header is itself signed; the
//     body is then as trustworthy as the transport, and BodySigned says so. Any other body is hashed,
//     whatever the client claims.
//
// What the scheme itself leaves open, so handlers must not depend on it: the order of query
// parameters, repeated ones included; whether the path ends with a slash; headers that are not listed.
// An encoded slash (%2F) in a path is part of its segment and differs from a slash.
package signature
