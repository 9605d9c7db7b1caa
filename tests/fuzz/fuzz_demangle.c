/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary bytes as names of functions: bounded, ended, zero behind, and never
 * longer than what there is room for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/stack.h"
#include "probe/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *mangled, size_t room)
{
	char name[FRAME_NAME_LEN];

	memset(name, 'x', sizeof(name));
	demangle(mangled, name, room);

	size_t length = strnlen(name, room);

	if (length == room)
		abort();
	for (size_t i = length; i < room; i++)
		if (name[i])
			abort();
	for (size_t i = room; i < sizeof(name); i++)
		if (name[i] != 'x')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *mangled = calloc(1, size + 3);

	if (!mangled)
		abort();
	memcpy(mangled, data, size);
	check(mangled, FRAME_NAME_LEN);
	check(mangled, 8);
	/* most of the input is not what Rust's names begin with */
	memcpy(mangled, "_R", 2);
	memcpy(mangled + 2, data, size);
	check(mangled, FRAME_NAME_LEN);
	free(mangled);
	return 0;
}
