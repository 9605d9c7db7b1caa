#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# make.sh INTERPRETER...: records an image of program.py under each, by version, into
# the corpus of the fuzz target, which the unit tests read as well. After make all, in
# the top directory; as root.
set -eu
recorder=$(mktemp)
trap 'rm -f "$recorder"' EXIT
gcc -O2 -std=gnu11 -D_GNU_SOURCE -I. -Iuser -Itests/images tests/images/record.c \
	$(find build/user -name '*.o' ! -path build/user/main.o) \
	-Wl,--wrap=python_read,--wrap=python_word,--wrap=python_word32,--wrap=python_byte \
	$(make -s print-libs) -o "$recorder"
for interpreter; do
	version=$("$interpreter" -c 'import platform; print(platform.python_version())')
	out=$(mktemp)
	"$interpreter" -B tests/images/program.py >"$out" &
	pid=$!
	while [ ! -s "$out" ]; do sleep 0.2; done
	sleep 0.5
	"$recorder" "$pid" $(cat "$out") >"tests/fuzz/corpus/python/$version.image"
	kill "$pid"
	rm -f "$out"
done
