// Command entente answers whether a group of states is turning into a military
// bloc, from a sourced and dated record of acts. See docs/cli.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"entente"
	"entente/cases"
	"entente/ledger"
)

// ballast is never touched and so takes no memory, but the collector counts it as kept: a
// short command is done before its first collection, of which it would else need many.
var ballast = make([]byte, 12<<20)

func main() {
	runtime.KeepAlive(ballast)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitDone  = 0
	exitInput = 1 // the input or the data is wrong
	exitUsage = 2
)

// run is the whole program with its surroundings passed in.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &output{w: stdout}
	app := &app{stdout: out, stderr: stderr, width: terminalWidth(stdout)}
	root := app.command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case out.err != nil: // what is on the screen is not the whole answer
		app.json = false
		return app.report(input("cannot write the result: "+out.err.Error(), "is the disk full?"))
	case err != nil:
		// A flag that is not understood ends the parsing before --json is seen.
		app.json = app.json || slices.Contains(args, "--json")
		return app.report(err)
	}
	return exitDone
}

// output remembers the first error of writing, so that no command has to look
// after every line.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

// app holds the global flags and where output goes.
type app struct {
	caseName       string
	asOf, knownAt  string
	seed           uint64
	json           bool
	stdout, stderr io.Writer
	width          int // of the terminal in columns; 0 when output is not one
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "entente",
		Short: "Is this group of states turning into a military bloc?",
		Long: "Entente answers whether a group of states is turning into a military bloc, how far it has come and what\n" +
			"comparable groups did next. Every number leads to dated acts, and every act to its sources.\n\n" +
			"The built-in case is the Organization of Turkic States; --case takes another built-in case, a folder or a\n" +
			"ledger file. Dates are never taken from the computer's clock: --as-of is the case's last covered day.",
		Example:           "  entente verdict\n  entente brief -o ots-brief.html\n  entente tie AZE TUR\n  entente ladder --as-of 2019-12-31\n  entente --case nato1955 verdict",
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkGlobals() },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.caseName, "case", "ots", "built-in case ("+strings.Join(cases.Names(), ", ")+"), case folder, or ledger file NAME.entente")
	flags.StringVar(&a.asOf, "as-of", "", "day that the question is asked for, YYYY-MM-DD (default: the case's last covered day)")
	flags.StringVar(&a.knownAt, "known-at", "", "only what the record could know on this day, YYYY-MM-DD")
	flags.Uint64Var(&a.seed, "seed", 1, "seed of everything random; same seed, same result")
	flags.BoolVar(&a.json, "json", false, "write JSON")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usage(err.Error(), "entente help shows commands and flags")
	})
	root.AddCommand(
		a.briefCommand(), a.verdictCommand(),
		a.actsCommand(), a.actCommand(), a.actorsCommand(), a.tieCommand(), a.obligationsCommand(), a.sourcesCommand(),
		a.ladderCommand(), a.measureCommand(), a.changeCommand(),
		a.statsCommand(), a.fitCommand(), a.gofCommand(), a.simulateCommand(),
		a.hazardCommand(), a.forecastCommand(), a.backtestCommand(), a.scenarioCommand(), a.bargainCommand(), a.corridorCommand(), a.toleranceCommand(), a.threatsCommand(), a.implicationsCommand(),
		a.importCommand(), a.newCommand(), a.exportCommand(), a.verifyCommand(), a.logCommand(), a.citeCommand(), a.workerCommand(), a.versionCommand(), a.manCommand(),
	)
	root.CompletionOptions.HiddenDefaultCmd = false
	return root
}

func (a *app) checkGlobals() error {
	for _, d := range []struct{ flag, value string }{{"--as-of", a.asOf}, {"--known-at", a.knownAt}} {
		if d.value == "" {
			continue
		}
		if _, err := entente.ParseDay(d.value); err != nil {
			return usage(d.flag+": "+err.Error(), "give a full day, such as 2025-10-07")
		}
	}
	return nil
}

// A failure is an error with what to do about it.
type failure struct {
	code    string // usage, input, not_found
	message string
	where   string
	hint    string
	// problems is everything wrong with a case, one by one.
	problems ledger.Problems
}

func (f *failure) Error() string { return f.message }

func usage(message, hint string) error { return &failure{code: "usage", message: message, hint: hint} }

func input(message, hint string) error { return &failure{code: "input", message: message, hint: hint} }

func notFound(message, hint string) error {
	return &failure{code: "not_found", message: message, hint: hint}
}

// report writes the error and returns the exit code.
func (a *app) report(err error) int {
	f := &failure{code: "input", message: err.Error()}
	var problems ledger.Problems
	switch {
	case errors.As(err, &f):
	case errors.As(err, &problems):
		f.code, f.where, f.problems = "case", a.caseName, problems
		f.hint = "mend the rows named; nothing was written"
		if len(problems) > 0 {
			f.where = problems[0].Where()
		}
	case errors.Is(err, context.Canceled):
		f.code, f.message = "interrupted", "interrupted; nothing was left half done"
	case strings.HasPrefix(err.Error(), "unknown command"), strings.Contains(err.Error(), "arg(s)"), strings.HasPrefix(err.Error(), "required flag"):
		f.code, f.hint = "usage", "entente help shows commands and flags"
	}
	if a.json {
		_ = a.writeJSON(f.object())
	} else {
		fmt.Fprintf(a.stderr, "entente: %s\n", f.message)
		if f.hint != "" {
			fmt.Fprintf(a.stderr, "hint: %s\n", f.hint)
		}
	}
	if f.code == "usage" {
		return exitUsage
	}
	return exitInput
}

// object is the failure as scripts read it.
func (f *failure) object() any {
	type problem struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Row     string `json:"row"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	}
	type object struct {
		Code     string    `json:"code"`
		Message  string    `json:"message"`
		Where    string    `json:"where"`
		Hint     string    `json:"hint"`
		Problems []problem `json:"problems,omitempty"`
	}
	o := object{Code: f.code, Message: f.message, Where: f.where, Hint: f.hint}
	for _, p := range f.problems {
		o.Problems = append(o.Problems, problem(p))
	}
	return map[string]object{"error": o}
}

// view is a case with the day for which it is asked.
type view struct {
	*entente.Case
	asOf    entente.Day
	knownAt entente.Day // 0: everything known
	path    string      // of the folder or ledger file; "" for a built-in case
}

// past reports whether the record is looked at as of an earlier day than its last, or as
// it was known then.
func (v *view) past() bool { return v.asOf < v.Horizon || v.knownAt != 0 }

// open opens the case named by --case as of --as-of and known at --known-at.
func (a *app) open(ctx context.Context) (*view, error) {
	defer a.working("reading " + a.caseName)()
	v := &view{}
	var opt ledger.Options
	if a.knownAt != "" {
		opt.KnownAt, _ = entente.ParseDay(a.knownAt)
		v.knownAt = opt.KnownAt
	}
	var err error
	if slices.Contains(cases.Names(), a.caseName) {
		var folder fs.FS
		if folder, err = cases.FS(a.caseName); err == nil {
			v.Case, err = ledger.Load(ctx, folder, opt)
		}
	} else {
		v.path = a.caseName
		if _, missing := os.Stat(v.path); errors.Is(missing, fs.ErrNotExist) {
			return nil, notFound(fmt.Sprintf("no case %q", v.path),
				"there are the built-in cases "+strings.Join(cases.Names(), ", ")+"; otherwise give the path of a folder or of a .entente file (entente new makes one)")
		}
		v.Case, err = ledger.Open(ctx, v.path, opt)
	}
	if err != nil {
		return nil, err
	}
	v.asOf = v.Horizon
	if a.asOf != "" {
		v.asOf, _ = entente.ParseDay(a.asOf)
	}
	if v.asOf > v.Horizon {
		return nil, input(fmt.Sprintf("--as-of %s: the record covers nothing after %s", v.asOf, v.Horizon), "ask for a day up to the horizon; what came later is unknown, not absent")
	}
	return v, nil
}

// isLedger reports whether the case lies in a ledger file.
func (v *view) isLedger() bool { return strings.HasSuffix(v.path, ".entente") }

// find resolves an actor that a person named.
func (v *view) find(text string) (*entente.Actor, error) {
	actor, err := v.Find(text)
	if err != nil {
		return nil, notFound(err.Error(), "entente actors lists codes and names")
	}
	return actor, nil
}

// working tells a person at a terminal that something takes longer than a second;
// the function that it returns ends that.
func (a *app) working(what string) (done func()) {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		began, shown := time.Now(), false
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				if shown {
					fmt.Fprint(f, "\r\033[K")
				}
				return
			case <-tick.C:
				shown = true
				fmt.Fprintf(f, "\r%s: %d s", what, int(time.Since(began).Seconds()))
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// writeJSON writes one value as one line.
func (a *app) writeJSON(value any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// printf writes to standard output; run looks after errors there.
func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.stdout, format, args...) }
