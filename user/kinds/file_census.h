/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether all who can reach a mapped file's memory were found. */
#ifndef DLTRACE_FILE_CENSUS_H
#define DLTRACE_FILE_CENSUS_H

#include "core/kind.h"

enum file_census {
	FILE_COUNTED,	  /* every reference is explained */
	FILE_NOT_COUNTED, /* there were no numbers, or it has a name by which it may be opened */
	FILE_MISCOUNTED,  /* somebody has it who was not found */
};

/* mappers: the answer to ASK_MAPPERS about the file. */
enum file_census file_census_take(const struct kind_context *context, uint32_t dev, uint64_t inode,
				  const struct answer *mappers);

#endif /* DLTRACE_FILE_CENSUS_H */
