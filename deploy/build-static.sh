#!/usr/bin/env bash
# Builds the release binary: one static file that runs where there is nothing
# else, as in the image. Used by the Dockerfile and prove-static.sh.
#
#   deploy/build-static.sh OUTPUT        VERSION and COMMIT name the build
#
# SQLite is C, so the linker is the system's, with glibc's static libraries:
# netgo and osusergo keep the parts out that glibc would load at run time, and
# timetzdata brings the time zones along; minimal is of gonum/plot and leaves out
# what draws anything but PNG. The tags recompile SQLite (a minute).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?usage: deploy/build-static.sh OUTPUT}

CGO_ENABLED=1 go build -trimpath -buildvcs=false \
  -tags netgo,osusergo,timetzdata,sqlite_omit_load_extension,minimal \
  -ldflags "-s -w -linkmode external -extldflags '-static' -X main.version=${VERSION:-} -X main.commit=${COMMIT:-}" \
  -o "$out" ./cmd/deskbell
