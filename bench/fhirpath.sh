# Sourced by bench/run: expressions over parsed resources beside fhirpath.js, in the same run.
begin_report fhirpath "FHIRPath beside fhirpath.js"
peer=$work/fhirpath-peer
mkdir -p "$peer"
(cd "$peer" && npm init -y >/dev/null && npm install --silent --no-audit --no-fund --ignore-scripts fhirpath@3.9.0 >&2)
sample=$work/fhirpath-sample.ndjson
for type in Patient Observation Encounter; do
  zcat "${HB_SHARED:-../shared}/data/synthea/ndjson/$type.ndjson.gz" | head -300 || [[ $? == 141 ]]
done > "$sample"
seconds=${BENCH_SECONDS:-1}
build/bench/bench/bench_fhirpath bench/fhirpath/expressions.txt "$sample" "$seconds" > "$work/fhirpath-ours.tsv"
node bench/fhirpath/peer.mjs "$peer" bench/fhirpath/expressions.txt "$sample" "$seconds" > "$work/fhirpath-peer.tsv"
{
  echo "$(wc -l < "$sample") Synthea resources, parsed beforehand; expressions compiled beforehand, with the R4 model; one"
  echo "thread, $seconds s per expression. fhirpath.js $(node -p "require('$peer/node_modules/fhirpath/package.json').version")" \
    "on Node $(node --version). \`items\` is what one round over the resources gives: it must agree."
  echo
  echo "| expression | evaluations/s | fhirpath.js | times | items | fhirpath.js |"
  echo "| --- | --- | --- | --- | --- | --- |"
  paste "$work/fhirpath-ours.tsv" "$work/fhirpath-peer.tsv" | awk -F'\t' '{
    gsub(/\|/, "\\|", $1); ratio = $2 / $5; product += log(ratio); n++
    if (least == 0 || ratio < least) least = ratio
    printf "| `%s` | %d | %d | %.0f | %d | %d |\n", $1, $2, $5, ratio, $3, $6
  } END { printf "\nGeometric mean %.0f times, least %.0f times.\n", exp(product / n), least }'
} >> "$report"
