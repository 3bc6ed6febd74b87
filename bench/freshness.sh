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
{
  echo
  echo "## Comparison by institution and team"
  echo
  echo "First look (two periods of scene SQL) and the next one, s; target of the first look: 1 s."
  echo
  echo "| by | indicator | rows | first | next |"
  echo "| --- | --- | ---: | ---: | ---: |"
} >> "$report"
for by in institution team; do
  for id in elderly-management hypertension-by-rules hypertension-controlled diabetes-by-rules child-management; do
    ask="$url/api/measures/$id/compare?period=2025&area=770101&by=$by"
    first=$(curl -fsS -o "$work/compare.json" -w '%{time_total}' "$ask")
    next=$(curl -fsS -o /dev/null -w '%{time_total}' "$ask")
    rows=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1])).rows.length)' "$work/compare.json")
    printf '| %s | `%s` | %s | %.2f | %.3f |\n' "$by" "$id" "$rows" "$first" "$next" >> "$report"
  done
done
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
