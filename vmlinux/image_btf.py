#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Cut the BTF out of an uncompressed kernel image (arm64's Image).

usage: image_btf.py IMAGE > BTF_FILE

The image is no ELF file, so there is no section table: look for struct
btf_header (include/uapi/linux/btf.h) and take the one with the most types.
"""
import re
import struct
import sys

HEADER = struct.Struct("<HBBIIIII")  # magic, version, flags, hdr_len, type_off/len, str_off/len
START = re.compile(re.escape(struct.pack("<HBBI", 0xEB9F, 1, 0, HEADER.size)))


def main():
    with open(sys.argv[1], "rb") as file:
        image = file.read()
    best = b""
    for match in START.finditer(image):
        header = HEADER.unpack_from(image, match.start())
        type_off, type_len, str_off, str_len = header[4:]
        end = match.start() + HEADER.size + str_off + str_len
        if type_off == 0 and str_off == type_len and end <= len(image):
            best = max(best, image[match.start():end], key=len)
    if not best:
        sys.exit(f"image_btf.py: no BTF in {sys.argv[1]}")
    sys.stdout.buffer.write(best)


main()
