# Sourced by bench/run: entries of the audit in group commit, its search and its check.
begin_report audit "Audit"
{
  echo "\`bench_records --benchmark_filter=Audit\`. \`BM_WriteAudit\`: 50,000 entries at once into a store that holds a million, chained, signed"
  echo "every thousand and durable; target 20,000 entries/s. \`BM_AuditedReads\`: two threads read 100,000 Patients by id until all"
  echo "entries are durable. \`BM_SearchAudit\`: a page of 50 of a million by six kinds of question. \`BM_VerifyAudit\`: the whole chain."
  echo
  echo '```text'
  build/bench/bench/bench_records --benchmark_filter=Audit 2>/dev/null
  echo '```'
} >> "$report"
