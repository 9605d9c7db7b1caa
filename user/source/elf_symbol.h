/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of an ELF file by their names.
 */
#ifndef DLTRACE_ELF_SYMBOL_H
#define DLTRACE_ELF_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

/* Where names[name] begins, counted in bytes from the start of the file. */
struct elf_symbol {
	uint64_t offset;
	uint32_t name;
	uint32_t reserved;
};

/*
 * All versions of all names, each place once: how many, at most `room`, or -errno. A file that
 * is no ELF file has none.
 */
int elf_symbols_find(const char *path, const char *const *names, size_t name_count,
		     struct elf_symbol *ret, size_t room);

#endif /* DLTRACE_ELF_SYMBOL_H */
