# Sourced by bench/run: `healthbrain simulate` to files and straight into tables.
begin_report simulate "Simulating the district"

# simulate_once WHAT RESIDENTS YEARS OPTIONS…: one line of the table; OUT in the options is the place to write to
simulate_once() {
  local what=$1 residents=$2 years=$3 out=$work/simulated
  shift 3
  rm -rf "$out"
  sync
  build/release/healthbrain simulate --residents "$residents" --years "$years" --seed 1 "${@//OUT/$out}" \
    >"$work/simulate.json" &
  local program=$! peak=0 now
  while kill -0 "$program" 2>/dev/null; do
    now=$(awk '/VmHWM/ {print $2}' "/proc/$program/status" 2>/dev/null || echo 0)
    ((${now:-0} > peak)) && peak=$now
    sleep 0.1
  done
  wait "$program"
  node -e '
    const r = JSON.parse(require("fs").readFileSync(process.argv[1]));
    const [what, residents, years, peak, disk] = process.argv.slice(2);
    const f = (x, d = 0) => Number(x).toLocaleString("en", {maximumFractionDigits: d});
    console.log(`| ${f(residents)} × ${years} | ${what} | ${f(r.resources)} | ${f(r.seconds, 1)} | ${f(r.resources / r.seconds)} | ${f(r.bytes / 1e6 / r.seconds)} | ${f(peak / 1024)} | ${f(disk / 1e6)} |`);
  ' "$work/simulate.json" "$what" "$residents" "$years" "$peak" "$(du -sb "$out" | cut -f1)" >> "$report"
  rm -rf "$out"
}

{
  echo "\`healthbrain simulate --residents R --years Y --seed 1\` to plain NDJSON (\`--plain --out\`), to gzip (\`--out\`, the"
  echo "default) and into the tables of a new store (\`--tables\`, rows flattened, checkpointed). Seconds include planning the"
  echo "people and syncing the files. Targets: 100,000 resources/s on 2 cores; 1.12 million residents within 24 GB of memory"
  echo "and, as tables, 20 GB of disk. BENCH_RESIDENTS=1120000 BENCH_YEARS=1 (size M; 5: size T) adds a last line."
  echo
  echo "| residents × years | to | resources | seconds | resources/s | MB of NDJSON/s | peak memory, MB | on disk, MB |"
  echo "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
} >> "$report"
for size in "20000 3" "${BENCH_SECOND:-50000 5}"; do
  simulate_once "NDJSON" $size --plain --out OUT
  simulate_once "gzip" $size --out OUT
  simulate_once "tables" $size --tables OUT
done
{
  echo
  echo "Planning of outbreaks (\`bench_simulate\`):"
  echo
  echo '```text'
} > "$work/planning.txt"
build/bench/bench/bench_simulate --benchmark_counters_tabular=true 2>/dev/null >> "$work/planning.txt"
echo '```' >> "$work/planning.txt"
[[ -z ${BENCH_RESIDENTS:-} ]] || simulate_once "tables" "$BENCH_RESIDENTS" "${BENCH_YEARS:-1}" --tables OUT
cat "$work/planning.txt" >> "$report"
