/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/id_dir.h"

#include <ctype.h>
#include <stdlib.h>

uint32_t dir_next_id(DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			return (uint32_t)strtoul(entry->d_name, NULL, 10);
	return 0;
}
