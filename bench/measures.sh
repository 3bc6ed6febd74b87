# Sourced by bench/run: all computed indicators by month, cold (no kept cells) and warm, on one store.
# BENCH_RESIDENTS people, one year.
begin_report measures "Computed indicators"
people=${BENCH_RESIDENTS:-200000}
build/release/healthbrain simulate --residents "$people" --years 1 --seed 7 --out "$work/measures-files" >/dev/null
build/release/healthbrain load --store "$work/measures-store" "$work/measures-files" >/dev/null
rm -r "$work/measures-files"
compute() {
  /usr/bin/time -f "| $1 | %e | %U | %M |" build/release/healthbrain indicator compute \
    --store "$work/measures-store" --period 2025 --by month 2>&1 >/dev/null | tail -1 >> "$report"
}
{
  echo "\`indicator compute --period 2025 --by month\`: every indicator, 12 months, all streets, $people residents × 1 year."
  echo
  echo "| | s, wall | s, CPU | KB, peak |"
  echo "| --- | --- | --- | --- |"
} >> "$report"
for round in 1 2 3; do
  rm -f "$work/measures-store/measures.cells"
  compute "cold $round"
  compute "warm $round"
done
rm -r "$work/measures-store"
