/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock is mostly waited for in code that knows it by a name of its own
 * (Condition.__enter__ calls it self._lock), inside code that knows what that
 * belongs to (Queue.put calls the condition self.not_full), inside the program's
 * (jobs.put). What one wants to read is the attribute and its class, or the
 * variable, of the innermost code that is no mere wrapper: so names are looked
 * for from the inside out, and while the owner of an attribute is a wrapper, the
 * owner is looked for in turn. A variable or attribute may also be a list or
 * dictionary that the object is in: locks[3], Shop.locks['till'].
 */
#include "python/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "python/object.h"
#include "python/text.h"

#define FRAMES_MOST	6
#define LOCALS_MOST	64
#define ATTRIBUTES_MOST 128
#define GLOBALS_MOST	4096
#define NAMES_MOST	64
#define WRAPPINGS_MOST	4
#define ELEMENTS_MOST	512 /* of all lists and dictionaries that are searched for one name */

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

/* "[3]" if the list or tuple has the object there. */
static bool element_in_list(struct python *py, uint64_t list, uint64_t object, uint32_t *left,
			    char *ret, size_t size)
{
	uint64_t length = python_word(py, list + LIST_LENGTH);
	uint64_t items = python_class(py, list) == CLASS_TUPLE ? list + TUPLE_ITEMS
							       : python_word(py, list + LIST_ITEMS);

	for (uint64_t i = 0; i < length && *left; i++, --*left) {
		if (!stands_for(py, python_word(py, items + 8 * i), object))
			continue;
		snprintf(ret, size, "[%" PRIu64 "]", i);
		return true;
	}
	return false;
}

/* "['key']" or "[7]" if the dictionary has the object as a value. */
static bool element_in_dict(struct python *py, uint64_t dict, uint64_t object, uint32_t *left,
			    char *ret, size_t size)
{
	struct python_items items = python_dict_items(py, dict);
	char key[PYTHON_NAME_LEN - sizeof("['']") + 1];
	uint64_t number;

	for (; *left && python_items_next(py, &items); --*left) {
		if (!stands_for(py, items.value, object))
			continue;
		if (python_string(py, items.key, key, sizeof(key)))
			snprintf(ret, size, "['%s']", key);
		else if (python_number(py, items.key, &number))
			snprintf(ret, size, "[%" PRIu64 "]", number);
		else
			snprintf(ret, size, "[...]");
		return true;
	}
	return false;
}

/* True if the value is the object, and ret is empty then, or has it among its elements. */
static bool is_or_has(struct python *py, uint64_t value, uint64_t object, uint32_t *left, char *ret,
		      size_t size)
{
	ret[0] = '\0';
	if (stands_for(py, value, object))
		return true;
	switch (python_class(py, value)) {
	case CLASS_LIST:
	case CLASS_TUPLE:
		return element_in_list(py, value, object, left, ret, size);
	case CLASS_DICT:
		return element_in_dict(py, value, object, left, ret, size);
	default:
		return false;
	}
}

/* "Class.attribute" if the owner has the object as an attribute, or in one. */
static bool name_in_object(struct python *py, uint64_t owner, uint64_t object, uint32_t *left,
			   char *ret, size_t size)
{
	struct python_items items = python_attributes(py, owner);
	char key[PYTHON_NAME_LEN], element[PYTHON_NAME_LEN];

	for (int i = 0; i < ATTRIBUTES_MOST && python_items_next(py, &items); i++) {
		const struct python_type *type;

		if (!is_or_has(py, items.value, object, left, element, sizeof(element)) ||
		    !python_string(py, items.key, key, sizeof(key)))
			continue;
		type = python_type(py, owner);
		memset(ret, 0, size);
		text_append(ret, size, type ? base_of(type->name) : "?");
		text_append(ret, size, ".");
		text_append(ret, size, key);
		text_append(ret, size, element);
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

/* In one of the global variables that the code mentions, or in an attribute of one. */
static bool name_in_globals(struct python *py, const struct python_frame *frame, uint64_t object,
			    uint32_t *left, char *ret, size_t size)
{
	uint64_t names = frame->code.names;
	uint64_t count = names ? python_word(py, names + TUPLE_LENGTH) : 0;
	char name[PYTHON_NAME_LEN], element[PYTHON_NAME_LEN];

	for (uint64_t i = 0; i < count && i < NAMES_MOST; i++) {
		uint64_t value;

		if (!python_string(py, python_word(py, names + TUPLE_ITEMS + 8 * i), name,
				   sizeof(name)))
			continue;
		value = python_dict_get(py, frame->globals, name, NULL);
		if (!value)
			continue;
		if (is_or_has(py, value, object, left, element, sizeof(element))) {
			memset(ret, 0, size);
			text_append(ret, size, name);
			text_append(ret, size, element);
			return true;
		}
		if (name_in_object(py, value, object, left, ret, size))
			return true;
	}
	return false;
}

/* *ret_owner: of an attribute whose class is a wrapper, else 0. */
static bool name_in_frame(struct python *py, const struct python_frame *frame, uint64_t object,
			  uint32_t *left, char *ret, size_t size, uint64_t *ret_owner)
{
	char element[PYTHON_NAME_LEN];
	uint32_t count =
		frame->code.local_count < LOCALS_MOST ? frame->code.local_count : LOCALS_MOST;
	uint64_t first = python_frame_local(py, frame, 0);

	*ret_owner = 0;
	if (first && name_in_object(py, first, object, left, ret, size)) {
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
	for (uint32_t i = 0; i < count; i++) {
		uint64_t local = python_frame_local(py, frame, i);

		if (!local)
			continue;
		if (is_or_has(py, local, object, left, element, sizeof(element)) && element[0] &&
		    python_frame_local_name(py, frame, i, ret, size)) {
			text_append(ret, size, element);
			return true;
		}
		if (i && name_in_object(py, local, object, left, ret, size))
			return true;
	}
	if (name_in_globals(py, frame, object, left, ret, size))
		return true;
	memset(ret, 0, size);
	return false;
}

/*
 * Looks in one frame. True if the name is found; else *object may have become what it is part of,
 * and ret its name so far.
 */
static bool name_step(struct python *py, const struct python_frame *frame, uint64_t *object,
		      uint32_t *left, char *ret, size_t size)
{
	char name[PYTHON_NAME_LEN];
	uint64_t owner;

	for (int i = 0; i < WRAPPINGS_MOST; i++) {
		if (!name_in_frame(py, frame, *object, left, name, sizeof(name), &owner))
			return false;
		memset(ret, 0, size);
		text_append(ret, size, name);
		if (!owner)
			return true;
		*object = owner;
	}
	return false;
}

void python_name(struct python *py, const struct python_frame *from, uint64_t object, char *ret,
		 size_t size)
{
	struct python_frame frame = *from;
	uint32_t left = ELEMENTS_MOST;

	memset(ret, 0, size);
	for (int i = 0; i < FRAMES_MOST; i++)
		if (name_step(py, &frame, &object, &left, ret, size) ||
		    !python_frame_outward(py, &frame, &frame))
			return;
}

void python_name_in(struct python *py, const struct python_frame *frames, uint32_t count,
		    uint64_t object, char *ret, size_t size)
{
	uint32_t left = ELEMENTS_MOST;

	memset(ret, 0, size);
	for (uint32_t i = 0; i < FRAMES_MOST && i < count; i++)
		if (name_step(py, &frames[i], &object, &left, ret, size))
			return;
}
