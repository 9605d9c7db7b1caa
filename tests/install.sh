#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Installs what build and tests need on a fresh Debian 12, and only what is
# missing. Needs root if anything is; never a terminal.
#
#   install.sh          what the build needs
#   install.sh demo     and what is hung to show it
#   install.sh tests    and what the tests need
#   install.sh soak     and what the long tests need
#   install.sh bench    what the benchmarks compare with, too
set -eu

packages='make gcc clang bpftool libbpf-dev libelf-dev libdw-dev libjson-c-dev libcap-ng-dev uthash-dev
pkg-config libc6-dev scdoc'
demo_packages='python3-minimal libpython3-stdlib util-linux'
test_packages='gcc-multilib golang-go rustc g++ binutils libcriterion-dev musl musl-tools mount procps bash xz-utils
graphviz tidy libxml2-utils chromium chromium-driver fonts-dejavu-core
postgresql redis-server redis-tools nginx-light curl gunicorn tmux openssh-client dbus-daemon stress-ng rt-tests
qemu-system-x86 busybox-static cpio'
soak_packages='nodejs default-jdk-headless'
bench_packages='linux-perf strace bpftrace bpfcc-tools gnuplot-nox stress-ng postgresql
redis-server redis-tools'

case ${1:-} in
demo) packages="$packages $demo_packages" ;;
bench) packages="$packages $bench_packages" ;;
tests) packages="$packages $demo_packages $test_packages" ;;
soak) packages="$packages $demo_packages $test_packages $soak_packages" ;;
esac

missing()
{
	for package in $packages; do
		state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=
		[ "$state" = installed ] || printf '%s ' "$package"
	done
}

if ! command -v dpkg-query >/dev/null; then
	echo 'install.sh: not a Debian system; install what the Makefile needs by hand' >&2
	exit 0
fi
needed=$(missing)
[ -n "$needed" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "install.sh: as root: apt-get install $needed" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
export RUNLEVEL=1 # services are for the tests to start, not for the system
# shellcheck disable=SC2086 # a list of words
apt-get install -y --no-install-recommends $needed </dev/null >/dev/null 2>&1 ||
	{ apt-get update </dev/null >/dev/null &&
		apt-get install -y --no-install-recommends $needed </dev/null >/dev/null; }
