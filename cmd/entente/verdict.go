package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entente/brief"
	"entente/forecast"
)

func (a *app) verdictCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "verdict",
		Short:   "the short verdict",
		Long:    "Prints the verdict in two sentences, with what speaks for and against it, what would change it, and the\nchance of each further rung, pooled from rates of comparable groups and how often such forecasts\ncame true. docs/verdict.md has the rules by which it is worded.",
		Example: "  entente verdict\n  entente verdict --as-of 2019-12-31 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			verdict, err := brief.Judge(cmd.Context(), v.Case, v.asOf, a.seed)
			if err != nil {
				return err
			}
			return a.printVerdict(verdict)
		},
	}
}

func (a *app) printVerdict(verdict *brief.Verdict) error {
	if a.json {
		return a.writeJSON(verdict)
	}
	a.paragraph("", verdict.Statement)
	section := func(title string, list []brief.Evidence) {
		if len(list) == 0 {
			return
		}
		a.printf("\n%s\n", title)
		for _, e := range list {
			a.paragraph("  ", "- "+e.Text+" ["+shortList(e.Acts, 4)+"]")
		}
	}
	section("For", verdict.For)
	section("Against", verdict.Against)
	section("To watch", verdict.Watch)
	if len(verdict.Forecasts) > 0 {
		a.forecasts(verdict.Forecasts)
	}
	if verdict.NoForecasts != "" {
		a.printf("\n")
		a.paragraph("", verdict.NoForecasts)
	}
	known := ""
	if verdict.KnownAt != "" {
		known = ", known at " + verdict.KnownAt
	}
	a.printf("\nas of %s%s, record %s\n", verdict.AsOf, known, short(verdict.Record))
	return nil
}

// forecasts prints the pooled chances, and beside each the rate of comparable groups.
func (a *app) forecasts(list []brief.Forecast) {
	a.printf("\nChance of each further rung, pooled from comparable groups and past forecasts\n")
	t := newTable(5, "rung", "#years", "#pooled", "95% interval", "#class rate", "in words")
	for i, f := range list {
		if f.Method != forecast.Pooled {
			continue
		}
		class := ""
		if k := slices.IndexFunc(list[i:], func(o brief.Forecast) bool { return o.Method == forecast.ClassRate }); k >= 0 {
			class = percentage(list[i+k].Probability)
		}
		t.add("  "+f.Event, fmt.Sprintf("%g", f.Horizon), percentage(f.Probability), percentage(f.Low)+" to "+percentage(f.High), class, f.Words+thin(f.Thin))
	}
	a.print(t)
	a.paragraph("  ", "The pool has "+list[0].Note+". entente forecast has all methods and how they have fared.")
}

func thin(why string) string {
	if why == "" {
		return ""
	}
	return " (class rate: " + why + ")"
}

// short cuts a checksum to what a reader compares.
func short(checksum string) string {
	const keep = len("sha256:") + 12
	if len(checksum) > keep {
		return checksum[:keep]
	}
	return checksum
}

// shortList writes the first ids and how many more there are.
func shortList(ids []string, most int) string {
	if len(ids) <= most {
		return strings.Join(ids, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], " "), len(ids)-most)
}

func percent(p float64) string { return fmt.Sprintf("%.0f%%", 100*p) }

func (a *app) briefCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "brief",
		Short: "the verdict with its evidence, as a page",
		Long: "Writes the brief to a file whose name decides the form: .html is one self-contained page, .md Markdown, .json\n" +
			"the content as data, .pdf a print of the page through Chromium where it is installed. Prints the short verdict.",
		Example: "  entente brief -o ots-brief.html\n  entente --case nato1955 brief -o nato.md",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			if out == "" {
				out = v.ID + "-brief.html"
			}
			done := a.working("writing " + out)
			opt := brief.Options{Seed: a.seed}
			opt.Bargaining, err = a.bargained(cmd.Context(), v)
			var b *brief.Brief
			if err == nil {
				b, err = brief.Build(cmd.Context(), v.Case, v.asOf, opt)
			}
			if err == nil {
				err = writeBrief(cmd.Context(), b, out)
			}
			done()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "wrote %s\n", out)
			return a.printVerdict(&b.Verdict)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write: .html, .md, .json or .pdf (default NAME-brief.html)")
	return cmd
}

// writeBrief writes the brief in the form that the file's name asks for.
func writeBrief(ctx context.Context, b *brief.Brief, path string) error {
	var write func(io.Writer) error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".html", ".htm":
		write = b.HTML
	case ".md":
		write = b.Markdown
	case ".json":
		write = func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", " ")
			return encoder.Encode(b)
		}
	case ".pdf":
		write = func(w io.Writer) error {
			var page bytes.Buffer
			if err := b.HTML(&page); err != nil {
				return err
			}
			return brief.PDF(ctx, page.Bytes(), w)
		}
	default:
		return usage(fmt.Sprintf("cannot tell the form of %q", path), "end the name with .html, .md, .json or .pdf")
	}
	return writeFile(path, write)
}

// writeFile writes a file whole or not at all: to a temporary name beside it,
// renamed when everything is on disk.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".entente-*")
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err // the temporary name would only puzzle
		}
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Chmod(0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
