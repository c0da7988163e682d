package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize  = chacha20poly1305.KeySize
	overhead = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
)

func newAEAD(key []byte) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("prepare cipher: %w", err)
	}
	return aead, nil
}

// seal returns a fresh nonce and the ciphertext behind it.
func seal(aead cipher.AEAD, plaintext, bound []byte) []byte {
	out := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plaintext)+aead.Overhead())
	rand.Read(out) // never fails: the process ends when the system has no randomness
	return aead.Seal(out, out, plaintext, bound)
}

// open is the inverse of seal; any difference in sealed or bound is ErrInvalid.
func open(aead cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, ErrInvalid
	}
	nonce, text := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plaintext, err := aead.Open(nil, nonce, text, bound)
	if err != nil {
		return nil, ErrInvalid
	}
	return plaintext, nil
}

// bind joins what a ciphertext belongs to, each part with its length in front, so that no two lists
// of parts give the same bytes.
func bind(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	}
	return b
}
