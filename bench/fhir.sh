# Sourced by bench/run: the FHIR interface over a real store and a real socket. Searches from 1,000 to
# 1 million persons, reads and transactions at many connections, the making of the search index.
# BENCH_FHIR_SIZES="1000 10000" for fewer; BENCH_FHIR_SECONDS of each measurement (3);
# BENCH_FHIR_PARTS="prepare search throughput report" to do some of it, for the last of the sizes the third.
program=${BENCH_PROGRAM:-build/release/healthbrain}
tools=${BENCH_TOOLS:-build/bench/bench}
read -ra sizes <<<"${BENCH_FHIR_SIZES:-1000 10000 100000 1000000}"
seconds=${BENCH_FHIR_SECONDS:-3}
kinds=(identifier name code+patient date+patient chained _has _include count everything)
read -ra parts <<<"${BENCH_FHIR_PARTS:-prepare search throughput report}"
sheet=$work/fhir.csv
indexes=$work/fhir-index.csv
source bench/served.sh

# field NAME: of the JSON on stdin
field() { node -pe 'JSON.parse(require("fs").readFileSync(0))[process.argv[1]]' "$1"; }

# ask SIZE WHO KIND CONNECTIONS [ARGUMENT…]: appends a line to the sheet
ask() {
  local size=$1 who=$2 kind=$3 connections=$4
  shift 4
  "$tools/bench_people" ask "$kind" "$size" 2000 >"$work/fhir-questions"
  local before after
  before=$(awk '{print $14 + $15}' "/proc/$server/stat")
  "$tools/bench_ask" --url "$url" --requests "$work/fhir-questions" --connections "$connections" --seconds "$seconds" \
    --warm 1 "$@" >"$work/fhir-answer"
  after=$(awk '{print $14 + $15}' "/proc/$server/stat")
  node -e '
    const [size, who, kind, connections, cpu] = process.argv.slice(1);
    const r = JSON.parse(require("fs").readFileSync(0));
    console.log([size, who, kind, connections, r.requests, r.rate, r.p50, r.p99, r.max, r.failed, cpu].join(","));
  ' "$size" "$who" "$kind" "$connections" "$(((after - before) * 10))" <"$work/fhir-answer" >>"$sheet"
}

# A store with an index, and two accounts: one to whom every compartment is open, one with a district.
prepare_fhir() {
  local size=$1 store=$work/fhir-$1
  [[ -f $store.complete ]] && return
  rm -rf "$store" "$store.key" "$work/fhir-in"
  mkdir -p "$work/fhir-in"
  "$tools/bench_people" write "$work/fhir-in" "$size"
  "$program" load --store "$store" "$work/fhir-in" >"$work/fhir-load-$size.json"
  rm -rf "$work/fhir-in"
  # Once cut off and gone on with, to see that nothing is made twice; then the whole again for the figure.
  timeout --signal=KILL 8 "$program" store index --store "$store" >/dev/null 2>&1 || true
  resumed=$("$program" store index --store "$store" 2>/dev/null | field allEntries)
  rm -f "$store"/search.db* "$store"/labels.db*
  "$program" store index --store "$store" 2>/dev/null >"$work/fhir-index.json"
  node -e '
    const [size, resumed, bytes] = process.argv.slice(1);
    const r = JSON.parse(require("fs").readFileSync(0));
    console.log([size, r.reached, r.entries, r.seconds, bytes, resumed, r.labelSeconds].join(","));
  ' "$size" "$resumed" "$(stat -c %s "$store/search.db")" <"$work/fhir-index.json" >>"$indexes"
  add_account "$store" administrator '*' hiv-officer std-officer mental-health-physician \
    sexual-assault-officer drug-treatment-physician
  add_account "$store" restricted 330105 std-officer
  touch "$store.complete"
}

# begin_fhir SIZE: serves the store; sets token, administrator and restricted
begin_fhir() {
  token=$("$program" token create --store "$work/fhir-$1" --client bench --scope 'system/*.cruds')
  start_served "$work/fhir-$1" "$token"
  administrator=$(cookie_of administrator)
  restricted=$(cookie_of restricted)
}

search_fhir() {
  local size=$1 kind
  begin_fhir "$size"
  for kind in "${kinds[@]}"; do
    ask "$size" administrator "$kind" 1 --header "Cookie: $administrator" --expect '"Bundle"'
    ask "$size" restricted "$kind" 1 --header "Cookie: $restricted" --expect '"Bundle"'
  done
  stop_served
}

throughput_fhir() {
  local size=$1 slow
  begin_fhir "$size"
  local authorization="Authorization: Bearer $token"
  ask "$size" token read-staff 64 --header "$authorization"
  ask "$size" token read-patient 64 --header "$authorization"
  ask "$size" token read-observation 64 --header "$authorization"
  "$tools/bench_ask" --fsync "$work" >"$work/fhir-fsync.json"
  ask "$size" token transaction 128 --header "$authorization"
  ask "$size" token create 128 --header "$authorization"
  # Ten thousand connections that do nothing but hold the server's attention, and others meanwhile.
  rm -f "$work/fhir-hold" "$work/fhir-slow.json"
  mkfifo "$work/fhir-hold"
  "$tools/bench_ask" --url "$url" --slow 10000 <"$work/fhir-hold" >"$work/fhir-slow.json" &
  slow=$!
  exec 7>"$work/fhir-hold"
  for _ in $(seq 300); do [[ -s $work/fhir-slow.json ]] && break; sleep 0.1; done
  ask "$size" token+slow read-staff 64 --header "$authorization"
  ask "$size" token+slow identifier 1 --header "$authorization"
  exec 7>&-
  wait "$slow" || true
  stop_served
}

for part in "${parts[@]}"; do
  case $part in
    prepare) for size in "${sizes[@]}"; do prepare_fhir "$size"; done ;;
    search) for size in "${sizes[@]}"; do search_fhir "$size"; done ;;
    throughput) throughput_fhir "${sizes[-1]}" ;;
    report) ;;
    *) echo "bench: fhir has no part $part" >&2; exit 2 ;;
  esac
done
[[ " ${parts[*]} " == *" report "* ]] || return 0

begin_report fhir "The FHIR interface"
{
  echo "The load generator (\`bench/fhir/ask.cpp\`, one thread) shares the $(nproc) cores with \`healthbrain serve\`; store sealed, audit on,"
  echo "every answer about a person given when its audit entry is on the disk. One durable append of 4 KB on this disk in the same run:"
  node -pe 'const f = JSON.parse(require("fs").readFileSync(process.argv[1])); `p50 ${f.p50} ms, p99 ${f.p99} ms.`' "$work/fhir-fsync.json"
  echo
  node bench/fhir/report.mjs "$sheet" "$indexes"
} >>"$report"
[[ -n ${BENCH_KEEP:-} ]] || rm -rf "$work"/fhir-*
