package main

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the program itself when it is called deskbell,
// one that posts faster when it is called deskbell-brisk, careless ones with
// naive in their names, and the reference of the benchmarks when it is called
// deskbell-reference.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"deskbell": main, "deskbell-naive": naive, "deskbell-brisk": brisk, "deskbell-brisk-naive": briskNaive,
		"deskbell-reference": reference, "deskbell-discord-reference": discordReference})
}

// TestScripts: what a user types and sees; read testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, // exits CODE PROGRAM ARGUMENTS…
			"newer": newer, // newer DATABASE
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENTS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// newer makes the database one of a later program's.
func newer(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)`)
	ts.Check(errors.Join(err, db.Close()))
}

// program is this test binary as deskbell, with more environment.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "deskbell"
	cmd.Env = append(os.Environ(), env...)
	return cmd
}
