// Package secret keeps secrets out of the log, the read models and memory dumps of others.
//
//   - Keyring seals single values (private keys, app secrets, passwords of backends) before they go into
//     an event: AEAD with one data key per tenant, which a master key wraps and a Store outside the log
//     holds. A copy of the log alone reveals nothing; destroying a tenant's key erases its secrets
//     everywhere at once, in the log, its backups and the read models.
//   - Tokens makes bearer tokens that need no storage: claims, sealed with a key of the server.
//   - HashPassword and CheckPassword keep passwords as Argon2id hashes, NewToken makes random keys.
//
// Everything is XChaCha20-Poly1305 with random 24-byte nonces, so that no number of values can wear a
// key out, under keys that HKDF-SHA256 derives from the master key for one purpose each.
package secret
