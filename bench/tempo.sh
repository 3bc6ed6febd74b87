# Sourced by bench/run: R_t of one epidemic curve beside EpiEstim in the same run.
begin_report tempo "Tempo of an epidemic"
build/bench/bench/bench_tempo --benchmark_format=csv --benchmark_min_time=1 2>/dev/null > "$work/tempo.csv"
peer=$(Rscript bench/peers/epiestim.R 2>/dev/null || true)
{
  echo "CPU milliseconds on one core for one curve of 300 days, 293 windows of a week; *table*: from CSV text to CSV text."
  echo "The peer is EpiEstim's \`estimate_R\` (\`bench/peers/epiestim.R\`), measured in this run: ${peer:-not installed} ms; it always gives quantiles."
  echo "Targets: 60 times with quantiles, 200 times with mean and sd alone."
  echo
  echo "| what | ms | times |"
  echo "| --- | ---: | ---: |"
  awk -F, -v peer="$peer" '
    /^"BM_/ { gsub(/"/, "", $1); ms[$1] = $4 }
    function line(what, name) {
      printf "| %s | %.3f | %s |\n", what, ms[name], peer == "" ? "–" : sprintf("%.0f", peer / ms[name])
    }
    END {
      line("mean, sd and seven quantiles", "BM_QuantilesPer300Days")
      line("mean and sd alone", "BM_MeanAndSdPer300Days")
      line("table with quantiles", "BM_TablePer300Days")
      printf "| Wallinga–Teunis, exact limits | %.3f | – |\n", ms["BM_CohortPer300Days"]
    }' "$work/tempo.csv"
} >> "$report"
