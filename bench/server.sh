# Sourced by bench/run: p50 and p99 of every GET at 50 connections with five million resources; first paint.
begin_report server "The server at 50 connections"
residents=${BENCH_RESIDENTS:-64000}
store=$work/server-store
if [[ ! -f $store/.complete ]]; then
  rm -rf "$store" "$work/district"
  build/release/healthbrain simulate --residents "$residents" --years 5 --seed 5 --out "$work/district" >/dev/null
  build/release/healthbrain load --store "$store" --simulated "$work/district" >/dev/null
  rm -rf "$work/district"
  touch "$store/.complete"
fi
build/release/healthbrain serve --store "$store" --port 0 >"$work/serve.out" 2>/dev/null &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 600); do
  url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/serve.out" | head -n 1 || true)
  [[ -n $url ]] && curl -fsS "$url/readyz" >/dev/null 2>&1 && break
  sleep 0.1
done
resources=$(curl -fsS "$url/api/status" | node -pe 'JSON.parse(require("fs").readFileSync(0)).counts.resources.toLocaleString("en")')
resident=$(curl -fsS "$url/api/residents?size=1" | node -pe 'JSON.parse(require("fs").readFileSync(0)).items[0].id')
seq=$(curl -fsS "$url/api/residents/$resident/timeline?size=1" | node -pe 'JSON.parse(require("fs").readFileSync(0)).items[0].seq')
indicator=$(curl -fsS "$url/api/indicators?size=1" | node -pe 'JSON.parse(require("fs").readFileSync(0)).items[0].id')
{
  echo "\`wrk -t1 -c50 -d5s --latency\` on loopback, the load generator on the same cores; store: a simulated district of"
  echo "$resources resources. Target: p99 under 100 ms for every GET."
  echo
  echo "| GET | p50 | p99 | requests/s | errors |"
  echo "| --- | ---: | ---: | ---: | ---: |"
} >> "$report"
for path in /api/status /api/areas /api/areas.geojson /api/boards/cockpit '/api/boards/cockpit?period=2025-06' \
  /api/plans '/api/indicators?size=50' "/api/indicators/$indicator" /api/indicators.csv \
  '/api/residents?size=50' '/api/residents?q=zhang&size=50' '/api/residents?q=%E7%8E%8B&area=77&sex=female&ageFrom=60' \
  "/api/residents/$resident" "/api/residents/$resident/timeline?size=100" "/api/residents/$resident/resources/$seq" \
  '/api/deliveries?size=50' /api/deliveries/1 '/api/deliveries/1/problems' '/api/search?q=li' /api/openapi.yaml /; do
  wrk -t1 -c50 -d5s --latency "$url$path" > "$work/wrk.out"
  awk -v path="$path" '
    $1 == "50%" {p50 = $2} $1 == "99%" {p99 = $2} /Requests\/sec/ {rate = $2}
    /Non-2xx|Socket errors/ {errors = errors " " $0}
    END {printf "| `%s` | %s | %s | %s | %s |\n", path, p50, p99, rate, errors == "" ? "0" : errors}' "$work/wrk.out" >> "$report"
done
{
  echo
  echo "First paint of the cockpit in headless Chromium (cold cache, five runs, first-contentful-paint of the page and"
  echo "the time until the plans stand on it). Target: under 1 s."
  echo
  echo '```text'
  BASE_URL=$url node bench/first-paint.mjs
  echo '```'
} >> "$report"
kill "$server" && wait "$server" 2>/dev/null || true
trap - EXIT
