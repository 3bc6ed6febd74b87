#!/usr/bin/env bash
# From a bare Debian 12 to the bureau's first screen: installs, builds, makes and loads a simulated
# district, and serves it on http://127.0.0.1:8080.
#   ./demo.sh                 everything, then serve until Ctrl-C
#   ./demo.sh --no-serve      stop before serving
#   ./demo.sh --port 9000     another port
#   ./demo.sh --residents N   size of the district (20,000)
#   ./demo.sh --fresh         make the data anew
#   ./demo.sh --no-accounts   without log-in, for this machine alone
set -euo pipefail
cd "$(dirname "$0")"
serve=1 port=8080 residents=20000 fresh=0 accounts=1
while (($#)); do
  case $1 in
    --no-serve) serve=0 ;;
    --fresh) fresh=1 ;;
    --no-accounts) accounts=0 ;;
    --port) port=${2:?--port takes a number}; shift ;;
    --residents) residents=${2:?--residents takes a number}; shift ;;
    -h|--help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "demo.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

scripts/install-deps
scripts/build release
program=build/release/healthbrain
data=demo-data/r$residents

# A store that was loaded to its end has the stamp; anything else is made again from nothing.
((fresh)) && rm -rf "$data"
if [[ ! -f $data/.complete ]]; then
  rm -rf "$data"
  mkdir -p "$data"
  "$program" simulate --residents "$residents" --years 3 --seed 20251231 --problems 12 --out "$data/deliveries" \
    --report >"$data/calibration.txt"
  echo "Simulated beside published figures ($data/calibration.txt): $(grep -m1 ' rows: ' "$data/calibration.txt")"
  echo "Outbreaks that really happened: $(($(wc -l <"$data/deliveries/truth/outbreaks.csv") - 1)) ($data/deliveries/truth/outbreaks.csv)"
  loaded=0
  "$program" load --store "$data/store" --simulated "$data/deliveries" || loaded=$?
  # 3: some lines were put aside as problem data, as the demo wants to show.
  [[ $loaded -eq 0 || $loaded -eq 3 ]] || exit "$loaded"
  # What the detectors would have said in the last year waits on the workbench to be verified.
  "$program" watch replay --store "$data/store" --from 2025-01-01 --to 2025-12-31 --keep >/dev/null
  # The wall shows published figures only: the demonstration publishes some of its own, signed as simulated.
  "$program" indicator publish-list scenes/demo-district/publications.yaml --store "$data/store" >/dev/null
  touch "$data/.complete"
fi

# One account per role, with one password that is printed and shown by the log-in page on this machine. The store asks
# for a log-in from then on; without accounts it is served to this machine alone and asks nobody.
if ((accounts)); then
  if [[ ! -f $data/store/accounts.db ]]; then
    "$program" user demo --store "$data/store" >"$data/accounts.txt"
    chmod 600 "$data/accounts.txt"
  fi
  if [[ -f $data/accounts.txt ]]; then
    echo "Accounts, one per role (name, password, role); the log-in page lists them, one press logs in:"
    sed 's/^/  /' "$data/accounts.txt"
  fi
elif [[ -f $data/store/accounts.db ]]; then
  echo "demo.sh: this store has accounts already; --fresh --no-accounts makes one without" >&2
fi

if ((serve)); then
  echo "Health Brain: http://127.0.0.1:$port   (Ctrl-C stops)"
  exec "$program" serve --store "$data/store" --port "$port"
fi
echo "Ready: $program serve --store $data/store --port $port"
