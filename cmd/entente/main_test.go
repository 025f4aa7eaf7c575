package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"entente": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestStories runs the stories in testdata/script, one a file.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// TestEveryCommandAndFlagIsDocumented holds docs/cli.md to the commands.
func TestEveryCommandAndFlagIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	root := (&app{}).command()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Parent() != root && cmd != root {
			return // the shells of completion
		}
		if cmd != root && !regexp.MustCompile("`entente "+cmd.Name()+"[ `]").MatchString(page) {
			t.Errorf("docs/cli.md does not describe %q", cmd.CommandPath())
		}
		if cmd.Short == "" {
			t.Errorf("%q has no short description", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(page, "`--"+f.Name+"`") {
				t.Errorf("docs/cli.md does not describe --%s of %q", f.Name, cmd.CommandPath())
			}
		})
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	walk(root)
	for _, m := range regexp.MustCompile("`entente ([a-z]+)").FindAllStringSubmatch(page, -1) {
		if found, _, err := root.Find([]string{m[1]}); err != nil || found == root {
			t.Errorf("docs/cli.md describes %q, which there is not", m[1])
		}
	}
}

// example is a command as the manual shows it, with the lines that it must print;
// "..." stands for any further lines.
type example struct {
	args   []string
	output []string
}

// TestManualRuns runs the commands of docs/cli.md, in order and in one folder,
// and compares what they print.
func TestManualRuns(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("COLUMNS", "")
	examples := manualExamples(t, string(page))
	if len(examples) < 5 {
		t.Fatalf("docs/cli.md has %d examples", len(examples))
	}
	for _, e := range examples {
		got := strings.Split(strings.TrimRight(succeeds(t, e.args), "\n"), "\n")
		for i, want := range e.output {
			if want == "..." {
				break
			}
			if i >= len(got) || got[i] != want {
				t.Errorf("%q prints as line %d\n%q, the manual says\n%q", e.args, i+1, slices.Concat(got, []string{""})[min(i, len(got))], want)
				break
			}
			if i == len(e.output)-1 && len(got) > len(e.output) {
				t.Errorf("%q prints more than the manual says: %q", e.args, got[i+1])
			}
		}
	}
}

// TestHelpRuns runs the examples that the commands give in their help.
func TestHelpRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	succeeds(t, []string{"new", "my-edits", "--from", "ots"})
	root := (&app{}).command()
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		for line := range strings.Lines(cmd.Example) {
			args := words(t, strings.TrimSpace(line))[1:]
			if slices.Contains(args, "worker") { // needs a server, and goes on until it is stopped: TestWorker
				continue
			}
			if slices.Contains(args, "log") { // after import has made the file
				succeeds(t, []string{"--case", "ots.entente", "import", "folder", "my-edits", "--who", "A", "--why", "B"})
			}
			if slices.Contains(args, "new") {
				_ = os.Remove("ots.entente")
			}
			succeeds(t, args)
		}
	}
}

// succeeds runs a command and returns what it prints.
func succeeds(t *testing.T, args []string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); code != exitDone {
		t.Fatalf("%q exits with %d: %s%s", args, code, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// manualExamples reads the fenced blocks of a page: "$ entente ..." and what it
// prints.
func manualExamples(t *testing.T, page string) []example {
	var list []example
	for i, block := range strings.Split(page, "```") {
		if i%2 == 0 {
			continue
		}
		for line := range strings.Lines(strings.TrimPrefix(block, "\n")) {
			line = strings.TrimRight(line, "\n")
			if command, ok := strings.CutPrefix(line, "$ entente "); ok {
				list = append(list, example{args: words(t, command)})
			} else if n := len(list); n > 0 {
				list[n-1].output = append(list[n-1].output, line)
			}
		}
	}
	return list
}

// words splits a command line at spaces outside double quotes.
func words(t *testing.T, line string) []string {
	t.Helper()
	if strings.Count(line, `"`)%2 != 0 || strings.ContainsAny(line, `'\$|<>`) {
		t.Fatalf("the example %q needs a shell", line)
	}
	var list []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 0 {
			list = append(list, strings.Fields(part)...)
		} else {
			list = append(list, part)
		}
	}
	return list
}

// fullDisk takes n bytes.
type fullDisk struct{ n int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.n {
		return 0, io.ErrShortWrite
	}
	d.n -= len(p)
	return len(p), nil
}

// TestResultNotWritten checks that no command calls a result done that did not
// reach its reader.
func TestResultNotWritten(t *testing.T) {
	for _, args := range [][]string{
		{"verdict"}, {"acts"}, {"acts", "--json"}, {"act", "aztr-2021-shusha"}, {"tie", "AZE", "TUR"}, {"ladder"}, {"obligations", "--json"}, {"measure", "acts", "--csv"},
		{"cite"}, {"export", "--format", "csv"}, {"export", "--format", "parquet"}, {"help"}, {"version"}, {"completion", "bash"},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &fullDisk{20}, &stderr); code != exitInput || !strings.Contains(stderr.String(), "cannot write the result") {
			t.Errorf("%q exits with %d and says %q", args, code, stderr.String())
		}
	}
}
