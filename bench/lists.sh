# Sourced by bench/run: lists of persons at size M (1,120,000 residents × 1 year, with their records) as browsers ask for
# them: the list of residents and the list behind an indicator, by who asks.
# BENCH_LISTS_STORE: a store made by a former run; BENCH_KEEP=1 keeps it.
program=${BENCH_PROGRAM:-build/release/healthbrain}
tools=${BENCH_TOOLS:-build/bench/bench}
people=${BENCH_RESIDENTS:-1120000}
store=${BENCH_LISTS_STORE:-$work/lists-store}
source bench/served.sh
street=770101003
if [[ ! -f $store.complete ]]; then
  rm -rf "$store" "$store.key" "$work/lists-in"
  "$program" simulate --residents "$people" --years 1 --seed 7 --dirt none --out "$work/lists-in" >/dev/null
  "$program" load --store "$store" "$work/lists-in" >"$work/lists-load.json"
  rm -rf "$work/lists-in"
  "$program" store index --store "$store" >"$work/lists-index.json" 2>/dev/null
  add_account "$store" administrator '*' hiv-officer std-officer mental-health-physician sexual-assault-officer \
    drug-treatment-physician
  add_account "$store" epidemiologist "$street" epidemiologist
  add_account "$store" physician "$street" public-health-physician
  add_account "$store" community "$street" community-worker
  touch "$store.complete"
fi
start_served "$store"
settle
sheet=$work/lists.csv
: >"$sheet"
area="area=$street"
lists=(
  "residents|GET /api/residents?$area&size=50&page=@PAGE@"
  "residents by name|GET /api/residents?$area&size=50&q=li"
  "gap of an indicator|GET /api/measures/elderly-management/residents?part=gap&period=2025&$area&limit=50&offset=@OFFSET@"
  "numerator of an indicator|GET /api/measures/elderly-management/residents?part=numerator&period=2025&$area&limit=50&offset=@OFFSET@"
)
for list in "${lists[@]}"; do
  # Twenty pages of the list, one after the other.
  for page in $(seq 20); do
    ask=${list#*|}
    ask=${ask//@PAGE@/$page}
    echo "${ask//@OFFSET@/$((50 * page - 50))}"
  done >"$work/lists-requests"
  for who in administrator epidemiologist physician community; do
    [[ $who == community && $list != residents* ]] && continue # has no right to indicators
    cookie=$(cookie_of "$who")
    first=$(curl -fsS -o "$work/lists-first" -w '%{time_total}' -H "Cookie: $cookie" "$url$(head -n 1 "$work/lists-requests" | cut -d' ' -f2)")
    for connections in 1 50; do
      "$tools/bench_ask" --url "$url" --requests "$work/lists-requests" --connections "$connections" --seconds 5 --warm 1 \
        --header "Cookie: $cookie" --expect '"items":[{' >"$work/lists-answer"
      node -e '
        const [list, who, connections, first, body] = process.argv.slice(1);
        const fs = require("fs");
        const r = JSON.parse(fs.readFileSync(0));
        const total = JSON.parse(fs.readFileSync(body)).total;
        console.log([list, who, total, (1000 * first).toFixed(0), connections, r.p50, r.p99, Math.round(r.rate), r.failed].join(","));
      ' "${list%%|*}" "$who" "$connections" "$first" "$work/lists-first" <"$work/lists-answer" >>"$sheet"
    done
  done
done
stop_served

begin_report lists "Lists of persons"
{
  echo "Store: \`healthbrain simulate --residents $people --years 1 --seed 7 --dirt none --out DIR\`, \`load\`, \`store index\`; sealed, audit on:"
  echo "every list is answered when the audit entry of each person in it is on the disk. A request is one of twenty pages of 50 persons of the"
  echo "street $street. \`bench_ask\`, one thread, shares the $(nproc) cores with \`healthbrain serve\`. Targets: p99 under 100 ms at 50"
  echo "connections; a restricted user at most 1.2 times the administrator's time (p50, one connection)."
  echo
  echo "| list | who | persons | first call, ms | connections | p50 ms | p99 ms | lists/s | failed | times administrator |"
  echo "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
  awk -F, '{
    key = $1 "," $5
    if ($2 == "administrator") base[key] = $6
    printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %.2f |\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $6 / base[key]
  }' "$sheet"
} >>"$report"
[[ -n ${BENCH_KEEP:-} || -n ${BENCH_LISTS_STORE:-} ]] || rm -rf "$store" "$store.key" "$store.complete"
