/* SPDX-License-Identifier: BSD-2-Clause */
/* Python objects. Layouts: Include/cpython/unicodeobject.h, Objects/dictobject.c,
 * Include/internal/pycore_dict.h, Include/cpython/longintrepr.h, 3.8 to 3.13. */
#include "python/object.h"

#include <string.h>

#include "python/text.h"

#define BASES_MOST    8
#define MANAGED_DICT  (1ull << 4) /* Py_TPFLAGS_MANAGED_DICT, Include/object.h */
#define STRING_MOST   1024	  /* characters that are looked at */
#define STATE_KIND(s) ((s) >> 2 & 7)
#define STATE_COMPACT (1u << 5)
#define STATE_ASCII   (1u << 6)

static const struct {
	const char *name;
	enum python_class kind;
} classes[] = {
	{ "_thread.lock", CLASS_LOCK },
	{ "_thread.RLock", CLASS_RLOCK },
	{ "builtin_function_or_method", CLASS_BUILTIN },
	{ "method", CLASS_METHOD },
	{ "code", CLASS_CODE },
	{ "str", CLASS_STRING },
	{ "int", CLASS_INT },
	{ "dict", CLASS_DICT },
	{ "generator", CLASS_GENERATOR },
	{ "coroutine", CLASS_COROUTINE },
	{ "module", CLASS_MODULE },
	{ "Condition", CLASS_CONDITION },
	{ "_GeneratorContextManager", CLASS_CONTEXT_MANAGER },
	{ "_AsyncGeneratorContextManager", CLASS_CONTEXT_MANAGER },
	{ "_thread._ThreadHandle", CLASS_THREAD_HANDLE },
	{ "_multiprocessing.SemLock", CLASS_SEMLOCK },
	{ "cell", CLASS_CELL },
	{ "list", CLASS_LIST },
	{ "tuple", CLASS_TUPLE },
	{ "collections.defaultdict", CLASS_DICT },
	{ "collections.OrderedDict", CLASS_DICT },
	{ "set", CLASS_SET },
	{ "weakref", CLASS_WEAK_REFERENCE },
	{ "weakref.ReferenceType", CLASS_WEAK_REFERENCE },
	{ "async_generator", CLASS_ASYNC_GENERATOR },
	{ "async_generator_asend", CLASS_ASEND },
	{ "coroutine_wrapper", CLASS_COROUTINE_WRAPPER },
	{ "_asyncio.Task", CLASS_TASK },
};

static bool type_read(struct python *py, uint64_t address, struct python_type *ret)
{
	struct python_type type = { .address = address, .kind = CLASS_OTHER };
	uint64_t name = python_word(py, address + TYPE_NAME);

	if (!name || address % 8)
		return false;
	for (size_t i = 0; i + 1 < sizeof(type.name); i++) {
		type.name[i] = (char)python_byte(py, name + i);
		if (!type.name[i])
			break;
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (!strcmp(type.name, classes[i].name))
			type.kind = classes[i].kind;
	*ret = type;
	return true;
}

const struct python_type *python_type(struct python *py, uint64_t object)
{
	uint64_t address = object && object % 8 == 0 ? python_word(py, object + OBJECT_TYPE) : 0;
	struct python_type *type = &py->types[address / 16 % PYTHON_TYPES];

	if (!address)
		return NULL;
	if (type->address != address && !type_read(py, address, type))
		return NULL;
	return type;
}

enum python_class python_class(struct python *py, uint64_t object)
{
	const struct python_type *type = python_type(py, object);

	return type ? type->kind : CLASS_OTHER;
}

bool python_is_a(struct python *py, uint64_t object, enum python_class kind)
{
	const struct python_type *known = python_type(py, object);
	struct python_type type = known ? *known : (struct python_type){ 0 };

	for (int i = 0; known && type.kind != kind; i++) {
		uint64_t base = python_word(py, type.address + TYPE_BASE);

		if (i == BASES_MOST || !base || !type_read(py, base, &type))
			return false;
	}
	return known;
}

/* Where the characters are, how many, and how wide; false if it is no string in one piece. */
static bool string_find(struct python *py, uint64_t object, uint64_t *ret_data,
			uint64_t *ret_length, uint32_t *ret_width)
{
	struct {
		uint64_t length, hash;
		uint32_t state, padding;
	} head;

	if (python_class(py, object) != CLASS_STRING ||
	    python_read(py, object + OBJECT_HEAD, &head, sizeof(head)) ||
	    !(head.state & STATE_COMPACT))
		return false;
	*ret_width = STATE_KIND(head.state);
	if (*ret_width != 1 && *ret_width != 2 && *ret_width != 4)
		return false;
	*ret_data = object + (head.state & STATE_ASCII ? py->layout->string_ascii
						       : py->layout->string_compact);
	*ret_length = head.length;
	return true;
}

bool python_string(struct python *py, uint64_t object, char *ret, size_t size)
{
	unsigned char bytes[STRING_MOST * 4];
	uint64_t data, length;
	uint32_t width;

	if (!string_find(py, object, &data, &length, &width))
		return false;
	if (length > STRING_MOST)
		length = STRING_MOST;
	if (length > size)
		length = size;
	if (python_read(py, data, bytes, length * width))
		return false;
	text_from_wide(bytes, length, width, ret, size);
	return true;
}

bool python_string_is(struct python *py, uint64_t object, const char *text)
{
	char bytes[PYTHON_NAME_LEN];
	uint64_t data, length, wanted = strlen(text);
	uint32_t width;

	return string_find(py, object, &data, &length, &width) && width == 1 && length == wanted &&
	       wanted <= sizeof(bytes) && !python_read(py, data, bytes, wanted) &&
	       !memcmp(bytes, text, wanted);
}

/* Digits of 30 bits; how many, and the sign, are in the word before them, since 3.12 shifted. */
bool python_number(struct python *py, uint64_t object, uint64_t *ret)
{
	struct {
		uint64_t size;
		uint32_t digits[INT_DIGITS_MOST];
	} number;
	uint64_t value = 0;

	if (python_class(py, object) != CLASS_INT ||
	    python_read(py, object + OBJECT_HEAD, &number, sizeof(number.size)))
		return false;
	if (py->layout->version >= PYTHON_VERSION(3, 12)) {
		if (number.size & 3) /* 1: zero, 2: negative */
			return number.size & 2 ? false : (*ret = 0, true);
		number.size >>= 3;
	}
	if (number.size > INT_DIGITS_MOST ||
	    python_read(py, object + OBJECT_HEAD + sizeof(number.size), number.digits,
			number.size * sizeof(number.digits[0])))
		return false;
	for (uint64_t i = number.size; i; i--)
		value = value << 30 | (number.digits[i - 1] & 0x3fffffff);
	*ret = value;
	return true;
}

bool python_builtin_is(struct python *py, uint64_t object, const char *name)
{
	char text[PYTHON_NAME_LEN];
	size_t size = strlen(name) + 1;
	uint64_t at = python_word(py, python_word(py, object + BUILTIN_DEF));

	return size <= sizeof(text) && at && !python_read(py, at, text, size) &&
	       !memcmp(text, name, size);
}

/* The table of keys; values are with them unless the caller says where else. */
static struct python_items keys_items(struct python *py, uint64_t keys)
{
	const struct python_layout *layout = py->layout;
	struct python_items items = { .entry_size = 24 };
	uint64_t count = python_word(py, keys + layout->keys_count);
	uint64_t indices;

	if (!keys || count > PYTHON_ITEMS_MOST)
		return items;
	if (layout->version >= PYTHON_VERSION(3, 11)) {
		uint8_t bits = python_byte(py, keys + 9); /* dk_log2_index_bytes */

		if (bits > 40)
			return items;
		indices = 1ull << bits;
		if (python_byte(py, keys + 10)) /* dk_kind: all keys are strings, without hashes */
			items.entry_size = 16;
	} else {
		uint64_t size = python_word(py, keys + 8); /* dk_size */

		if (size > 1ull << 40)
			return items;
		indices = size * (size <= 0xff	       ? 1
				  : size <= 0xffff     ? 2
				  : size <= 0xffffffff ? 4
						       : 8);
	}
	items.entries = keys + layout->keys_indices + indices;
	items.count = (uint32_t)count;
	return items;
}

struct python_items python_dict_items(struct python *py, uint64_t dict)
{
	struct python_items items = { 0 };
	uint64_t values;

	if (python_class(py, dict) != CLASS_DICT)
		return items;
	items = keys_items(py, python_word(py, dict + DICT_KEYS));
	values = python_word(py, dict + DICT_VALUES);
	if (values) /* since 3.13 behind four bytes that say how many */
		items.values = values + (py->layout->attributes == ATTRIBUTES_INLINE ? 8 : 0);
	return items;
}

/* Values whose keys are kept with the type. */
static struct python_items shared_items(struct python *py, uint64_t type, uint64_t values)
{
	struct python_items items =
		keys_items(py, python_word(py, type + py->layout->type_cached_keys));

	items.values = values;
	return items;
}

static struct python_items managed_attributes(struct python *py, uint64_t object, uint64_t type)
{
	uint64_t dict = python_word(py, object - 24);

	switch (py->layout->attributes) {
	case ATTRIBUTES_BEFORE:
		if (!dict)
			return shared_items(py, type, python_word(py, object - 32));
		break;
	case ATTRIBUTES_TAGGED:
		if (dict & 1)
			return shared_items(py, type, dict + 1);
		break;
	case ATTRIBUTES_INLINE:
		if (!dict)
			return shared_items(py, type,
					    object + python_word(py, type + TYPE_BASICSIZE) + 8);
		break;
	}
	return python_dict_items(py, dict);
}

struct python_items python_attributes(struct python *py, uint64_t object)
{
	const struct python_type *known = python_type(py, object);
	uint64_t type = known ? known->address : 0;
	uint64_t offset = type ? python_word(py, type + TYPE_DICTOFFSET) : 0;

	if (!type)
		return (struct python_items){ 0 };
	if (py->layout->attributes != ATTRIBUTES_DICT &&
	    python_word(py, type + TYPE_FLAGS) & MANAGED_DICT)
		return managed_attributes(py, object, type);
	if (!offset || offset > PYTHON_PAGE_SIZE)
		return (struct python_items){ 0 };
	return python_dict_items(py, python_word(py, object + offset));
}

bool python_items_next(struct python *py, struct python_items *items)
{
	while (items->index < items->count && py->reads_left) {
		uint64_t at = items->entries + (uint64_t)items->index * items->entry_size;
		uint64_t key_at = at + items->entry_size - 16;

		items->slot = items->values ? items->values + (uint64_t)items->index * 8
					    : at + items->entry_size - 8;
		items->index++;
		items->key = python_word(py, key_at);
		items->value = python_word(py, items->slot);
		if (items->key && items->value)
			return true;
	}
	return false;
}

static uint64_t items_get(struct python *py, struct python_items items, const char *key,
			  uint64_t *ret_slot)
{
	while (python_items_next(py, &items)) {
		if (!python_string_is(py, items.key, key))
			continue;
		if (ret_slot)
			*ret_slot = items.slot;
		return items.value;
	}
	return 0;
}

uint64_t python_dict_get(struct python *py, uint64_t dict, const char *key, uint64_t *ret_slot)
{
	return items_get(py, python_dict_items(py, dict), key, ret_slot);
}

uint64_t python_attribute(struct python *py, uint64_t object, const char *name, uint64_t *ret_slot)
{
	return items_get(py, python_attributes(py, object), name, ret_slot);
}

uint64_t python_module(struct python *py, const char *name)
{
	uint64_t head = py->interpreter.runtime + py->layout->runtime_interpreters;
	uint64_t modules = python_word(py, python_word(py, head) + py->layout->interpreter_modules);
	uint64_t module = python_dict_get(py, modules, name, NULL);

	return python_class(py, module) == CLASS_MODULE ? python_word(py, module + MODULE_DICT) : 0;
}
