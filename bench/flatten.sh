# Sourced by bench/run: the flattening path alone, beside DuckDB's own JSON reader.
begin_report flatten "Flattening NDJSON into tables, against DuckDB's own readers"
{
  echo "NDJSON of the Synthea mix → typed rows in DuckDB tables with compression finished (checkpoint) inside the measured"
  echo "time, two threads; the peers read the same file and keep the same fields. Targets: 1.5 times DuckDB's typed"
  echo "\`read_ndjson(columns={…})\`, 3 times \`read_ndjson_auto\`. \`uncompressed\` is the same into uncompressed staging."
  echo
  echo '```text'
  build/bench/bench/bench_views --benchmark_counters_tabular=true 2>/dev/null
  echo '```'
} >> "$report"
