package main

import (
	"context"
	"fmt"
	"io"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/examples"
)

// sampleFolders are those that the samples watch: made, so that there is a place to drop files.
var sampleFolders = []string{"/photos", "/inbox", "/data", "/docs"}

// makeFolders makes the folder of scripts, and with --samples the sample scripts and the folders they watch.
func (n *node) makeFolders(ctx context.Context) error {
	owner := n.user()
	folders := []string{triggers.Dir}
	if n.cfg.Samples {
		folders = append(folders, sampleFolders...)
	}
	for _, dir := range folders {
		if _, err := n.files.MkdirAll(ctx, &owner, dir, 0o755); err != nil {
			return err
		}
	}
	if n.cfg.Samples {
		return n.installSamples(ctx, &owner)
	}
	return nil
}

// installSamples puts the sample scripts where they are not yet.
func (n *node) installSamples(ctx context.Context, owner *fs.Cred) error {
	for _, s := range examples.Samples() {
		path := triggers.Dir + "/" + s.Name + ".go"
		if _, err := n.files.Resolve(ctx, path, true); err == nil {
			continue // somebody may have changed it
		}
		if err := n.files.WriteFile(ctx, owner, path, s.Source, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// printSamples says what there is to try.
func printSamples(out io.Writer) {
	fmt.Fprintln(out, "\nsample functions, in the folder triggers of the mount:")
	for _, s := range examples.Samples() {
		fmt.Fprintf(out, "  %-10s  %s\n", s.Name, s.About)
	}
	fmt.Fprintln(out)
}
