#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Starts programs that hang, one after another, lets dltrace find each after it
# hung, and prints the reports. Status 1 if one was missed. As root.
#
#   demo.sh DLTRACE DIRECTORY-OF-C-PROGRAMS
set -u

dltrace=$1
binaries=$2
sources=$(dirname "$0")/e2e
scratch=$(mktemp -d)
session=
missed=0

end_program()
{
	[ -z "$session" ] && return
	# The program leads a session and process group of its own.
	kill -s KILL -- "-$session" 2>/dev/null
	wait "$session" 2>/dev/null
	session=
}

trap 'end_program; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Wait for the program to say who is who and then to hang for longer than --min-wait.
wait_until_hung()
{
	tries=0
	until grep -q '"ready": true' "$scratch/out" || [ $tries -eq 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	sleep 1.2
}

# show TITLE VERDICT PROGRAM [ARGUMENT...]
show()
{
	title=$1
	verdict=$2
	shift 2
	echo go >"$scratch/go"
	: >"$scratch/out"
	setsid "$@" <"$scratch/go" >"$scratch/out" 2>"$scratch/err" &
	session=$!
	wait_until_hung
	printf '\n=== %s\n$ dltrace -p %s --once\n\n' "$title" "$session"
	"$dltrace" -p "$session" --once
	status=$?
	if [ $status -ne 3 ] || ! "$dltrace" -p "$session" --once --json |
		grep -q "\"verdict\": *\"$verdict\""; then
		echo "demo: missed: $title (status $status, wanted verdict $verdict)" >&2
		missed=$((missed + 1))
	fi
	end_program
}

# TITLE | VERDICT | PROGRAM: the hangs that the demonstration shows.
while IFS='|' read -r title verdict program; do
	case $title in '' | '#'*) continue ;; esac
	# shellcheck disable=SC2086 # a program and its arguments
	set -- $program
	name=$1
	shift
	case $name in
	*.py) show "$title" "$verdict" /usr/bin/python3 -B "$sources/$name" "$@" ;;
	*) show "$title" "$verdict" "$binaries/$name" "$@" ;;
	esac
done <<'HANGS'
A process takes its Lock a second time|self|self_lock.py direct
... also through a second function|self|self_lock.py function
Parent and child join each other|cycle|join_each_other.py
A ring of three joins|cycle|join_ring.py
Two processes, two Locks, opposite order|cycle|two_locks.py Lock
... with heartbeats, signal handlers and a parent that polls|cycle|two_locks_lively.py
A process is killed with a Lock, others wait|dead-owner|died_holding.py kill join
... it dies of an exception|dead-owner|died_holding.py exception join
... it calls os._exit|dead-owner|died_holding.py exit join
... and the parent lives on and sleeps|dead-owner|died_holding.py kill sleep
An idle worker of a Pool is killed|dead-owner|pool_killed.py apply
A Semaphore that nobody releases|no-waker|never.py semaphore
An Event that nobody sets|no-waker|never.py event
A Condition that nobody notifies|no-waker|never.py condition
A Barrier one party short|no-waker|never.py barrier
A Queue that is joined before it is read|cycle|queue_join_first.py
A subprocess with a full pipe|cycle|subprocess_pipes.py stdout
Two threads, two mutexes, opposite order|cycle|mutex_abba none
... beside a thread that spins|cycle|mutex_abba spin
... beside a thread that sleeps in a loop|cycle|mutex_abba sleep
... beside a thread that serves a socket|cycle|mutex_abba serve
A thread locks its mutex twice|self|mutex_twice
A thread ends with a mutex held|dead-owner|mutex_holder_ended
Main joins a thread that waits for main's mutex|cycle|join_mutex
A child of fork() needs a mutex that another thread held|dead-owner|mutex_fork
A mutex, a child and a pipe in one ring|cycle|nested
HANGS

if [ "$missed" -ne 0 ]; then
	echo "demo: $missed missed" >&2
	exit 1
fi
printf '\ndemo: all found\n'
