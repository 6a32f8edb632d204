#!/usr/bin/env bash
# The site of a fleet that never was, in build/site: what `registry site` makes of 400 records and a year of history.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python scripts/fleet.py "$scratch/deployments" "${1:-400}"
mkdir -p build
registry --registry "$scratch/deployments" site build/site >/dev/null
echo "open file://$PWD/build/site/index.html"
