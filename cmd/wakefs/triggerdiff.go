package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"
)

func newTriggerDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff NAME [VERSION]", Short: "Print how the live script differs from the version before, or a named one",
		Args: args(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, a []string) error {
			live, err := call[triggerDetail](cmd.Context(), "trigger.show", triggerRequest{Trigger: a[0]})
			if err != nil {
				return err
			}
			version := ""
			if len(a) == 2 {
				version = a[1]
			} else {
				for _, v := range live.Versions {
					if v.Version != live.Version {
						version = v.Version
						break
					}
				}
			}
			if live.Version == "" || version == "" {
				return fmt.Errorf("%s has no other version to compare with; see `wakefs trigger history %s`", a[0], a[0])
			}
			other, err := call[triggerDetail](cmd.Context(), "trigger.show", triggerRequest{Trigger: a[0], Version: version})
			if err != nil {
				return err
			}
			for _, v := range other.Versions {
				if strings.HasPrefix(v.Version, version) {
					version = v.Version
				}
			}
			all := maps.Clone(live.Files)
			maps.Copy(all, other.Files)
			for _, file := range slices.Sorted(maps.Keys(all)) {
				fmt.Fprint(cmd.OutOrStdout(), udiff.Unified(file+"@"+short(version), file+"@"+short(live.Version), other.Files[file], live.Files[file]))
			}
			return nil
		},
	}
}
