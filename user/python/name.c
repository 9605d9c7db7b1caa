/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock is mostly waited for in code that knows it by a name of its own
 * (Condition.__enter__ calls it self._lock), inside code that knows what that
 * belongs to (Queue.put calls the condition self.not_full), inside the program's
 * (jobs.put). What one wants to read is the attribute and its class, or the
 * variable, of the innermost code that is no mere wrapper: so names are looked
 * for from the inside out, and while the owner of an attribute is a wrapper, the
 * owner is looked for in turn.
 */
#include "python/name.h"

#include <string.h>

#include "python/object.h"
#include "python/text.h"

#define FRAMES_MOST	6
#define LOCALS_MOST	64
#define ATTRIBUTES_MOST 128
#define GLOBALS_MOST	4096
#define NAMES_MOST	64
#define WRAPPINGS_MOST	4

/* Classes of threading and multiprocessing.synchronize: of them the owner's name says more. */
static const char *const wrappers[] = { "Condition",	    "Lock",  "RLock",  "Semaphore",
					"BoundedSemaphore", "Event", "Barrier" };

static bool is_wrapper(const struct python_type *type)
{
	for (size_t i = 0; type && i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (!strcmp(type->name, wrappers[i]))
			return true;
	return false;
}

static const char *base_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

/*
 * The acquire() of a multiprocessing.Lock is that of its SemLock, so no frame of the wrapper's is
 * there: the name of the wrapper is that of the SemLock.
 */
static bool stands_for(struct python *py, uint64_t value, uint64_t object)
{
	if (value == object)
		return true;
	return python_class(py, object) == CLASS_SEMLOCK && is_wrapper(python_type(py, value)) &&
	       python_attribute(py, value, "_semlock", NULL) == object;
}

/* "Class.attribute" if the owner has the object as an attribute. */
static bool name_in_object(struct python *py, uint64_t owner, uint64_t object, char *ret,
			   size_t size)
{
	struct python_items items = python_attributes(py, owner);
	char key[PYTHON_NAME_LEN];

	for (int i = 0; i < ATTRIBUTES_MOST && python_items_next(py, &items); i++) {
		const struct python_type *type;

		if (!stands_for(py, items.value, object) ||
		    !python_string(py, items.key, key, sizeof(key)))
			continue;
		type = python_type(py, owner);
		memset(ret, 0, size);
		text_append(ret, size, type ? base_of(type->name) : "?");
		text_append(ret, size, ".");
		text_append(ret, size, key);
		return true;
	}
	return false;
}

static bool name_in_dict(struct python *py, uint64_t dict, uint64_t object, char *ret, size_t size)
{
	struct python_items items = python_dict_items(py, dict);

	for (int i = 0; i < GLOBALS_MOST && python_items_next(py, &items); i++)
		if (stands_for(py, items.value, object))
			return python_string(py, items.key, ret, size);
	return false;
}

/* An attribute of one of the global variables that the code mentions. */
static bool name_in_globals(struct python *py, const struct python_frame *frame, uint64_t object,
			    char *ret, size_t size)
{
	uint64_t names = frame->code.names;
	uint64_t count = names ? python_word(py, names + TUPLE_LENGTH) : 0;
	char name[PYTHON_NAME_LEN];

	for (uint64_t i = 0; i < count && i < NAMES_MOST; i++) {
		uint64_t value;

		if (!python_string(py, python_word(py, names + TUPLE_ITEMS + 8 * i), name,
				   sizeof(name)))
			continue;
		value = python_dict_get(py, frame->globals, name, NULL);
		if (value && name_in_object(py, value, object, ret, size))
			return true;
	}
	return false;
}

/* *ret_owner: of an attribute whose class is a wrapper, else 0. */
static bool name_in_frame(struct python *py, const struct python_frame *frame, uint64_t object,
			  char *ret, size_t size, uint64_t *ret_owner)
{
	uint32_t count =
		frame->code.local_count < LOCALS_MOST ? frame->code.local_count : LOCALS_MOST;
	uint64_t first = python_frame_local(py, frame, 0);

	*ret_owner = 0;
	if (first && name_in_object(py, first, object, ret, size)) {
		if (is_wrapper(python_type(py, first)))
			*ret_owner = first;
		return true;
	}
	if (name_in_dict(py, frame->globals, object, ret, size))
		return true;
	for (uint32_t i = 0; i < count; i++)
		if (stands_for(py, python_frame_local(py, frame, i), object) &&
		    python_frame_local_name(py, frame, i, ret, size) && strcmp(ret, "self"))
			return true;
	for (uint32_t i = 1; i < count; i++) {
		uint64_t local = python_frame_local(py, frame, i);

		if (local && name_in_object(py, local, object, ret, size))
			return true;
	}
	if (name_in_globals(py, frame, object, ret, size))
		return true;
	memset(ret, 0, size);
	return false;
}

void python_name(struct python *py, const struct python_frame *from, uint64_t object, char *ret,
		 size_t size)
{
	struct python_frame frame = *from;
	char name[PYTHON_NAME_LEN];
	uint64_t owner;

	memset(ret, 0, size);
	for (int i = 0; i < FRAMES_MOST; i++) {
		for (int w = 0; w < WRAPPINGS_MOST &&
				name_in_frame(py, &frame, object, name, sizeof(name), &owner);
		     w++) {
			memset(ret, 0, size);
			text_append(ret, size, name);
			if (!owner)
				return;
			object = owner;
		}
		if (!python_frame_outward(py, &frame, &frame))
			return;
	}
}
