# Sourced by bench/run: from the accepted commit to the new number on the page, under a steady stream of deliveries, at size M
# (1,120,000 residents × 1 year, as tables; what is delivered has records). Target: under 2 s.
begin_report freshness "From the commit to the page"
people=${BENCH_RESIDENTS:-1120000}
store=$work/freshness-store
program=build/release/healthbrain
rm -rf "$store"
"$program" simulate --residents "$people" --years 1 --seed 7 --dirt none --tables "$store" >/dev/null
source bench/served.sh
start_served "$store"
settle
{
  echo "Store: \`healthbrain simulate --residents $people --years 1 --seed 7 --dirt none --tables DIR\`, served; cells made. Every second one"
  echo "FHIR transaction of 20 to 200 resources: people who are new in the district, each with a visit. From its answer until the number of"
  echo "residents holds them: at a client of the event stream, and on the page of the indicator in Chromium. Load and browser on the same cores."
  echo
  echo "| seen by | deliveries | ms, p50 | p95 | p99 | worst | over 2 s |"
  echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
  BASE_URL=$url node bench/measures/freshness.mjs 90
} >> "$report"
stop_served
{
  echo
  echo "\`healthbrain indicator verify\` after it, all cells from nothing:"
  echo
  echo '```text'
  "$program" indicator verify --store "$store" 2>&1 | tail -2
  echo '```'
} >> "$report"
rm -rf "$store"
[[ -n ${BENCH_DIR:-} ]] || trap 'rm -rf "$work"' EXIT
