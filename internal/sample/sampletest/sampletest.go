// Package sampletest moves the sample's desk from the playground to another platform,
// for tests of that.
package sampletest

import (
	"bytes"
	"strings"
)

// On is a configuration made of the sample's with its people and its channel on the
// platform: there has somebody be there, and returns their id. The handles are in the
// configuration's order.
func On(cfg []byte, platform, channel string, there func(handle, name string) (id string)) (moved []byte, handles []string) {
	moved = bytes.ReplaceAll(cfg, []byte("web:desk"), []byte(platform+":"+channel))
	for line := range strings.SplitSeq(string(cfg), "\n") {
		rest, is := strings.CutPrefix(strings.TrimSpace(line), "- {handle: ")
		if !is {
			continue
		}
		handle, rest, _ := strings.Cut(rest, ",")
		name, _, _ := strings.Cut(strings.TrimPrefix(rest, " name: "), ",")
		moved = bytes.ReplaceAll(moved, []byte(`"web:`+handle+`"`), []byte(`"`+platform+":"+there(handle, name)+`"`))
		handles = append(handles, handle)
	}
	return moved, handles
}
