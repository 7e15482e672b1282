#!/usr/bin/env bash
# Shows that the release binary keeps what the image promises: it is static and
# at most 35 MB, and serves as user 65532 in an empty root where only /data can
# be written, with at most 40 MB of memory when idle. Needs root for chroot.
#
#   deploy/prove-static.sh [BINARY]      built if not given
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "prove-static: $*" >&2; [ ! -f "$work/log" ] || cat "$work/log" >&2; exit 1; }

root=$work/root
mkdir -p "$root/data"
if [ $# -gt 0 ]; then cp "$1" "$root/deskbell"; else deploy/build-static.sh "$root/deskbell"; fi

size=$(stat -c %s "$root/deskbell")
if ldd "$root/deskbell" >"$work/ldd" 2>&1; then fail "it is dynamic: $(cat "$work/ldd")"; fi
grep -q 'not a dynamic executable' "$work/ldd" || fail "ldd says: $(cat "$work/ldd")"
[ "$size" -le 35000000 ] || fail "it has $size bytes, more than 35 MB"

if [ "$(id -u)" != 0 ]; then
  echo "prove-static: static, $size bytes; skipped: the run in an empty root needs root"
  exit 0
fi
# Root owns everything and nobody else may write, but in /data.
chmod 755 "$work" "$root"
chmod 555 "$root/deskbell"
chown 65532:65532 "$root/data"

port=${PORT:-18099}
# As the image's user, with no environment but this. An array, not a
# function, so that in the background its process is the desk itself.
inside=(env -i DESKBELL_DATABASE_URL=/data/deskbell.db DESKBELL_HTTP_LISTEN="127.0.0.1:$port"
  "$(command -v chroot)" --userspec=65532:65532 "$root" /deskbell)
"${inside[@]}" version >/dev/null || fail "it does not start"
"${inside[@]}" serve 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  if "${inside[@]}" healthcheck 2>/dev/null; then ok=1; break; fi
  kill -0 "$server" 2>/dev/null || fail "it ended"
  sleep 0.1
done
[ -n "${ok:-}" ] || fail "/healthz did not answer within 10 s"

uid=$(awk '/^Uid:/ {print $2}' "/proc/$server/status")
[ "$uid" = 65532 ] || fail "it runs as user $uid"
[ -z "$(find "$root" -newer "$root/deskbell" -type f -not -path "$root/data/*")" ] || fail "it wrote outside of /data"
sleep 3
rss=$(awk '/^VmRSS:/ {print $2}' "/proc/$server/status")
[ "$rss" -le 40960 ] || fail "idle it holds $rss kB, more than 40 MB"

kill -TERM "$server"
wait "$server" || fail "SIGTERM: exit code $?"
server=
grep -q 'the desk is closed' "$work/log" || fail "it was not closed"
echo "prove-static: static, $size bytes; serves as 65532 in an empty root; idle RSS $rss kB; stops on SIGTERM"
