# Sourced by bench/run: acts of flows per second, restart with a million instances, clocks that wait, lists of open work.
instances=${BENCH_INSTANCES:-1000000}
mkdir -p "$work/flows"
build/bench/bench/bench_workflow fill "$work/flows" "$instances"
build/bench/bench/bench_workflow measure "$work/flows" > "$work/workflow.csv"
build/bench/bench/bench_workflow act "$work/flows" 128 15 >> "$work/workflow.csv"
begin_report workflow "Flows"
{
  echo "Workload: $instances open instances of a flow with a deadline, a tenth of them given to 500 people; their logs, open work and"
  echo "deadlines in one file. *Restart*: flows read and checked, file opened, clocks asked, first list given. *Idle clocks*: asked ten times a"
  echo "second for ten seconds, nothing due. *Acts*: 128 threads start, take, give back and finish instances of their own, each act durable"
  echo "(\`synchronous=FULL\`) before it is answered; HTTP, the audit and the writing of effects into the records are not in it. The file was just written,"
  echo "so that the system holds it in memory. Lists give the first 50. Aims: 2,000 durable acts a second, restart under 3 s,"
  echo "idle clocks under 1 % of a core, lists under 200 ms."
  echo
  echo "| figure | value | unit |"
  echo "| --- | ---: | --- |"
  awk -F, '{ gsub(/_/, " ", $1); printf "| %s | %s | %s |\n", $1, $2, $3 }' "$work/workflow.csv"
  echo
  echo "Crash test (\`HB_LONG=1 test_workflow -tc=\"killed*\"\`): tests/workflow/crash_test.cpp, 200 rounds of SIGKILL; run by ./test.sh --long."
} >> "$report"
rm -rf "$work/flows"
bench/workflow/served.sh "$work/flows-served" "$instances" > "$work/served.csv"
{
  echo
  echo "## Over HTTP"
  echo
  echo "\`bench/workflow/served.sh\`: the served program with $instances open instances (simulated district of 2,000 residents, sealed,"
  echo "accounts, audit on), asked by wrk on the same cores. Acts: start, take, give back, take, finish, each answered when it and its audit entry are"
  echo "durable, while effects go into the records; lists at one connection, 50 items, with what each holds and the moves that the asker may make."
  echo
  echo "| figure | value | unit |"
  echo "| --- | ---: | --- |"
  awk -F, '{ printf "| %s | %s | %s |\n", $1, $2, $3 (NF > 3 ? "," $4 : "") }' "$work/served.csv"
} >> "$report"
rm -rf "$work/flows-served"
