#!/usr/bin/env bash
# Flows over HTTP: bench/workflow/served.sh FOLDER INSTANCES  (figures on stdout, CSV: figure,value,unit)
# Makes a store of 2,000 simulated residents with so many open instances of the flow bench-work, serves it, and asks.
# The second time the store is there already. SECONDS_EACH: of each list (3), SECONDS_ACTS: of the acts (15).
set -euo pipefail
folder=$1 instances=$2
here=$(cd "$(dirname "$0")" && pwd)
program=${HEALTHBRAIN:-$here/../../build/release/healthbrain}
bench=${BENCH_WORKFLOW:-$here/../../build/bench/bench/bench_workflow}
password=Brook-and-7-lanterns
mkdir -p "$folder"
cd "$folder"
if [[ ! -f .complete ]]; then
  rm -rf store store.key scenes
  cp -r "$here/../../scenes" scenes
  cp -r "$here/scene" scenes/bench-work
  "$program" simulate --residents 2000 --years 1 --seed 5 --out district >/dev/null
  "$program" load --store store --scenes scenes --simulated district >/dev/null
  rm -rf district
  "$bench" store store scenes "$instances"
  # One community of a hundred, the whole district, everything; and one of 500 people who have work of their own.
  while read -r name area; do
    echo $password | "$program" user add --store store --scenes scenes --name "$name" --role epidemiologist --area "$area" \
      --password-stdin >/dev/null
  done <<< $'community 770101001007\ndistrict 770101\nunrestricted *\nuser-5 770101001'
  touch .complete
fi

begun=$(date +%s%N)
"$program" serve --store store --scenes scenes --port 0 --quiet --requests-per-second 0 >serve.out 2>serve.err &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 3000); do
  url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' serve.out || true)
  [[ -n $url ]] && curl -fsS "$url/readyz" >/dev/null 2>&1 && break
  kill -0 $server || { cat serve.err >&2; exit 1; }
  sleep 0.02
done
row() { printf '%s,%s,%s\n' "$1" "$2" "$3"; }
row "restart until ready" "$(awk -v ns=$(($(date +%s%N) - begun)) 'BEGIN {printf "%.2f", ns / 1e9}')" s

log_in() {
  curl -fsS -i -H 'Content-Type: application/json' -d "{\"name\":\"$1\",\"password\":\"$password\"}" "$url/api/session" >session
  HB_COOKIE=$(sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\);.*/\1/p' session | tr -d '\r')
  HB_CSRF=$(grep -o '"csrf":"[^"]*"' session | cut -d'"' -f4)
  export HB_COOKIE HB_CSRF
}
cpu() { awk '{print $14 + $15}' /proc/$server/stat; }
in_ms() { awk -v text="$1" 'BEGIN {n = text + 0; if (text ~ /us$/) n /= 1000; else if (text !~ /ms$/) n *= 1000; printf "%.2f", n}'; }
ask() {  # name of the figure, connections, path
  wrk -t1 -c"$2" -d"${SECONDS_EACH:-3}s" --latency -s "$here/cookie.lua" "$url$3" >wrk.out
  ! grep -q 'Non-2xx' wrk.out || { cat wrk.out >&2; exit 1; }
  row "$1 p50" "$(in_ms "$(awk '$1 == "50%" {print $2}' wrk.out)")" ms
  row "$1 p99" "$(in_ms "$(awk '$1 == "99%" {print $2}' wrk.out)")" ms
}
for who in community district unrestricted user-5; do
  log_in $who
  ask "$who: inbox of the team" 1 '/api/tasks?scope=team&limit=50'
  ask "$who: all" 1 '/api/tasks?scope=all&limit=50'
  ask "$who: one state of one community" 1 '/api/tasks?scope=team&limit=50&state=waiting&area=770101001007'
  ask "$who: counts" 1 /api/tasks/counts
  ask "$who: instances" 1 '/api/instances?flow=bench-work&open=true&limit=50'
done
log_in user-5
ask "user-5: own inbox" 1 '/api/tasks?scope=mine&limit=50'

before=$(cpu)
sleep 5
row "idle with its clocks" "$(awk -v ticks=$(($(cpu) - before)) 'BEGIN {printf "%.1f", ticks / 5}')" "% of a core"

log_in unrestricted
HB_SEED=$(date +%s%N)
export HB_SEED
before=$(cpu)
wrk -t1 -c128 -d"${SECONDS_ACTS:-15}s" --latency -s "$here/acts.lua" "$url/" >wrk.acts &
acts=$!
sleep 2
log_in community
SECONDS_EACH=3 ask "community: inbox of the team during the acts" 1 '/api/tasks?scope=team&limit=50'
wait $acts
! grep -q 'Non-2xx' wrk.acts || { cat wrk.acts >&2; exit 1; }
row "acts at 128 connections" "$(awk '/Requests\/sec/ {print $2}' wrk.acts)" "acts/s durable, audited"
row "act p50" "$(in_ms "$(awk '$1 == "50%" {print $2}' wrk.acts)")" ms
row "act p99" "$(in_ms "$(awk '$1 == "99%" {print $2}' wrk.acts)")" ms
row "processor of the server during the acts" \
  "$(awk -v ticks=$(($(cpu) - before)) -v s="${SECONDS_ACTS:-15}" 'BEGIN {printf "%.0f", ticks / s}')" "% of a core"
kill $server
wait $server || true
trap - EXIT
row "effects left when it ended" \
  "$(python3 -c "import sqlite3; print(sqlite3.connect('file:store/flows.db?mode=ro', uri=True).execute('SELECT count(*) FROM outbox').fetchone()[0])")" effects
begun=$(date +%s%N)
HB_FAULTS=$("$program" flow verify --store store --scenes scenes | wc -l)
row "instances whose log replays to something else" "$HB_FAULTS" instances
row "replay of every log" "$(awk -v ns=$(($(date +%s%N) - begun)) 'BEGIN {printf "%.0f", ns / 1e9}')" s
