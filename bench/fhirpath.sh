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
rounds=${BENCH_ROUNDS:-2}
rm -f "$work"/fhirpath-{ours,peer}.tsv
for ((i = 0; i < rounds; i++)); do
  build/bench/bench/bench_fhirpath bench/fhirpath/expressions.txt "$sample" "$seconds" >> "$work/fhirpath-ours.tsv"
  node bench/fhirpath/peer.mjs "$peer" bench/fhirpath/expressions.txt "$sample" "$seconds" >> "$work/fhirpath-peer.tsv"
done
{
  echo "$(wc -l < "$sample") Synthea resources, parsed beforehand; expressions compiled beforehand, with the R4 model; one"
  echo "thread, $seconds s of its CPU time per expression, the faster of $rounds runs of each side, taken in turn. fhirpath.js" \
    "$(node -p "require('$peer/node_modules/fhirpath/package.json').version") on Node $(node --version)."
  echo "\`items\` is what one round over the resources gives: it must agree."
  echo
  echo "| expression | evaluations/s | fhirpath.js | times | items | fhirpath.js |"
  echo "| --- | ---: | ---: | ---: | ---: | ---: |"
  awk -F'\t' '
    NR == FNR { if ($2 > ours[$1]) ours[$1] = $2; if (!($1 in mine)) order[++n] = $1; mine[$1] = $3; next }
    { if ($2 > peer[$1]) peer[$1] = $2; theirs[$1] = $3 }
    END {
      for (i = 1; i <= n; i++) {
        text = order[i]; ratio = ours[text] / peer[text]; product += log(ratio)
        time += 1 / ours[text]; peer_time += 1 / peer[text]
        if (i == 1 || ratio < least) least = ratio
        if (mine[text] != theirs[text]) { print "bench: other items for " text > "/dev/stderr"; failed = 1 }
        shown = text; gsub(/\|/, "\\|", shown)
        printf "| `%s` | %d | %d | %.0f | %d | %d |\n", shown, ours[text], peer[text], ratio, mine[text], theirs[text]
      }
      printf "\nGeometric mean **%.0f times**, least %.0f times; once each of them, in total time: %.0f times. Target: 50 times.\n",
        exp(product / n), least, peer_time / time
      exit failed
    }' "$work/fhirpath-ours.tsv" "$work/fhirpath-peer.tsv"
  echo
  echo "Both sides get a parsed resource (a JavaScript object; a document with its type known and looked through once for"
  echo "extensions beside primitives), a compiled expression bound to R4, and put the items of each evaluation in a list."
  echo "\`descendants().count()\` is counted without looking at types, since nobody sees the items. CPU time is that of the"
  echo "evaluating thread alone: what the compiler and the garbage collector of fhirpath.js do in threads of their own is not"
  echo "counted, nor is other work on the machine."
} >> "$report"
