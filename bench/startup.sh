# Sourced by bench/run: how long the program takes to start, with the FHIR definitions it looks things up in.
begin_report startup "Starting"

# start_once WHAT COMMAND…: one line, the median and the longest of 21 runs
start_once() {
  local what=$1
  shift
  node -e '
    const { spawnSync } = require("child_process");
    const [what, program, ...options] = process.argv.slice(1);
    const times = [];
    for (let i = 0; i < 21; i++) {
      const start = process.hrtime.bigint();
      const done = spawnSync(program, options, { stdio: "ignore" });
      if (done.status !== 0) { console.error(`bench: ${what} ended with ${done.status}`); process.exit(1); }
      times.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    times.sort((a, b) => a - b);
    console.log(`| ${what} | ${times[10].toFixed(0)} | ${times[20].toFixed(0)} |`);
  ' "$what" "$@" >> "$report"
}

patient=$work/startup-patient.json
echo '{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1980-02-03"}' > "$patient"
{
  echo "From the start of the process to its end, 21 runs each. Target: under 300 ms with all definitions."
  echo
  echo "| command | median, ms | longest, ms |"
  echo "| --- | ---: | ---: |"
} >> "$report"
program=build/release/healthbrain
start_once "\`healthbrain --version\`: no definitions" "$program" --version
start_once "\`healthbrain fhirpath --input patient.json name\`: types and elements of R4" \
  "$program" fhirpath --input "$patient" name
start_once "\`healthbrain validate patient.json\`: also all invariants compiled, value sets, our own profiles" \
  "$program" validate "$patient"
