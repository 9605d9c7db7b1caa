/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/names.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/own_frame.h"
#include "probe/data_name.h"
#include "probe/demangle.h"
#include "probe/image.h"
#include "probe/scopes.h"

/* How far behind a symbol without a size, as assembly code has them, something may be its own. */
#define SIZELESS_MAX 64
#define UNITS_MAX    20000

/* The end of a path tells most. */
static void copy_path(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	name_copy(to, size, length < size ? from : from + length - (size - 1));
}

/*
 * Of a function that the compiler has split or changed ("work.part.0") the one in the source, and
 * not glibc's name for calls from within (include/libc-symbols.h).
 */
static void copy_function(char *to, size_t size, const char *from)
{
	static const char *const suffixes[] = { ".cold", ".part.", ".isra.", ".constprop.", "@" };

	name_copy(to, size, strncmp(from, "__GI_", 5) ? from : from + 5);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		char *end = strstr(to + 1, suffixes[i]);

		if (end)
			memset(end, 0, size - (size_t)(end - to));
	}
}

/* Compilers without .debug_aranges (clang) leave no index: then the units are asked in turn. */
static Dwarf_Die *unit_find(struct image *image, uint64_t address, Dwarf_Addr *ret_bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(image->module, address, ret_bias);
	int left = UNITS_MAX;

	while (!unit && left) {
		while ((unit = dwfl_module_nextcu(image->module, unit, ret_bias)) && --left)
			if (dwarf_haspc(unit, address - *ret_bias) > 0)
				return unit;
		break;
	}
	return unit;
}

static void name_die(Dwarf_Die *die, char *ret, size_t size)
{
	static const unsigned int attributes[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name,
						   DW_AT_name };

	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		Dwarf_Attribute attribute;
		const char *name =
			dwarf_formstring(dwarf_attr_integrate(die, attributes[i], &attribute));

		if (name && *name) {
			return demangle(name, ret, size);
		}
	}
}

/* Where code was that was inlined. */
static void line_of_call(Dwarf_Die *unit, Dwarf_Die *inlined, struct stack_frame *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file = 0, line = 0;
	Dwarf_Files *files;

	dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line);
	ret->line = (uint32_t)line;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) ||
	    dwarf_getsrcfiles(unit, &files, NULL))
		return;

	const char *path = dwarf_filesrc(files, file, NULL, NULL);

	if (path)
		copy_path(ret->file, sizeof(ret->file), path);
}

static void line_of_address(Dwarf_Die *unit, uint64_t address, struct stack_frame *ret)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	const char *path = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int number;

	if (!path || dwarf_lineno(line, &number) || number <= 0)
		return;
	copy_path(ret->file, sizeof(ret->file), path);
	ret->line = (uint32_t)number;
}

/*
 * Each inlined call names a function, and says where that was called from in the next. The first
 * line is the address's own.
 */
static uint32_t frames_of_scopes(Dwarf_Die *unit, uint64_t address, struct stack_frame *frames,
				 uint32_t max)
{
	_cleanup_free_ Dwarf_Die *scopes = NULL;
	int count = scopes_find(unit, address, &scopes);
	uint32_t used = 0;

	line_of_address(unit, address, &frames[0]);
	for (int i = 0; i < count; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
			continue;
		name_die(&scopes[i], frames[used].function, sizeof(frames[used].function));
		if (tag == DW_TAG_subprogram || used + 1 == max)
			break;
		frames[used++].flags |= FRAME_INLINED;
		line_of_call(unit, &scopes[i], &frames[used]);
	}
	return used + 1;
}

int names_symbol(struct image *image, uint64_t address, struct symbol *ret)
{
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name =
		dwfl_module_addrinfo(image->module, address, &offset, &symbol, NULL, NULL, NULL);

	if (!name || !*name || (!symbol.st_size && offset >= SIZELESS_MAX) ||
	    (symbol.st_size && offset >= symbol.st_size))
		return -ENOENT;
	*ret = (struct symbol){ .address = address - offset, .size = symbol.st_size };
	demangle(name, ret->name, sizeof(ret->name));
	memcpy(ret->module, image->name, sizeof(ret->module));
	/* a part that has a name of its own begins, for all that is known, where it was asked for
	 */
	if (GELF_ST_TYPE(symbol.st_info) == STT_OBJECT &&
	    data_name(image, address - offset, offset, ret->name, sizeof(ret->name)))
		ret->address = address;
	return 0;
}

uint32_t names_of_code(struct image *image, uint64_t address, struct stack_frame *frames,
		       uint32_t max)
{
	Dwarf_Addr bias = 0;
	/* where in the C library a wait ends is of no use, and its lines take long to unpack */
	Dwarf_Die *unit =
		module_is_machinery(image->name) ? NULL : unit_find(image, address, &bias);
	uint32_t count = unit ? frames_of_scopes(unit, address - bias, frames, max) : 1;
	struct stack_frame *outermost = &frames[count - 1];
	struct symbol symbol;

	/* the name that others call it by, before the one that its unit has for it */
	if (!names_symbol(image, address, &symbol))
		copy_function(outermost->function, sizeof(outermost->function), symbol.name);
	for (uint32_t i = 0; i < count; i++)
		memcpy(frames[i].module, image->name, sizeof(frames[i].module));
	return count;
}
