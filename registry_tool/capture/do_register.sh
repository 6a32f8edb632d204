#!/usr/bin/env bash
# do/register: record this deployment in the registry (registry-tool).
# What is not the registry's business goes to the generator's own script, kept beside this one.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@" # as `sh do/register`
set -eu

here="${BASH_SOURCE[0]%/*}"
[ "$here" != "${BASH_SOURCE[0]}" ] || here=.

# What belongs to the generator's script: its subcommands, and the options that only it has.
own='' both=''
case "${1:-}" in
    dataset | evaluator | --dataset | --evaluator) own=$1 ;;
    model) shift ;;
esac
for word in "$@"; do
    case "$word" in
        --model-package) both=1 ;;
        --base-only | --with-endpoint | --with-metrics | --ic | --exclude | --exclude=* | \
            --benchmark-run-id | --benchmark-run-id=* | --benchmark-status | --benchmark-status=*) own=${own:-$word} ;;
    esac
done
if [ -n "$own" ] && [ -z "$both" ]; then
    if [ ! -f "$here/register.generator" ]; then
        echo "error: '$own' belongs to the generator's own do/register, which this project does not have" >&2
        exit 2
    fi
    exec bash "$here/register.generator" "$@"
fi
if [ -n "$own" ]; then # register here first, then hand its own options over to it
    words=()
    while [ $# -gt 0 ]; do
        case "$1" in
            --exclude | --benchmark-run-id | --benchmark-status)
                words+=("--hand-over=$1")
                [ $# -lt 2 ] || { shift && words+=("--hand-over=$1"); }
                ;;
            --base-only | --with-endpoint | --with-metrics | --ic | --exclude=* | --benchmark-run-id=* | --benchmark-status=*)
                words+=("--hand-over=$1")
                ;;
            *) words+=("$1") ;;
        esac
        shift
    done
    set -- "${words[@]}"
fi

if ! command -v registry > /dev/null; then
    echo "error: the registry command is not installed" >&2
    echo "hint: activate the environment that has registry-tool, or install it as its README says" >&2
    exit 127
fi
exec registry register --project-dir "$here/.." "$@"
