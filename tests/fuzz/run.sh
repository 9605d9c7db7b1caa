#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs one fuzz target over its seeds: those in corpus/NAME, and for what reads
# recordings also the golden ones.
#
#   run.sh PROGRAM SECONDS             with the driver of this directory
#   run.sh PROGRAM SECONDS libfuzzer   guided by coverage; keeps what it finds
#                                      beside the program
set -eu
here=$(dirname "$0")
name=$(basename "$1" | sed 's/^fuzz_//')
corpus=$here/corpus/$name

case $name in
record | replay) seeds=$here/../replay ;;
*) seeds=$corpus ;;
esac

if [ "${3:-}" = libfuzzer ]; then
	mkdir -p "$1.corpus"
	exec "$1" -max_total_time="$2" -timeout=10 -max_len=65536 -artifact_prefix="$1." \
		-print_final_stats=1 "$1.corpus" "$seeds"
fi

FUZZ_INPUT=$1.input
ASAN_OPTIONS=abort_on_error=1
UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
export FUZZ_INPUT ASAN_OPTIONS UBSAN_OPTIONS
set -- "$1" "$2" "${FUZZ_SEED:-0}"
for file in "$corpus"/* "$seeds"/*.events; do
	[ ! -f "$file" ] || set -- "$@" "$file"
done
"$@" || {
	echo "fuzz: $1 failed; its input is $FUZZ_INPUT" >&2
	exit 1
}
