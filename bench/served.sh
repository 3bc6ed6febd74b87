# Sourced by the benches that ask a running server: needs $program and $work.
served_password=Bench-2025-correct-horse

# start_served STORE [TOKEN]: sets url and server; with a token it waits until a search is answered too.
start_served() {
  "$program" serve --store "$1" --port 0 --quiet --requests-per-second 0 >"$work/serve.out" 2>"$work/serve.err" &
  server=$!
  trap 'kill $server 2>/dev/null || true' EXIT
  url=
  for _ in $(seq 1200); do
    url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/serve.out" | head -n 1 || true)
    [[ -n $url ]] && curl -fsS "$url/readyz" >/dev/null 2>&1 && break
    sleep 0.1
  done
  [[ -n ${2:-} ]] || return 0
  # Ready is when the search index is.
  for _ in $(seq 1200); do
    curl -fsS -H "Authorization: Bearer $2" "$url/fhir/Patient?_id=none" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "bench: the server did not become ready" >&2
  return 1
}
# settle: until the server has nothing to do any more (what it makes after a start, or after the bench before)
settle() {
  local before after
  for _ in $(seq 300); do
    before=$(awk '{print $14 + $15}' "/proc/$server/stat")
    sleep 1
    after=$(awk '{print $14 + $15}' "/proc/$server/stat")
    ((after - before > 5)) || return 0 # of 100 ticks
  done
}
stop_served() { kill "$server" && wait "$server" 2>/dev/null || true; trap - EXIT; }

# add_account STORE NAME AREA ROLE…
add_account() {
  local store=$1 name=$2 area=$3
  shift 3
  # shellcheck disable=SC2046 # one --role per word
  "$program" user add --store "$store" --name "$name" $(printf -- '--role %s ' "$@") --area "$area" \
    --password-stdin <<<"$served_password" >/dev/null
}

# cookie_of NAME: logs in
cookie_of() {
  curl -fsS -D - -o /dev/null -H 'Content-Type: application/json' -d "{\"name\":\"$1\",\"password\":\"$served_password\"}" \
    "$url/api/session" | grep -ioE 'hb_session=[^;]+'
}
