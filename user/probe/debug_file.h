/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The separate file with an image's symbols and lines: by build id below
 * /usr/lib/debug, or by its .gnu_debuglink, in the root of the process (gdb's manual,
 * "Debugging Information in Separate Files"). Nothing is fetched from elsewhere.
 */
#ifndef DLTRACE_DEBUG_FILE_H
#define DLTRACE_DEBUG_FILE_H

#include <elfutils/libdwfl.h>

/* Dwfl_Callbacks.find_debuginfo; userdata is the image. A descriptor, or -1. */
int debug_file_find(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		    const char *file_name, const char *link, GElf_Word crc, char **ret_file_name);

#endif /* DLTRACE_DEBUG_FILE_H */
