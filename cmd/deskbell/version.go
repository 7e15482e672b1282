package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the release build: -ldflags '-X main.version=v1.2.3 -X main.commit=…'.
var version, commit string

// build is what this program was made from.
type build struct{ version, commit, golang, target string }

// thisBuild reads what the linker was told, else what the go command noted.
func thisBuild() build {
	b := build{version: version, commit: commit, golang: runtime.Version(), target: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b.filled()
	}
	b.version = cmp.Or(b.version, info.Main.Version)
	modified := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && b.commit == "":
			b.commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true" && commit == "":
			modified = "+changes"
		}
	}
	if b.commit != "" {
		b.commit += modified
	}
	return b.filled()
}

func (b build) filled() build {
	b.version, b.commit = cmp.Or(b.version, "(devel)"), cmp.Or(b.commit, "unknown")
	return b
}

type versionCmd struct{}

func (versionCmd) Run(g *globals) error {
	b := thisBuild()
	_, err := fmt.Fprintf(g.out, "deskbell %s\ncommit %s\nbuild  %s %s\n", b.version, b.commit, b.golang, b.target)
	return err
}
