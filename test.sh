#!/usr/bin/env bash
# Installs what tests need, builds, and runs everything: levels, scenes, C++, web unit tests, browser.
#   ./test.sh          at most 15 minutes of tests on 2 cores
#   ./test.sh --long   also what takes hours: hundreds of kills, sanitizers, minutes of fuzzing
# Closes with CTest's summary; the report stands in docs/test-report.md (--long: docs/test-report-long.md).
set -euo pipefail
cd "$(dirname "$0")"
long=0
case ${1:-} in
  "") ;;
  --long) long=1 ;;
  *) echo "test.sh: unknown option $1 (--long)" >&2; exit 2 ;;
esac

if ((long)); then scripts/install-deps --test --fuzz; else scripts/install-deps --test; fi
scripts/build release
export HB_LONG=$long
[[ -d ${HB_SHARED:-../shared} ]] || echo "test.sh: no ../shared here: the imported suites are skipped"

if ((long)); then
  scripts/test-long
fi
# One list of tests for everything: C++, scenes, layers, web and browser are CTest entries.
status=0
rm -rf build/release/conformance
ctest --preset release --parallel 2 --timeout 900 --output-junit "$PWD/build/tests.xml" || status=$?
# The imported suites have left their results: docs/conformance.md says what they gave.
[[ ! -d build/release/conformance ]] ||
  scripts/conformance build/release/conformance docs/conformance.md || status=1
[[ ! -f build/release/conformance/surveillance-agreement.md ]] ||
  cp build/release/conformance/surveillance-agreement.md docs/ || status=1
node scripts/test-report.mjs build/tests.xml docs/test-report.md
exit "$status"
