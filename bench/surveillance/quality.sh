#!/usr/bin/env bash
# How good the signals are: districts are simulated, their last two years replayed, the signals held against the hidden truth.
#   bench/surveillance/quality.sh [SEED…]        → Markdown on stdout; without seeds 51 52
# PROGRAM (build/release/healthbrain), RESIDENTS (400000), YEARS (3; Farrington wants 5), CATALOGUE (the district's own),
# HARDER=N: the catalogue's local outbreaks come N times as often and have 10 to 25 cases (for small districts),
# COMPARE=1: also every method alone at as many false signals (a minute a seed), QUALITY_DIR: where the stores go (0.8 GB each).
# Fails below LEAST (85) % of the outbreaks with 10 cases or more, or above 2 signals a week that fit no outbreak.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PROGRAM:-build/release/healthbrain}
dir=${QUALITY_DIR:-$(mktemp -d)}
mkdir -p "$dir"
[[ -n ${QUALITY_DIR:-} ]] || trap 'rm -rf "$dir"' EXIT
seeds=("$@")
((${#seeds[@]})) || seeds=(51 52)
from=2024-01-01 to=2025-12-31
if [[ -n ${HARDER:-} ]]; then
  node bench/surveillance/harder.mjs "${CATALOGUE:-scenes/demo-district/outbreaks.yaml}" "$HARDER" > "$dir/harder.yaml"
  CATALOGUE=$dir/harder.yaml
fi
files=()
for seed in "${seeds[@]}"; do
  store=$dir/district-$seed
  [[ -d $store ]] || "$program" simulate --residents "${RESIDENTS:-400000}" --years "${YEARS:-3}" --seed "$seed" \
    ${CATALOGUE:+--outbreaks "$CATALOGUE"} --tables "$store" > /dev/null 2> "$dir/simulate.log"
  "$program" watch replay --store "$store" --from $from --to $to > "$dir/signals-$seed.csv"
  files+=("$store/truth/outbreaks.csv" "$dir/signals-$seed.csv")
  [[ -z ${COMPARE:-} ]] || "$program" watch tune --store "$store" --from $from --to $to \
    --truth "$store/truth/outbreaks.csv" --injections 1 > "$dir/tune-$seed.csv"
  [[ -n ${QUALITY_DIR:-} ]] || rm -rf "$store/tables.db" "$store/records.db"
done
echo "| outbreaks ≥ 10 cases found (95 %) | days after the third onset, median | signals a week | false a week | of these in a wave | signals in a local outbreak (95 %) | found by chance |"
echo "| --- | ---: | ---: | ---: | ---: | --- | ---: |"
echo "| $(node bench/surveillance/judge.mjs $from $to "${files[@]}") |"
if [[ -n ${COMPARE:-} ]]; then
  echo
  node bench/surveillance/compare.mjs "${seeds[@]/#/$dir/tune-}"
fi
node bench/surveillance/judge.mjs $from $to "${files[@]}" --json | node -e '
  const score = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const wrong = (score.signals - score.right) / score.weeks;
  if (score.large === 0 || score.found < (process.env.LEAST ?? 85) / 100 * score.large || wrong > 2) { console.error("quality: below what is promised"); process.exit(1); }'
