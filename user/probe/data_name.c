/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There is no index of variables by address, so units are searched from the first
 * on, up to a limit: what a large program keeps behind it has a symbol and an offset.
 * The way down into a type ends where the implementation of the lock begins, whose
 * members have reserved names.
 */
#include "probe/data_name.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/image.h"

#define DIES_MAX       200000
#define DEPTH_MAX      8  /* of scopes within each other */
#define TYPES_MAX      32 /* on the way from a variable to its part */
#define DIMENSIONS_MAX 4

struct search {
	uint64_t address; /* in the file */
	unsigned int left;
	Dwarf_Die found;
};

static bool die_is_at(Dwarf_Die *die, uint64_t address)
{
	Dwarf_Attribute attribute;
	Dwarf_Op *ops;
	size_t count;

	return dwarf_attr(die, DW_AT_location, &attribute) &&
	       !dwarf_getlocation(&attribute, &ops, &count) && count == 1 &&
	       ops[0].atom == DW_OP_addr && ops[0].number == address;
}

static bool is_scope(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
	       tag == DW_TAG_module;
}

/* Recursion is bounded by depth. */
static bool scope_search(struct search *search, Dwarf_Die *scope, int depth)
{
	Dwarf_Die die;

	if (dwarf_child(scope, &die))
		return false;
	do {
		int tag = dwarf_tag(&die);

		if (!search->left || !--search->left)
			return false;
		if (tag == DW_TAG_variable && die_is_at(&die, search->address)) {
			search->found = die;
			return true;
		}
		if (is_scope(tag) && depth < DEPTH_MAX && scope_search(search, &die, depth + 1))
			return true;
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

static bool variable_find(struct image *image, uint64_t address, Dwarf_Die *ret)
{
	struct search search = { .left = DIES_MAX };
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias;

	while (search.left && (unit = dwfl_module_nextcu(image->module, unit, &bias))) {
		search.address = address - bias;
		if (scope_search(&search, unit, 0)) {
			*ret = search.found;
			return true;
		}
	}
	return false;
}

struct path {
	char *text;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void path_add(struct path *path, const char *format,
							   ...)
{
	va_list args;

	va_start(args, format);

	int length = vsnprintf(path->text + path->length, path->size - path->length, format, args);

	va_end(args);
	if (length > 0 && (size_t)length < path->size - path->length)
		path->length += (size_t)length;
	else
		path->text[path->length] = '\0'; /* what does not fit whole is left out */
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), ret) &&
	       !dwarf_peel_type(ret, ret);
}

static uint64_t type_size(Dwarf_Die *type)
{
	Dwarf_Word size;

	return dwarf_aggregate_size(type, &size) ? 0 : size;
}

static uint64_t dimension_count(Dwarf_Die *range)
{
	Dwarf_Attribute attribute;
	Dwarf_Word count;

	if (!dwarf_formudata(dwarf_attr(range, DW_AT_count, &attribute), &count))
		return count;
	return dwarf_formudata(dwarf_attr(range, DW_AT_upper_bound, &attribute), &count)
		       ? 0
		       : count + 1;
}

/* Into the element; the dimensions of an array are the children of its type. */
static bool step_array(struct path *path, Dwarf_Die *type, uint64_t *offset)
{
	uint64_t counts[DIMENSIONS_MAX], index, elements = 1;
	unsigned int dimensions = 0;
	Dwarf_Die element, range;

	if (!type_of(type, &element) || !type_size(&element) || dwarf_child(type, &range))
		return false;
	do {
		if (dwarf_tag(&range) == DW_TAG_subrange_type && dimensions < DIMENSIONS_MAX)
			counts[dimensions++] = dimension_count(&range);
	} while (!dwarf_siblingof(&range, &range));
	index = *offset / type_size(&element);
	*offset %= type_size(&element);
	for (unsigned int i = 1; i < dimensions; i++)
		elements *= counts[i] ? counts[i] : 1;
	for (unsigned int i = 0; i < dimensions; i++) {
		path_add(path, "[%" PRIu64 "]", index / elements);
		index %= elements;
		if (i + 1 < dimensions)
			elements /= counts[i + 1] ? counts[i + 1] : 1;
	}
	*type = element;
	return true;
}

static uint64_t member_offset(Dwarf_Die *member)
{
	Dwarf_Attribute attribute;
	Dwarf_Word offset;

	/* in a union there is none */
	return dwarf_formudata(dwarf_attr(member, DW_AT_data_member_location, &attribute), &offset)
		       ? 0
		       : offset;
}

/* Into the member that holds the offset; false: there is none that its author named. */
static bool step_struct(struct path *path, Dwarf_Die *type, uint64_t *offset)
{
	Dwarf_Die member;

	if (dwarf_child(type, &member))
		return false;
	do {
		int tag = dwarf_tag(&member);
		uint64_t start = member_offset(&member);
		const char *name = dwarf_diename(&member);
		Dwarf_Die inner;

		if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || start > *offset ||
		    !type_of(&member, &inner) || *offset - start >= type_size(&inner))
			continue;
		if (name && *name == '_')
			return false;
		if (name)
			path_add(path, ".%s", name);
		*offset -= start;
		*type = inner;
		return true;
	} while (!dwarf_siblingof(&member, &member));
	return false;
}

static bool step(struct path *path, Dwarf_Die *type, uint64_t *offset)
{
	switch (dwarf_tag(type)) {
	case DW_TAG_array_type:
		return step_array(path, type, offset);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		return step_struct(path, type, offset);
	default:
		return false;
	}
}

bool data_name(struct image *image, uint64_t start, uint64_t offset, char *ret, size_t size)
{
	struct path path = { ret, size, strlen(ret) };
	Dwarf_Attribute attribute;
	Dwarf_Die variable, type;
	const char *name;

	if (!variable_find(image, start, &variable) || !type_of(&variable, &type))
		return false;
	name = dwarf_formstring(dwarf_attr_integrate(&variable, DW_AT_name, &attribute));
	if (name && strchr(ret, '.') && strlen(name) < size) {
		memset(ret, 0, size);
		path.length = strlen(strcpy(ret, name));
	}
	for (int i = 0; i < TYPES_MAX && step(&path, &type, &offset); i++)
		;
	return true;
}
