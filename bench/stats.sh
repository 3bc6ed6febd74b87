# Sourced by bench/run: standardised rates, grouped rates and life tables beside figures of the R package PHEindicatormethods.
begin_report stats "Statistics of indicators"
build/bench/bench/bench_stats --benchmark_format=csv --benchmark_min_time=1 2>/dev/null > "$work/stats.csv"
{
  echo "Results per second of CPU time on one thread. *Function*: the pure functions of \`src/stats\`, with 95 % and 99.8 % limits."
  echo "*Table*: what \`healthbrain stat\` does, from CSV text to CSV text. The peer's figures were measured before for PHEindicatormethods"
  echo "in R; they were not measured in this run. Target: 100 times."
  echo
  echo "| results | PHEindicatormethods | function | times | table | times |"
  echo "| --- | ---: | ---: | ---: | ---: | ---: |"
  awk -F, '
    /^"BM_/ { gsub(/"/, "", $1); rate[$1] = $7 }
    function line(what, peer, f, t) {
      printf "| %s | %d | %d | %.0f | %d | %.0f |\n", what, peer, rate[f], rate[f] / peer, rate[t], rate[t] / peer
    }
    END {
      line("directly standardised rate, 19 age bands", 1000, "BM_DirectRateFunction", "BM_DirectRateTable")
      line("crude rate; table: 10 rows summed", 1500, "BM_RateFunction", "BM_GroupedRateTable")
      line("life table, 20 age groups", 220, "BM_LifeTableFunction", "BM_LifeTableTable")
    }' "$work/stats.csv"
} >> "$report"
