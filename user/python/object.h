/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Python objects in another process's memory: what they are, strings, numbers,
 * dictionaries and attributes. What cannot be read, or makes no sense, is as if
 * it were not there.
 */
#ifndef DLTRACE_PYTHON_OBJECT_H
#define DLTRACE_PYTHON_OBJECT_H

#include "python/memory.h"

/* The type of the object, NULL if it is none. Valid until the next call. */
const struct python_type *python_type(struct python *py, uint64_t object);
enum python_class python_class(struct python *py, uint64_t object);
/* True if it is one, or of a class that was derived from it. */
bool python_is_a(struct python *py, uint64_t object, enum python_class kind);

/* A string as UTF-8, cut to what fits, zero behind it. False if it is none. */
bool python_string(struct python *py, uint64_t object, char *ret, size_t size);
bool python_string_is(struct python *py, uint64_t object, const char *text);
/* A number from 0 to 2^64 - 1. */
bool python_number(struct python *py, uint64_t object, uint64_t *ret);
/* The name of a built-in function or method. */
bool python_builtin_is(struct python *py, uint64_t object, const char *name);

/* Goes through a dictionary, or an object's attributes. */
struct python_items {
	uint64_t entries; /* address of the first entry */
	uint64_t values;  /* address of the first value if they are apart, else 0 */
	uint32_t entry_size;
	uint32_t index, count;
	uint64_t key, slot, value; /* of the current item; slot: where the value is */
};
#define PYTHON_ITEMS_MOST 65536
struct python_items python_dict_items(struct python *py, uint64_t dict);
struct python_items python_attributes(struct python *py, uint64_t object);
bool python_items_next(struct python *py, struct python_items *items);

/* The value of a string key; *ret_slot, unless NULL, is where it is. 0 if there is none. */
uint64_t python_dict_get(struct python *py, uint64_t dict, const char *key, uint64_t *ret_slot);
uint64_t python_attribute(struct python *py, uint64_t object, const char *name, uint64_t *ret_slot);
/* The dictionary of an imported module, 0 if there is none. */
uint64_t python_module(struct python *py, const char *name);

#endif /* DLTRACE_PYTHON_OBJECT_H */
