package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"entente/export"
)

func (a *app) citeCommand() *cobra.Command {
	var act, format string
	cmd := &cobra.Command{
		Use:     "cite",
		Short:   "cite the record, a view of it, or one act with its sources",
		Example: "  entente cite\n  entente cite --act aztr-2021-shusha --format csl\n  entente cite --as-of 2019-12-31",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.json && !cmd.Flags().Changed("format") {
				format = "csl"
			}
			write := map[string]func(io.Writer, export.Citation) error{"bibtex": export.BibTeX, "csl": export.CSLJSON}[format]
			if write == nil {
				return usage(fmt.Sprintf("no form %q", format), "bibtex or csl")
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			c := export.Citation{Case: v.Case, AsOf: v.asOf, KnownAt: v.knownAt, Version: version()}
			if act != "" {
				if c.Act = v.Act(act); c.Act == nil || !c.Act.Date.Begun(v.asOf) {
					return a.noAct(v, act, c.Act)
				}
			}
			return write(a.stdout, c)
		},
	}
	cmd.Flags().StringVar(&act, "act", "", "id of the act to cite")
	cmd.Flags().StringVar(&format, "format", "bibtex", "bibtex or csl (CSL-JSON, also with --json)")
	return cmd
}

// version is the module's version, or its revision when it was built from a
// checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel " + s.Value[:12]
		}
	}
	return "devel"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "version of the program and of the record",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			goVersion := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				goVersion = info.GoVersion
			}
			if a.json {
				return a.writeJSON(struct {
					Version string `json:"version"`
					Go      string `json:"go"`
					Case    string `json:"case"`
					Record  string `json:"record"`
				}{version(), goVersion, v.ID, v.Checksum})
			}
			a.printf("entente %s (%s)\ncase %s, %s\n", version(), goVersion, v.ID, v.Checksum)
			return nil
		},
	}
}

// manCommand writes manual pages from the commands themselves, so that they
// cannot differ.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "write manual pages into a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			pages := append([]*cobra.Command{cmd.Root()}, cmd.Root().Commands()...)
			for _, page := range pages {
				name := strings.ReplaceAll(page.CommandPath(), " ", "-") + ".1"
				err := writeFile(filepath.Join(args[0], name), func(w io.Writer) error {
					_, err := io.WriteString(w, manual(page))
					return err
				})
				if err != nil {
					return err
				}
			}
			fmt.Fprintf(a.stderr, "wrote %d pages to %s\n", len(pages), args[0])
			return nil
		},
	}
}

// manual writes one command as a page of roff.
func manual(cmd *cobra.Command) string {
	escape := func(s string) string {
		s = strings.ReplaceAll(s, `\`, `\e`)
		s = strings.ReplaceAll(s, "-", `\-`)
		lines := strings.Split(s, "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
				lines[i] = `\&` + line
			}
		}
		return strings.Join(lines, "\n")
	}
	var b strings.Builder
	title := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	fmt.Fprintf(&b, ".TH %q 1\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n", strings.ToUpper(title), escape(title), escape(cmd.Short), escape(cmd.UseLine()))
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", escape(long))
	section := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, ".SH %s\n.nf\n%s\n.fi\n", name, escape(strings.TrimRight(text, "\n")))
		}
	}
	section("OPTIONS", cmd.NonInheritedFlags().FlagUsages())
	section("GLOBAL OPTIONS", cmd.InheritedFlags().FlagUsages())
	section("EXAMPLES", cmd.Example)
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name()+"  "+child.Short)
		}
	}
	section("COMMANDS", strings.Join(names, "\n"))
	return b.String()
}
