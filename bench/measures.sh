# Sourced by bench/run: all computed indicators at size M (1,120,000 residents × 1 year, as tables): cold and warm, after a
# delivery, the server's start, first paint and every GET that reads the tables at 50 connections.
begin_report measures "Computed indicators"
people=${BENCH_RESIDENTS:-1120000}
store=$work/measures-store
rm -rf "$store"
build/release/healthbrain simulate --residents "$people" --years 1 --seed 7 --dirt none --tables "$store" >/dev/null
{
  echo "Store: \`healthbrain simulate --residents $people --years 1 --seed 7 --dirt none --tables DIR\`. 52 indicators, all streets, both"
  echo "sexes, all ages."
  echo
  echo "## All indicators × 12 months"
  echo
  echo "\`healthbrain indicator compute --store DIR --period 2025 --by month\`; cold: no kept cells (target 5 s); warm: from the kept cells (1 s)."
  echo
  echo "| | s, wall | s, CPU | KB, peak |"
  echo "| --- | ---: | ---: | ---: |"
} >> "$report"
compute() {
  /usr/bin/time -f "| $1 | %e | %U | %M |" build/release/healthbrain indicator compute \
    --store "$store" --period 2025 --by month 2>&1 >/dev/null | tail -1 >> "$report"
}
for round in 1 2 3; do
  rm -f "$store/measures.cells"
  compute "cold $round"
  compute "warm $round"
done

# serve_once: starts a server; sets url, server and seconds until it says that it is ready
serve_once() {
  local began
  began=$(date +%s.%N)
  build/release/healthbrain serve --store "$store" --port 0 >"$work/serve.out" 2>/dev/null &
  server=$!
  url=
  for _ in $(seq 1200); do
    url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/serve.out" | head -n 1 || true)
    [[ -n $url ]] && curl -fsS "$url/readyz" >/dev/null 2>&1 && break
    sleep 0.05
  done
  seconds=$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN {printf "%.1f", b - a}')
}
stop_server() {
  kill "$server" && wait "$server" 2>/dev/null || true
}
trap 'kill ${server:-0} 2>/dev/null || true' EXIT
rm -f "$store/measures.cells"
serve_once
cold_start=$seconds
stop_server
serve_once
{
  echo
  echo "## Server"
  echo
  echo "From the start until \`/readyz\` says ready, cells and first screens made: $cold_start s without kept cells, $seconds s with them."
  echo "First calls after that, in ms:"
  echo
  echo "| GET | first call |"
  echo "| --- | ---: |"
} >> "$report"
paths=('/api/measures?area=&period=2025' '/api/boards/cockpit?area=&period=2025' '/api/measures?area=770101&period=2025'
  '/api/boards/cockpit?area=770101&period=2025' '/api/measures?area=770101001&period=2025'
  '/api/measures?period=2025-06' '/api/measures/visits?period=2025' '/api/measures/visits/cells?by=area&period=2025'
  '/api/measures/visits/cells?by=sex&period=2025' '/api/measures/visits/cells?by=age&period=2025'
  '/api/measures/visits/cells?by=period&period=2025' '/api/measures/visits.csv?by=area&period=2025'
  '/api/measures/life-expectancy/cells?by=area&period=2025'
  /api/status /api/areas /api/areas.geojson /api/plans '/api/indicators?size=50' '/api/search?q=li' /api/openapi.yaml)
for path in "${paths[@]}"; do
  printf '| `%s` | %s |\n' "$path" \
    "$(curl -sS -o /dev/null -w '%{time_total}' "$url$path" | awk '{printf "%.0f", 1000 * $1}')" >> "$report"
done
{
  echo
  echo "\`wrk -t1 -c50 -d4s --latency\`, the load generator on the same cores; target: p99 under 100 ms. Pages about single persons read"
  echo "the records, which this store does not have: [server.md](server.md)."
  echo
  echo "| GET | p50 | p99 | requests/s | errors |"
  echo "| --- | ---: | ---: | ---: | ---: |"
} >> "$report"
for path in "${paths[@]}"; do
  wrk -t1 -c50 -d4s --latency "$url$path" > "$work/wrk.out"
  awk -v path="$path" '
    $1 == "50%" {p50 = $2} $1 == "99%" {p99 = $2} /Requests\/sec/ {rate = $2}
    /Non-2xx|Socket errors/ {errors = errors " " $0}
    END {printf "| `%s` | %s | %s | %s | %s |\n", path, p50, p99, rate, errors == "" ? "0" : errors}' "$work/wrk.out" >> "$report"
done
{
  echo
  echo "First paint of the cockpit in headless Chromium (cold cache, five runs; target: under 1 s):"
  echo
  echo '```text'
  BASE_URL=$url node bench/first-paint.mjs
  echo '```'
} >> "$report"
stop_server
trap - EXIT
{
  echo
  echo "## After a delivery"
  echo
  echo "\`bench_measures\`: time until the cells of all indicators, 24 periods, show a delivery that the tables have; target 200 ms. Residents are"
  echo "picked anywhere in the district; seven rounds. Afterwards all cells are recomputed from nothing and compared."
  echo
  echo "| delivery | residents | ms, median | ms, worst | slices by shares | slices made again |"
  echo "| --- | ---: | ---: | ---: | ---: | ---: |"
  build/bench/bench/bench_measures "$store" 2>"$work/verified.txt"
  echo
  cat "$work/verified.txt"
} >> "$report"
rm -rf "$store"
# The whole cube at size T: seven minutes of simulation, so only when asked for.
if [[ -n ${BENCH_CUBE:-} ]]; then
  build/release/healthbrain simulate --residents "$people" --years 5 --seed 7 --dirt none --tables "$store" >/dev/null
  {
    echo
    echo "## The whole cube"
    echo
    echo "Store: \`healthbrain simulate --residents $people --years 5 --seed 7 --dirt none --tables DIR\`. \`bench_cube DIR 5\`: all indicators, 18 streets, 60"
    echo "months, sex and age group, and the five years of indicators without months; no kept cells. Targets: 20 s, 4 GB."
    echo
    echo "| indicators | queries | slices | cells | s, wall | s, CPU | MB, peak |"
    echo "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    build/bench/bench/bench_cube "$store" 5
  } >> "$report"
  rm -rf "$store"
fi
[[ -n ${BENCH_DIR:-} ]] || trap 'rm -rf "$work"' EXIT
