/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF files as sources of unwind rules and names, kept across looks and shared by
 * all processes that map the same file. Used in a helper only: a file may be
 * hostile, huge, or lie where reading hangs.
 *
 * The same file is the same device, inode, size and time of change. A build id is
 * not asked: it is whatever a file says of itself, and one that claims to be libc
 * would lend its names to everybody's.
 */
#ifndef DLTRACE_IMAGE_H
#define DLTRACE_IMAGE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/stack.h"
#include "probe/target.h"

#define IMAGES_MOST	128
#define IMAGE_SEGMENTS	16
#define VDSO_LENGTH_MAX ((size_t)64 << 10)

struct image_segment {
	uint64_t start, end; /* addresses in the file, by page */
	uint64_t offset;     /* of start */
	bool is_code;
};

struct image {
	uint64_t inode, size, changed_ns; /* what makes it the same file */
	uint32_t dev;
	int error;    /* it cannot be read; the rest is empty */
	uint32_t pid; /* of a process that maps it, now: in whose root its debug file lies */
	char *path;   /* there; "" if unknown */
	char name[FRAME_MODULE_LEN];
	struct image_segment segments[IMAGE_SEGMENTS];
	uint32_t segment_count;
	char *bytes; /* of one without a file */
	int fd;	     /* libelf reads from it what it could not map */
	Elf *elf;    /* belongs to module as soon as there is one */
	Dwfl *dwfl;
	Dwfl_Module *module; /* whose addresses are the file's */
	Dwarf_CFI *eh_cfi, *debug_cfi;
	bool eh_asked, debug_asked;
	uint64_t used; /* when it was last asked for */
	bool narrow;   /* of 32 bits: has names, but registers by other numbers */
};

struct images {
	struct image *items[IMAGES_MOST];
	uint32_t count;
	uint64_t clock;
};

/* An address of a process as an address of a file. */
struct image_place {
	struct image *image;
	uint64_t address; /* in the file */
	bool is_code;	  /* in a segment that is executable */
};

/* Where the address comes from: 0, or -ENOENT: from no file that can be read. */
int images_find(struct images *images, struct target *target, uint64_t address,
		struct image_place *ret);

/* Call frame information: of .eh_frame, and of .debug_frame; NULL if there is none. */
Dwarf_CFI *image_eh_cfi(struct image *image);
Dwarf_CFI *image_debug_cfi(struct image *image);

#endif /* DLTRACE_IMAGE_H */
