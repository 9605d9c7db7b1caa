/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a variable that lies at an address, as its author would write it:
 * "accounts[3].lock". From DWARF; without it a symbol and an offset must do.
 */
#ifndef DLTRACE_DATA_NAME_H
#define DLTRACE_DATA_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;

/*
 * Appends the path to what lies `offset` bytes into the variable at `start` to ret, which holds
 * its name; replaces a name that a C compiler has numbered ("lock.0"). False: nothing is known
 * of it, and ret is unchanged.
 */
bool data_name(struct image *image, uint64_t start, uint64_t offset, char *ret, size_t size);

#endif /* DLTRACE_DATA_NAME_H */
