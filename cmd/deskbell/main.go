// Command deskbell is the help desk: it reads flags and the configuration, and
// wires the rooms together. Each command stands in a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/store"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // the thing asked about failed
	exitUsage  = 2 // wrong usage or configuration
)

// commands is the command line; each help ends with an example.
type commands struct {
	Config string `placeholder:"FILE" help:"Configuration (default: deskbell.yaml in the current folder, if any)."`

	Demo        demoCmd        `cmd:"" help:"Try the desk in a browser, with sample people and tickets. Example: deskbell demo --data ./demo"`
	Serve       serveCmd       `cmd:"" help:"Run the desk. Example: deskbell serve --config deskbell.yaml"`
	Init        initCmd        `cmd:"" help:"Write a commented deskbell.yaml and say what comes next. Example: deskbell init --slack"`
	Check       checkCmd       `cmd:"" help:"Diagnose the set-up without changing anything. Example: deskbell check --config deskbell.yaml"`
	Manifest    manifestCmd    `cmd:"" name:"slack-manifest" help:"Print the manifest of the Slack app. Example: deskbell slack-manifest --config deskbell.yaml"`
	Migrate     migrateCmd     `cmd:"" help:"Bring the database's schema up to this program's. Example: deskbell migrate --config deskbell.yaml"`
	Version     versionCmd     `cmd:"" help:"Print version, commit and build. Example: deskbell version"`
	Healthcheck healthcheckCmd `cmd:"" hidden:"" help:"Ask a running desk whether it answers, for the container's HEALTHCHECK. Example: deskbell healthcheck"`
}

// globals are what every command is given.
type globals struct {
	Config string // "" if no file was named

	ctx  context.Context // ends with SIGTERM or an interrupt
	out  io.Writer
	log  *slog.Logger
	mask *mask
}

// load reads the configuration and keeps its secrets out of the log from now on.
func (g *globals) load() (*config.File, error) {
	f, err := config.Load(g.Config, os.LookupEnv)
	if err == nil {
		g.mask.hide(f.Secrets()...)
	}
	return f, err
}

// open opens the desk's database and gives it the configuration.
func (g *globals) open(f *config.File) (*store.Store, *deskClock, error) {
	s, err := store.Open(g.ctx, f.Database.URL.Reveal(), g.log)
	if err != nil {
		return nil, nil, err
	}
	clock, err := newClock(g.ctx, s)
	if err == nil {
		err = config.Apply(g.ctx, s, f, clock.Now())
	}
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, clock, nil
}

// usageError is a command line that cannot be meant, or one that cannot be had
// on this machine.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with what it depends on; the answer is the exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	m := &mask{to: errs}
	g := &globals{ctx: ctx, out: out, mask: m, log: slog.New(slog.NewTextHandler(m, nil))}
	var cli commands
	exited := -1
	parser, err := kong.New(&cli, kong.Name("deskbell"), kong.Description("A help desk inside team chat."),
		kong.Writers(out, errs), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		fmt.Fprintln(m, "deskbell:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(m, "deskbell: %v; `deskbell --help` lists the commands\n", err)
		return exitUsage
	}
	g.Config = cli.Config
	return g.exit(command.Run(g))
}

// exit tells the error and chooses the exit code.
func (g *globals) exit(err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(g.mask, "deskbell: %v\n", err)
	var usage usageError
	var bad *config.Error
	if errors.As(err, &usage) || errors.As(err, &bad) {
		return exitUsage
	}
	return exitFailed
}
