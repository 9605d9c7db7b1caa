#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes vmlinux/ARCH/vmlinux.h anew: x86 from X86_BTF (default: the running
# kernel), arm64 from ARM64_BTF (default: Debian's kernel package, downloaded
# and unpacked in a temporary directory, with nothing installed or configured).

set -eu
cd "$(dirname "$0")"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# apt for another architecture, on package lists of its own
apt_arm64()
{
	tool=$1
	shift
	"$tool" -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 \
		-o APT::Sandbox::User=root -o Dir::State::lists="$tmp/lists" \
		-o Dir::State::status=/dev/null -o Dir::Cache="$tmp/cache" "$@"
}

debian_arm64_btf()
{
	mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial" "$tmp/root"
	apt_arm64 apt-get update
	package=$(apt_arm64 apt-cache depends linux-image-cloud-arm64 |
		awk '/Depends:/ { print $2; exit }')
	(cd "$tmp" && apt_arm64 apt-get download "$package")
	dpkg-deb -x "$tmp"/linux-image-*.deb "$tmp/root"
	python3 image_btf.py "$tmp"/root/boot/vmlinuz-*
}

trim()
{
	PATH=$PATH:/usr/sbin python3 trim.py "$2" types.txt "$1/types.txt" >"$tmp/$1.h"
	mv "$tmp/$1.h" "$1/vmlinux.h"
}

if [ -z "${ARM64_BTF:-}" ]; then
	ARM64_BTF=$tmp/arm64.btf
	debian_arm64_btf >"$ARM64_BTF"
fi
trim x86 "${X86_BTF:-/sys/kernel/btf/vmlinux}"
trim arm64 "$ARM64_BTF"
