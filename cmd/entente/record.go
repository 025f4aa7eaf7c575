package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente"
	"entente/cases"
	"entente/export"
	"entente/ledger"
	"entente/scenario"
)

func (a *app) importCommand() *cobra.Command {
	var who, why, since string
	cmd := &cobra.Command{
		Use:   "import DATASET FILE...",
		Short: "bring data into a ledger file as revisions",
		Long: "Writes the rows of a data set into the ledger file named by --case, which is made if it does not exist. All of it\n" +
			"is written or nothing. Rows that are already there in the same words make no revision; nothing is ever removed.\n\n" +
			"DATASET is folder: a case folder.",
		Example: "  entente --case ots.entente import folder my-edits --who \"A. Analyst\" --why \"second source for Shusha\"",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] != "folder" {
				return usage(fmt.Sprintf("no data set %q", args[0]), "there is folder")
			}
			if len(args) > 2 {
				return usage("import folder takes one folder", "run it once for each folder")
			}
			if !strings.HasSuffix(a.caseName, ".entente") {
				return usage(fmt.Sprintf("--case %s is not a ledger file", a.caseName), "name a file that ends in .entente; it is made if it does not exist")
			}
			v := ledger.Revision{Who: who, Why: why, Now: time.Now().UTC(), Create: true}
			if since != "" {
				d, err := entente.ParseDate(since)
				if err != nil {
					return usage("--since: "+err.Error(), "")
				}
				v.KnownAt = d
			}
			if who == "" || why == "" {
				return usage("a revision needs --who and --why", "say who makes the change and for what reason")
			}
			done := a.working("importing " + args[1])
			summary, err := ledger.Import(cmd.Context(), a.caseName, args[1], v)
			done()
			if err != nil {
				return err
			}
			return a.printSummary(summary)
		},
	}
	cmd.Flags().StringVar(&who, "who", "", "who makes the change")
	cmd.Flags().StringVar(&why, "why", "", "why it is made")
	cmd.Flags().StringVar(&since, "since", "", "date since when the change could be known (default: the day the case was recorded for new rows, today for changed ones)")
	return cmd
}

func (a *app) printSummary(s ledger.Summary) error {
	if a.json {
		type counts struct {
			Table     string `json:"table"`
			Added     int    `json:"added"`
			Changed   int    `json:"changed"`
			Unchanged int    `json:"unchanged"`
			Kept      int    `json:"kept"`
		}
		tables := []counts{}
		for _, row := range s.Tables {
			tables = append(tables, counts(row))
		}
		return a.writeJSON(struct {
			Tables   []counts `json:"tables"`
			Restored int      `json:"restored"`
		}{tables, s.Restored})
	}
	t := newTable(0, "table", "#added", "#changed", "#unchanged", "#kept")
	for _, row := range append(s.Tables, s.Total()) {
		name := row.Table
		if name == "" {
			name = "total"
		}
		t.add(name, strconv.Itoa(row.Added), strconv.Itoa(row.Changed), strconv.Itoa(row.Unchanged), strconv.Itoa(row.Kept))
	}
	a.print(t)
	if s.Restored > 0 {
		a.printf("%d revisions restored from the folder's own log\n", s.Restored)
	}
	return nil
}

func (a *app) newCommand() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:     "new PATH",
		Short:   "start a case: a folder, or a ledger file NAME.entente",
		Long:    "Makes a small commented case to fill in, or a copy of another case with --from (a built-in case or a folder).",
		Example: "  entente new my-case\n  entente new ots.entente --from ots",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := a.startingFolder(from)
			if err != nil {
				return err
			}
			if err := a.start(cmd.Context(), args[0], folder, orDefault(from, "template")); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "made %s; look at it with: entente --case %s verify\n", args[0], args[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "built-in case or case folder to copy")
	return cmd
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// startingFolder returns the folder that a new case copies.
func (a *app) startingFolder(from string) (fs.FS, error) {
	switch {
	case from == "":
		return template(), nil
	case slices.Contains(cases.Names(), from):
		return cases.FS(from)
	}
	info, err := os.Stat(from)
	if err != nil || !info.IsDir() {
		return nil, notFound(fmt.Sprintf("--from %s: no such built-in case or folder", from), "built-in cases: "+strings.Join(cases.Names(), ", "))
	}
	return os.DirFS(from), nil
}

func (a *app) start(ctx context.Context, path string, folder fs.FS, from string) error {
	defer a.working("making " + path)()
	if _, err := os.Stat(path); err == nil {
		return input(path+" exists already", "choose another name; nothing was written")
	}
	if strings.HasSuffix(path, ".entente") {
		_, err := ledger.ImportFS(ctx, path, folder, ledger.Revision{Who: "entente new", Why: "copy of " + from, Now: time.Now().UTC(), Create: true})
		return err
	}
	if err := ledger.ExportFS(ctx, folder, path); err != nil {
		return err
	}
	return copyQuestions(folder, path)
}

// copyQuestions copies what a folder holds beside the record: its bargain and its what-ifs.
func copyQuestions(folder fs.FS, path string) error {
	names, err := fs.Glob(folder, "scenarios/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range append(names, scenario.Positions) {
		text, err := fs.ReadFile(folder, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		to := filepath.Join(path, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) exportCommand() *cobra.Command {
	var format, out string
	var two bool
	var f filter
	cmd := &cobra.Command{
		Use:   "export",
		Short: "write the record or a view of it for other tools",
		Long: "Forms: folder and entente (the whole record, lossless), csv, json, parquet (acts), graphml, gexf (network). The form\n" +
			"is taken from the name of the output where --format is not given. Acts can be filtered as in entente acts.",
		Example: "  entente export -o acts.csv --forum OTS\n  entente export -o ots.gexf --since 2015\n  entente export -o my-copy --format folder",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format == "" {
				if format = formatOf(out); format == "" {
					return usage(fmt.Sprintf("cannot tell the form of %q", out), "end the name with .csv, .json, .jsonl, .parquet, .graphml, .gexf or .entente, or give --format")
				}
			}
			switch format {
			case "folder", "entente":
				return a.exportWhole(cmd.Context(), format, out)
			case "csv", "json", "parquet", "graphml", "gexf":
			default:
				return usage(fmt.Sprintf("no form %q", format), "folder, entente, csv, json, parquet, graphml or gexf")
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			acts, err := f.apply(cmd.Context(), v)
			if err != nil {
				return err
			}
			write := func(w io.Writer) error {
				switch format {
				case "csv":
					return export.CSV(w, acts, v.asOf)
				case "json":
					return export.JSONLines(w, acts, v.asOf)
				case "parquet":
					return export.Parquet(w, acts, v.asOf)
				case "graphml":
					return export.GraphML(w, v.Case, acts, v.asOf, export.GraphOptions{TwoMode: two})
				}
				return export.GEXF(w, v.Case, acts, v.asOf, export.GraphOptions{TwoMode: two})
			}
			if out == "" || out == "-" {
				return write(a.stdout)
			}
			if err := writeFile(out, write); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "wrote %s to %s\n", count(len(acts), "act"), out)
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file or folder to write (default: standard output, for files)")
	cmd.Flags().StringVar(&format, "format", "", "folder, entente, csv, json, parquet, graphml or gexf")
	cmd.Flags().BoolVar(&two, "two-mode", false, "graphml and gexf: acts as nodes too, so that an act of many stays one")
	f.flags(cmd)
	return cmd
}

// formatOf tells the form from the name of the output: CSV for standard output,
// a folder where there is no ending, "" where the ending says nothing.
func formatOf(path string) string {
	if path == "" || path == "-" {
		return "csv"
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv", ".json", ".parquet", ".graphml", ".gexf", ".entente":
		return ext[1:]
	case ".jsonl":
		return "json"
	case "":
		return "folder"
	}
	return ""
}

// exportWhole writes the whole record as a folder or a ledger file.
func (a *app) exportWhole(ctx context.Context, format, out string) error {
	defer a.working("exporting to " + out)()
	if out == "" || out == "-" {
		return usage("--format "+format+" needs -o PATH", "")
	}
	if a.knownAt != "" || a.asOf != "" {
		return usage("a whole record is exported without --as-of and --known-at", "it holds every revision; ask for a view of it when you read it")
	}
	builtin := slices.Contains(cases.Names(), a.caseName)
	if format == "entente" {
		folder, err := a.startingFolder(a.caseName)
		if err != nil {
			return input(fmt.Sprintf("--case %s is a ledger file already", a.caseName), "copy the file")
		}
		return a.start(ctx, out, folder, a.caseName)
	}
	if builtin {
		folder, err := cases.FS(a.caseName)
		if err != nil {
			return err
		}
		return ledger.ExportFS(ctx, folder, out)
	}
	if _, err := os.Stat(a.caseName); errors.Is(err, fs.ErrNotExist) {
		return notFound(fmt.Sprintf("no case %q", a.caseName), "")
	}
	return ledger.Export(ctx, a.caseName, out)
}

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "check a record: every row, and the chain of revisions",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := a.verify(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.writeJSON(verifyJSON(a.caseName, report))
			}
			a.printf("%s is sound: %s, %s\n%s\n", a.caseName, count(report.Acts, "act"), count(report.Sources, "source"), report.Checksum)
			if report.Ledger {
				a.printf("%s, head %s\nnote the head elsewhere: only against it can a log that was cut short be told\n", count(int(report.Revisions), "revision"), report.Head)
			}
			return nil
		},
	}
}

// verify checks the case; what is unsound is an error.
func (a *app) verify(ctx context.Context) (ledger.Report, error) {
	defer a.working("verifying " + a.caseName)()
	if slices.Contains(cases.Names(), a.caseName) {
		v, err := a.open(ctx)
		if err != nil {
			return ledger.Report{}, err
		}
		return ledger.Report{Checksum: v.Checksum, Acts: len(v.Acts), Sources: len(v.Sources)}, nil
	}
	report, err := ledger.Verify(ctx, a.caseName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return report, notFound(fmt.Sprintf("no case %q", a.caseName), "there are the built-in cases "+strings.Join(cases.Names(), ", "))
	case len(report.Faults) > 0:
		return report, &failure{code: "case", message: err.Error(), where: a.caseName, hint: "mend what is named, or go back to a copy that verifies"}
	}
	return report, err
}

func verifyJSON(name string, report ledger.Report) any {
	day := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC().Format(time.RFC3339)
	}
	head := any(report.Head)
	if report.Head == "" {
		head = nil
	}
	return struct {
		Case      string `json:"case"`
		Ledger    bool   `json:"ledger"`
		Sound     bool   `json:"sound"` // what is unsound is an error
		Checksum  string `json:"checksum"`
		Acts      int    `json:"acts"`
		Sources   int    `json:"sources"`
		Revisions int64  `json:"revisions"`
		Head      any    `json:"head"`
		First     any    `json:"first"`
		Last      any    `json:"last"`
	}{name, report.Ledger, true, report.Checksum, report.Acts, report.Sources, report.Revisions, head, day(report.First), day(report.Last)}
}

func (a *app) logCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "log TABLE ID",
		Short:   "the revisions of a row of a ledger file",
		Example: "  entente --case ots.entente log acts aztr-2021-shusha",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !strings.HasSuffix(a.caseName, ".entente") {
				return usage(fmt.Sprintf("--case %s is not a ledger file", a.caseName), "only a ledger file keeps revisions; entente new NAME.entente --from ots makes one")
			}
			if !slices.Contains(ledger.Tables(), args[0]) {
				return usage(fmt.Sprintf("no table %q", args[0]), "one of "+strings.Join(ledger.Tables(), ", "))
			}
			entries, err := ledger.Log(cmd.Context(), a.caseName, args[0], args[1])
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return notFound(fmt.Sprintf("no row %q in table %s", args[1], args[0]), "")
			}
			t := newTable(4, "#seq", "recorded", "known at", "who", "why", "changed")
			columns := ledger.Columns(args[0])
			for i, e := range entries {
				if a.json {
					if err := a.writeJSON(entryJSON(e, columns)); err != nil {
						return err
					}
					continue
				}
				changed := "new"
				if i > 0 {
					changed = strings.Join(changedCells(entries[i-1], e, columns), " ")
				}
				t.add(strconv.FormatInt(e.Seq, 10), e.RecordedAt.Format("2006-01-02 15:04"), e.KnownAt.String(), e.Who, e.Why, changed)
			}
			if !a.json {
				a.print(t)
			}
			return nil
		},
	}
}

// changedCells names the columns in which two revisions of a row differ.
func changedCells(before, after ledger.Entry, columns []string) []string {
	var names []string
	for i, cell := range after.Cells {
		if i < len(before.Cells) && i < len(columns) && cell != before.Cells[i] {
			names = append(names, columns[i])
		}
	}
	return names
}

func entryJSON(e ledger.Entry, columns []string) any {
	cells := map[string]string{}
	for i, cell := range e.Cells {
		name := "text" // case.yaml is one cell without a header
		if i < len(columns) {
			name = columns[i]
		}
		cells[name] = cell
	}
	return struct {
		Seq        int64             `json:"seq"`
		Table      string            `json:"table"`
		ID         string            `json:"id"`
		Cells      map[string]string `json:"cells"`
		KnownAt    entente.Date      `json:"known_at"`
		RecordedAt time.Time         `json:"recorded_at"`
		Who        string            `json:"who"`
		Why        string            `json:"why"`
		Hash       string            `json:"hash"`
	}{e.Seq, e.Table, e.ID, cells, e.KnownAt, e.RecordedAt, e.Who, e.Why, e.Hash}
}
