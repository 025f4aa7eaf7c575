package main

import (
	"context"
	"os"
	"regexp"
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
