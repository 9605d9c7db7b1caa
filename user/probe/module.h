/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file of a process is the Python interpreter, and where it keeps its state. */
#ifndef DLTRACE_MODULE_H
#define DLTRACE_MODULE_H

#include <stdbool.h>
#include <stdint.h>

struct target;

#define MODULES 32

/* What was learnt of one file; 0: not there. Addresses are those of the file. */
struct module {
	uint64_t inode;
	uint32_t dev;
	uint32_t version;      /* PY_VERSION_HEX by the file's name: without micro version */
	uint64_t load;	       /* of its first segment */
	uint64_t runtime;      /* _PyRuntime */
	uint64_t version_word; /* Py_Version, since 3.11 */
};

/* Files, as they were once read: they do not change while they are mapped. All zero is empty. */
struct module_cache {
	struct module items[MODULES];
	uint32_t next;
};

/*
 * The module of the process that is an interpreter, and by how much its addresses are moved.
 * -ENOENT if it has none. Asks the target's mappings.
 */
int module_find(struct module_cache *cache, struct target *target, struct module *ret,
		uint64_t *ret_bias);

#endif /* DLTRACE_MODULE_H */
