package main

import (
	"context"
	"os"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/examples"
)

// installSamples puts the sample scripts where they are not yet, with the folders they watch.
func (n *node) installSamples(ctx context.Context) error {
	owner := fs.Cred{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	for _, dir := range append([]string{triggers.Dir}, examples.Folders()...) {
		if _, err := n.files.MkdirAll(ctx, &owner, dir, 0o755); err != nil {
			return err
		}
	}
	for _, s := range examples.All() {
		path := triggers.Dir + "/" + s.Name + ".go"
		if _, err := n.files.Resolve(ctx, path, true); err == nil {
			continue // somebody may have changed it
		}
		if err := n.files.WriteFile(ctx, &owner, path, []byte(s.Source), 0o644); err != nil {
			return err
		}
	}
	return nil
}
