#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Dependencies point inward: main -> {source, probe, kinds, report} -> core -> bpf/event.h,
# none between source, probe, kinds and report, and core does no I/O. What is known of
# interpreters serves kinds and probe: {probe, kinds} -> python -> core. Checked from
# the includes; ends with status 1 and a line for each that points the wrong way.

cd "$(dirname "$0")/.." || exit 1

# layer, then what its files may include of the project (patterns of case)
allowed()
{
	case $1 in
	core) echo 'core/* bpf/event.h' ;;
	python) echo 'python/* core/* bpf/event.h' ;;
	kinds) echo 'kinds/* python/* core/* bpf/event.h' ;;
	probe) echo 'probe/* python/* core/* bpf/event.h' ;;
	source) echo 'source/* core/* bpf/event.h bpf/dltrace.skel.h' ;;
	report) echo 'report/* core/* bpf/event.h' ;;
	esac
}

# Headers through which a file could do I/O, know the clock or know BPF: not for the pure layers.
impure='fcntl.h unistd.h sys/stat.h sys/epoll.h sys/socket.h dirent.h time.h sys/time.h signal.h
bpf/libbpf.h bpf/bpf.h json-c/json.h argp.h pthread.h poll.h'

fail=0
complain()
{
	printf '%s\n' "$1" >&2
	fail=1
}

for file in user/*/*.c user/*/*.h; do
	[ -e "$file" ] || continue
	layer=$(basename "$(dirname "$file")")
	set -f
	for include in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file"); do
		ok=no
		for pattern in $(allowed "$layer"); do
			case $include in $pattern) ok=yes ;; esac
		done
		[ $ok = yes ] || complain "$file: layer '$layer' must not include $include"
	done
	set +f
	case $layer in
	core | kinds | python)
		for header in $impure; do
			if grep -q "^#include <$header>" "$file"; then
				complain "$file: layer '$layer' is pure and must not include <$header>"
			fi
		done
		# stdio for formatting into buffers only
		if grep -nE '\b(fopen|fprintf|printf|puts|fputs|perror|open|read|write|clock_gettime|time)\(' "$file" |
			grep -vE 'snprintf|__attribute__|format\(printf|^[0-9]+:[[:space:]]*(\*|/\*)' | grep -q .; then
			complain "$file: layer '$layer' is pure and must not do I/O"
		fi
		;;
	esac
done

# What of a task may be read only by a helper, since the reader may wait as long as the task does
# (probe/state.c); of the rest a child reads what sem_functions.c wants.
slow='stat|syscall|stack|wchan|exe|cwd|root|maps|mem|environ|auxv|ns|fd|fdinfo|map_files'
for file in user/*.c user/source/*.c user/probe/live.c user/probe/reader.c; do
	case $file in user/source/sem_functions.c) continue ;; esac
	if grep -nE "(/proc/%[^\"]*/|(read|open|link)\([^\"]*\")($slow)[/\"]" "$file" | grep -q .; then
		complain "$file: would wait for who is in execve(); ask the helper"
	fi
done
exit $fail
