package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Credentials are what the first administrator needs: printed once and kept in the data directory.
type Credentials struct {
	Endpoint   string `json:"endpoint"`
	ProjectID  string `json:"project_id"`
	InstanceID string `json:"instance_id"` // empty when the project has no instance any more
	AccessKey  string `json:"access_key"`  // empty when the administrator had no room for another one
	SecretKey  string `json:"secret_key"`
	User       string `json:"user"`
	Password   string `json:"password"`
}

// CredentialsFile is the name of the file in the data directory that holds Credentials.
const CredentialsFile = "credentials.json"

// ReadCredentials returns the credentials in a data directory.
func ReadCredentials(dataDir string) (Credentials, error) {
	var c Credentials
	text, err := os.ReadFile(filepath.Join(dataDir, CredentialsFile))
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return c, fmt.Errorf("credentials: %w", err)
	}
	return c, nil
}

func (n *Node) credentialsPath() string { return filepath.Join(n.config.DataDir, CredentialsFile) }

// writeCredentials keeps the credentials where only the owner of the process can read them. That ends the
// first start.
func (n *Node) writeCredentials(c *Credentials) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(n.credentialsPath(), append(text, '\n')); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}
	return nil
}

// firstStart is how far the first start is, as this node's data directory tells.
type firstStart int

const (
	neverHere   firstStart = iota // no node has begun it on this data directory
	interrupted                   // it was begun here, and did not come to its end
	complete                      // the credentials are there
)

// markFirstStart leaves word that the first start has begun here: the file that is going to be the
// credentials, still empty.
func (n *Node) markFirstStart() error {
	if err := os.WriteFile(n.credentialsPath()+newSuffix, nil, 0o600); err != nil {
		return fmt.Errorf("begin the first start: %w", err)
	}
	return nil
}

// unmarkFirstStart takes that back: another node was faster.
func (n *Node) unmarkFirstStart() error { return os.Remove(n.credentialsPath() + newSuffix) }

func (n *Node) firstStart() firstStart {
	if _, err := os.Stat(n.credentialsPath()); !errors.Is(err, fs.ErrNotExist) {
		return complete
	}
	if _, err := os.Stat(n.credentialsPath() + newSuffix); !errors.Is(err, fs.ErrNotExist) {
		return interrupted
	}
	return neverHere
}
