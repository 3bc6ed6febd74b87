# Sourced by bench/run: detectors beside the R package surveillance in the same run; a city's series of one day.
begin_report early-warning "Early warning"
series=${HB_SHARED:-../shared}/data/surveillance
if [[ ! -f $series/stsNewport.csv ]]; then
  echo "bench: early-warning needs $series" >&2
  exit 1
fi
build/bench/bench/bench_surveillance --benchmark_format=csv --benchmark_min_time=1 2>/dev/null > "$work/detect.csv"
Rscript bench/peers/surveillance.R "$series" > "$work/detect-peer.csv"
{
  echo "CPU time per series on one thread; R: surveillance $(Rscript -e 'cat(as.character(packageVersion("surveillance")))'), median of several runs"
  echo "(\`bench/peers/surveillance.R\`). *Function*: the pure function of \`src/surveillance\`. The answers agree:"
  echo "[surveillance-agreement.md](../surveillance-agreement.md)."
  echo
  echo "| workload | R | function | times faster | target |"
  echo "| --- | ---: | ---: | ---: | ---: |"
  awk -F, '
    NR == FNR { peer[$1] = $2; next }
    /^"BM_/ { gsub(/"/, "", $1); time[$1] = $4; unit[$1] = $5 }
    function us(b) { return unit[b] == "ms" ? time[b] * 1000 : time[b] }
    function line(what, p, b, target) {
      printf "| %s | %.1f ms | %.1f µs | %d | %s |\n", what, peer[p] * 1e3, us(b), peer[p] * 1e6 / us(b), target
    }
    END {
      line("Farrington flexible, last 104 of 773 weeks, improved settings", "farrington-flexible", "BM_FarringtonFlexible", 200)
      line("the same from CSV to CSV (`healthbrain detect`)", "farrington-flexible", "BM_FarringtonFlexibleTable", "")
      line("EARS C1, 1,000 days", "ears-c1", "BM_Ears<EarsMethod::c1>", 1000)
      line("EARS C2, 1,000 days", "ears-c2", "BM_Ears<EarsMethod::c2>", 1000)
      line("EARS C3, 1,000 days", "ears-c3", "BM_Ears<EarsMethod::c3>", 1000)
      printf "\nToday of a city, 11,400 series of 5 years × EARS C2, EWMA/regression, moving percentile and weekly Farrington flexible: **%.2f s**\n", us("BM_CityDay/iterations:1") / 1e6
      print "on one thread, detectors alone.\n\nHow good the signals are: [early-warning-quality.md](early-warning-quality.md)."
    }' "$work/detect-peer.csv" "$work/detect.csv"
} >> "$report"
build/bench/bench/bench_watch --benchmark_format=csv 2>/dev/null > "$work/daily.csv"
{
  echo
  echo "## The daily run of a city"
  echo
  echo "\`bench_watch\`: one day without its SQL over 190 streets × 60 streams = 11,400 series of 5 years, 30 of the streams scanned for clusters of"
  awk -F, '/^"BM_CityRun/ { printf "neighbouring streets: **%.1f s** on the cores there are, %.1f s CPU; target: under 10 s.\n", $3 / 1000, $4 / 1000 }' "$work/daily.csv"
} >> "$report"
{
  echo
  echo "## Signals against the truth of simulated districts"
  echo
  echo "\`bench/surveillance/quality.sh\`: ${QUALITY_SEEDS:-51 52}, ${RESIDENTS:-400000} residents, the district's own outbreaks, 2024 and 2025."
  echo
  # shellcheck disable=SC2086
  PROGRAM=build/bench/healthbrain YEARS=7 COMPARE=1 bench/surveillance/quality.sh ${QUALITY_SEEDS:-51 52}
} >> "$report"
