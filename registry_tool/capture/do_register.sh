#!/usr/bin/env bash
# do/register: record this deployment in the registry (registry-tool).
# What is not the registry's business goes to the generator's own script, kept beside this one.
set -eu

here="${BASH_SOURCE[0]%/*}"
[ "$here" != "${BASH_SOURCE[0]}" ] || here=.

case "${1:-}" in
    dataset | evaluator | --dataset | --evaluator | --benchmark-status | --benchmark-status=*)
        if [ ! -f "$here/register.generator" ]; then
            echo "error: '$1' belongs to the generator's own do/register, which this project does not have" >&2
            exit 2
        fi
        exec bash "$here/register.generator" "$@"
        ;;
    model) shift ;;
esac

if ! command -v registry > /dev/null; then
    echo "error: the registry command is not installed" >&2
    echo "hint: activate the environment that has registry-tool, or install it as its README says" >&2
    exit 127
fi
exec registry register --project-dir "$here/.." "$@"
