/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dwarf_getscopes() looks only into what has addresses of its own, which namespaces and
 * types have not (elfutils 0.188, libdw/dwarf_getscopes.c); but that is where rustc and
 * clang put whole functions, gcc only their declarations. So code is looked into first,
 * and the rest if there was none.
 */
#include "probe/scopes.h"

#include <dwarf.h>
#include <stdbool.h>

#define DEPTH_MAX 64
#define DIES_MAX  2000000

struct search {
	uint64_t address;
	Dwarf_Die found;
	unsigned int left; /* a hostile file may lead in circles */
};

static bool is_code(int tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

static bool is_container(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
	       tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
	       tag == DW_TAG_enumeration_type;
}

static bool search_within(struct search *search, Dwarf_Die *parent, unsigned int depth);

static bool search_children(struct search *search, Dwarf_Die *parent, unsigned int depth,
			    bool (*is_wanted)(int tag))
{
	Dwarf_Die child;

	for (int err = dwarf_child(parent, &child); !err && search->left;
	     err = dwarf_siblingof(&child, &child)) {
		search->left--;
		if (!is_wanted(dwarf_tag(&child)))
			continue;

		bool is_here = dwarf_haspc(&child, search->address) > 0;

		if (is_here)
			search->found = child;
		else if (is_wanted == is_code)
			continue;
		if (search_within(search, &child, depth + 1) || is_here)
			return true;
	}
	return false;
}

static bool search_within(struct search *search, Dwarf_Die *parent, unsigned int depth)
{
	return depth < DEPTH_MAX && (search_children(search, parent, depth, is_code) ||
				     search_children(search, parent, depth, is_container));
}

/* From the innermost on by its parents: who called it, where it is inlined. */
int scopes_find(Dwarf_Die *unit, uint64_t address, Dwarf_Die **ret)
{
	struct search search = { .address = address, .left = DIES_MAX };

	*ret = NULL;
	if (!search_within(&search, unit, 0))
		return 0;

	int count = dwarf_getscopes_die(&search.found, ret);

	return count < 0 ? 0 : count;
}
