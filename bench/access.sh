# Sourced by bench/run: what access rules cost a list at size M.
begin_report access "Lists of restricted users"
{
  echo "\`bench_access\`: 1.12 million residents in 16 streets of 8 communities, records only, sealed and audited as always. A page is what"
  echo "\`GET /api/residents\` reads: 50 residents and the Patient of each; target: at most 1.2 times the administrator's time. \`total\` is how many"
  echo "the list has (it ends at 10,000)."
  echo
  echo '```text'
  build/bench/bench/bench_access 2>/dev/null
  echo '```'
} >> "$report"
