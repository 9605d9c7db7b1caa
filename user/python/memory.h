/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Python process as bytes. Everything that is read may be garbage: the process
 * may run while it is read, and may be hostile. So all reading goes through here
 * and is counted; whoever follows pointers stops when the reads are used up.
 */
#ifndef DLTRACE_PYTHON_MEMORY_H
#define DLTRACE_PYTHON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/python.h"
#include "python/layout.h"

/* 0, or -errno if not all of it could be read. */
struct python_memory {
	int (*fetch)(void *context, uint64_t address, void *ret, size_t length);
	void *context;
};

#define PYTHON_PAGE_SIZE  4096
#define PYTHON_PAGES	  128
#define PYTHON_READS_MOST 4000000
#define PYTHON_TYPES	  64
#define PYTHON_TYPE_LEN	  40

/* What an object is, as far as it matters here. */
enum python_class {
	CLASS_OTHER,
	CLASS_LOCK,
	CLASS_RLOCK,
	CLASS_BUILTIN, /* a built-in function or method, which may be bound */
	CLASS_METHOD,  /* a bound method */
	CLASS_CODE,
	CLASS_STRING,
	CLASS_INT,
	CLASS_DICT,
	CLASS_GENERATOR,
	CLASS_COROUTINE,
	CLASS_MODULE,
	CLASS_CONDITION,       /* by name only, as the next */
	CLASS_CONTEXT_MANAGER, /* contextlib's, made of a generator */
	CLASS_THREAD_HANDLE,
	CLASS_SEMLOCK, /* of multiprocessing */
	CLASS_CELL,
	CLASS_LIST,
	CLASS_TUPLE,
	CLASS_SET,
	CLASS_WEAK_REFERENCE,
	CLASS_ASYNC_GENERATOR,
	CLASS_ASEND,		 /* what awaits an asynchronous generator's next value */
	CLASS_COROUTINE_WRAPPER, /* what a coroutine's __await__() gives */
	CLASS_TASK,		 /* of asyncio */
	CLASSES,
};

struct python_type {
	uint64_t address;
	uint32_t kind; /* enum python_class */
	char name[PYTHON_TYPE_LEN];
};

struct python_page {
	uint64_t address;
	int error;
	bool read;
	unsigned char bytes[PYTHON_PAGE_SIZE];
};

/* One process that is being read. Large: not for the stack. */
struct python {
	struct python_memory memory;
	struct python_layout own;	    /* of this interpreter */
	const struct python_layout *layout; /* the same; NULL: not open */
	struct interpreter interpreter;
	uint32_t reads_left;
	struct python_type types[PYTHON_TYPES];
	struct python_page pages[PYTHON_PAGES];
};

/* Forgets what was read, but not how much. */
void python_forget(struct python *py);

/* 0 or -errno; -E2BIG: too much was read. */
int python_read(struct python *py, uint64_t address, void *ret, size_t length);
/* The word there, 0 if it cannot be read. */
uint64_t python_word(struct python *py, uint64_t address);
uint32_t python_word32(struct python *py, uint64_t address);
uint8_t python_byte(struct python *py, uint64_t address);

#endif /* DLTRACE_PYTHON_MEMORY_H */
