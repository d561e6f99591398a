package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/script"
)

// secretRequest sets or removes a secret.
type secretRequest struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	Owner uint32 `json:"owner"`
}

func newSecret() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Values that functions use and nobody sees",
		Long: `Values that functions use and nobody sees: keys and passwords. A function gets one by
c.Secret(NAME) if its script has //wake:secret NAME and belongs to the secret's owner, or
to root. They are kept in the node's data directory, readable for its user alone; what
functions print and what goes wrong shows *** in their place.`,
		Args: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				return usagef("unknown command %q; see `wakefs secret --help`", a[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSecretSet(), newSecretList(), &cobra.Command{
		Use: "rm NAME", Short: "Forget a secret", Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			_, err := call[struct{}](cmd.Context(), "secret.remove", secretRequest{Name: a[0]})
			return err
		},
	})
	return cmd
}

func newSecretSet() *cobra.Command {
	var file string
	q := secretRequest{Owner: uint32(os.Getuid())}
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Set a secret to what comes from standard input, without the last line end", Args: args(cobra.ExactArgs(1)),
		Example: "  printf %s \"$KEY\" | wakefs secret set webhook-key\n  wakefs secret set webhook-key --file key.txt",
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := script.CheckSecretName(a[0]); err != nil {
				return usagef("%w", err)
			}
			in := cmd.InOrStdin()
			if file != "" {
				f, err := os.Open(file)
				if err != nil {
					return err
				}
				defer f.Close() //nolint:errcheck // it was only read
				in = f
			}
			b, err := io.ReadAll(io.LimitReader(in, 1<<20))
			if err != nil {
				return err
			}
			q.Name, q.Value = a[0], strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
			_, err = call[struct{}](cmd.Context(), "secret.set", q)
			return err
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "a file that holds the value")
	cmd.Flags().Uint32Var(&q.Owner, "owner", q.Owner, "uid whose functions may use it, beside root's (default: you)")
	return cmd
}

func newSecretList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the names of the secrets", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := call[[]triggers.SecretInfo](cmd.Context(), "secret.list", nil)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON {
				return printJSON(out, list)
			}
			if len(list) == 0 {
				fmt.Fprintln(out, "No secrets.")
				return nil
			}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tOWNER\tSET")
			for _, s := range list {
				fmt.Fprintf(w, "%s\tuid %d\t%s\n", s.Name, s.Owner, humanize.Time(s.Set))
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// The node's side.

func (n *node) secretSet(_ context.Context, q secretRequest) (struct{}, error) {
	return struct{}{}, n.secrets.Set(q.Name, q.Value, q.Owner, time.Unix(0, now()))
}

func (n *node) secretList(context.Context, struct{}) ([]triggers.SecretInfo, error) {
	return n.secrets.List(), nil
}

func (n *node) secretRemove(_ context.Context, q secretRequest) (struct{}, error) {
	return struct{}{}, n.secrets.Remove(q.Name)
}
