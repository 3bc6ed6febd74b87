#!/usr/bin/env bash
# R's farringtonFlexible on the very weekly series of simulated districts, judged like the project's signals:
#   bench/surveillance/r-compare.sh STORE…     → Markdown on stdout: what is found at each threshold
# Stores need five years (simulate --years 5 --tables STORE); what can be judged with b = 3: from March 2024 to the end of 2025. STREAMS: which; PROGRAM; WORK: where files go.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PROGRAM:-build/release/healthbrain}
work=${WORK:-$(mktemp -d)}
[[ -n ${WORK:-} ]] || trap 'rm -rf "$work"' EXIT
read -r -a streams <<< "${STREAMS:-cards-street cards-place absence diarrhoea-visit fever-clinic hotline lab-enteric lab-respiratory pharmacy-diarrhoea pharmacy-fever}"
from=2024-03-01 to=2025-12-31
begin=$(date -d "$to - $((7 * 260 - 1)) days" +%F)
for store in "$@"; do
  name=$(basename "$store")
  for stream in "${streams[@]}"; do
    series=$work/$name-$stream.csv
    [[ -f $work/$name-$stream-r.csv ]] && continue
    "$program" watch series --store "$store" --stream "$stream" --from "$begin" --to "$to" --window 7 --least 2 > "$series"
    Rscript bench/peers/farrington_flexible.R "$series" $from $to > "$work/$name-$stream-r.csv" 2>> "$work/r.log"
  done
done
echo "| p at most | outbreaks ≥ 10 cases found (95 %) | days after the third onset, median | signals a week | false a week | of these in a wave | signals in a local outbreak (95 %) | found by chance |"
echo "| ---: | --- | ---: | ---: | ---: | ---: | --- | ---: |"
for p in 1e-2 1e-3 3e-4 1e-4 3e-5 1e-5 1e-6 1e-8; do
  files=()
  for store in "$@"; do
    name=$(basename "$store") judged=()
    for stream in "${streams[@]}"; do judged+=("$stream=$work/$name-$stream-r.csv"); done
    node bench/surveillance/r-signals.mjs "$p" "${judged[@]}" > "$work/$name-r-$p.csv"
    files+=("$store/truth/outbreaks.csv" "$work/$name-r-$p.csv")
  done
  echo "| $p | $(node bench/surveillance/judge.mjs $from $to "${files[@]}") |"
done
