# Sourced by bench/run: what sealing costs. The same deliveries are loaded without keys and sealed in
# each way, one after the other and again, so that all ways meet the same machine.
begin_report vault "What sealing costs"

program=${BENCH_PROGRAM:-build/release/healthbrain}
multiply=${BENCH_MULTIPLY:-build/bench/bench/multiply}
parts=${BENCH_RECORDS:-build/bench/bench/bench_records}
copies=${BENCH_VAULT_COPIES:-20}
rounds=${BENCH_VAULT_ROUNDS:-3}
sample=${HB_SHARED:-../shared}/data/synthea/ndjson
in=$work/vault-in
if [[ ! -d $in ]]; then
  if [[ -d $sample ]]; then "$multiply" "$sample" "$in" "$copies"
  else "$program" simulate --residents $((copies * 1000)) --years 5 --seed 1 --plain --out "$in" >/dev/null; fi
fi
simulated=()
[[ -d $sample ]] || simulated=(--simulated)
export sheet=$work/vault.csv
: > "$sheet"

# vault_load WAY KEY-FILE SUITE SCOPE: appends way,resources,seconds,cpu seconds,bytes of records.db
vault_load() {
  local store=$work/vault-store
  rm -rf "$store" "$store.key"
  sync
  local before after
  before=$(awk '{print $16 + $17}' /proc/$$/stat)
  env HB_KEY_FILE="$2" HB_KEY_SUITE="$3" HB_KEY_SCOPE="$4" "$program" load --store "$store" "${simulated[@]}" "$in" >"$work/report.json"
  after=$(awk '{print $16 + $17}' /proc/$$/stat)
  node -e '
    const [file, way, cpu, bytes] = process.argv.slice(1);
    const r = JSON.parse(require("fs").readFileSync(file));
    console.log([way, r.accepted, r.seconds, cpu, bytes].join(","));
  ' "$work/report.json" "$1" "$(((after - before) * 10))e-3" "$(stat -c %s "$store/records.db")" >>"$sheet"
  rm -rf "$store" "$store.key"
}

key=$work/vault.key
for ((round = 1; round <= rounds; round++)); do
  vault_load "not sealed" none aes-256-gcm all
  vault_load "AES-256-GCM, all bodies" "$key" aes-256-gcm all
  vault_load "SM4-CTR + HMAC-SM3, all bodies" "$key" sm4-ctr-hmac-sm3 all
  vault_load "AES-256-GCM, persons only" "$key" aes-256-gcm persons
  vault_load "SM4-CTR + HMAC-SM3, persons only" "$key" sm4-ctr-hmac-sm3 persons
done
rm -rf "$in" "$key"

{
  echo "## Loading"
  echo
  echo "\`healthbrain load\` of the same NDJSON, one way after the other, $rounds rounds; medians. Target: sealed at most 25 %"
  echo "slower than not sealed. CPU time is of all threads, and what a busy machine does not change as much."
  echo
  node -e '
    const rows = require("fs").readFileSync(process.env.sheet, "utf8").trim().split("\n").map((l) => l.split(/,(?=\d)/));
    const ways = [...new Set(rows.map((r) => r[0]))];
    const median = (x) => x.sort((a, b) => a - b)[x.length >> 1];
    const f = (x, d = 0) => x.toLocaleString("en", { minimumFractionDigits: d, maximumFractionDigits: d });
    const of = (way, i) => median(rows.filter((r) => r[0] === way).map((r) => Number(r[i])));
    const base = { s: of(ways[0], 2), cpu: of(ways[0], 3) };
    console.log("| way | resources | seconds | resources/s | slower by | CPU, µs/resource | more CPU by | records.db, bytes/resource |");
    console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (const way of ways) {
      const [n, s, cpu, bytes] = [1, 2, 3, 4].map((i) => of(way, i));
      const more = (x, y) => (way === ways[0] ? "" : `${f((x / y - 1) * 100, 1)} %`);
      console.log(`| ${way} | ${f(n)} | ${f(s, 2)} | ${f(n / s)} | ${more(s, base.s)} | ${f(cpu / n * 1e6, 1)} | ${more(cpu, base.cpu)} | ${f(bytes / n)} |`);
    }
  '
  echo
  echo "## Reading, searching, the seal itself"
  echo
  echo "\`bench_records --benchmark_filter=Sealed\`: 100,000 residents, one thread; 0 = not sealed, 1 = AES-256-GCM, 2 = SM4-CTR +"
  echo "HMAC-SM3. A read is of a Patient of some 900 bytes by a random id, unpacked and audited; a search is for two"
  echo "common parts of a name (a page of 50) or one identity number. \`BM_Sealed\`: one packed body of 172 bytes, sealed and opened."
  echo
  echo '```text'
  "$parts" --benchmark_filter=Sealed 2>/dev/null
  echo '```'
} >> "$report"
