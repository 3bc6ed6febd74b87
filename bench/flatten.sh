# Sourced by bench/run: NDJSON → tables beside DuckDB's own reader, same columns, same run.
begin_report flatten "Flattening: NDJSON → tables"
{
  echo "The Synthea sample's nine types that have tables, 100 copies (2.06 GB, 2.66 million resources), two threads."
  echo "\`columns:2\` makes the columns of DuckDB's typed reader (\`typed:1\` = \`read_ndjson(columns = …)\`),"
  echo "\`columns:1\` those of \`typed:0\` = \`read_ndjson_auto\`, which cannot name what the sample does not have;"
  echo "\`columns:0\` is the core views with the person's stamps; \`compress:0\` is uncompressed staging."
  echo "Compression and checkpoint are inside the measured time."
  echo "\`our_format:1\` lets DuckDB's reader write the same newer file format as our tables; \`our_format:0\` is its default."
  echo "Time is wall clock, CPU that of all threads; the unit is bytes of NDJSON."
  echo
  echo '```text'
  HB_BENCH_COPIES=${HB_BENCH_COPIES:-100} build/bench/bench/bench_views --benchmark_repetitions=3 \
    --benchmark_report_aggregates_only=true 2>/dev/null | grep -v -E '_mean|_stddev|_cv'
  echo '```'
} >> "$report"
