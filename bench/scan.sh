# Sourced by bench/run: scan statistics with 999 replicates, wall time on all cores.
begin_report scan "Scan statistics"
build/bench/bench/bench_scan --benchmark_format=csv --benchmark_min_time=2 2>/dev/null > "$work/scan.csv"
{
  echo "Wall time of a whole scan on all cores, from tables in memory to the table of clusters, 999 replicates, no early stopping."
  echo "SaTScan 10.3.2 took about 0.35 s for the first on such a machine; it was not measured in this run."
  echo
  echo "| what | s | target |"
  echo "| --- | ---: | ---: |"
  awk -F, '
    /^"BM_/ { gsub(/"/, "", $1); sub(/\/real_time/, "", $1); s[$1] = $3 / 1000 }
    END {
      printf "| New Mexico: 32 counties × 19 years, covariates, windows and circles up to half | %.3f | 0.15 |\n", s["BM_NewMexico"]
      printf "| 200 areas × 365 days, windows until today of up to 30 days, circles up to half of the population, Poisson | %.3f | 2 |\n", s["BM_CityPoisson"]
      printf "| the same, permutation model (cases alone) | %.3f | 2 |\n", s["BM_CityPermutation"]
    }' "$work/scan.csv"
} >> "$report"
