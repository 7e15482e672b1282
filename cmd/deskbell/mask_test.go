package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	var out strings.Builder
	m := &mask{to: &out}
	m.hide("xoxb-canary", "desk", "") // the second is no secret but a word
	log := slog.New(slog.NewTextHandler(m, nil))
	log.Error("the desk failed", "err", errors.New("401 for xoxb-canary, not xoxb-canar"), "url", "https://x/?token=xoxb-canary")
	if got := out.String(); strings.Contains(got, "xoxb-canary") || !strings.Contains(got, "the desk failed") || !strings.Contains(got, "401 for [redacted], not xoxb-canar") {
		t.Error(got)
	}
}
