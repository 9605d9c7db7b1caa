/* SPDX-License-Identifier: BSD-2-Clause */
/* Everybody who shares an open file description. */
#ifndef DLTRACE_DESCRIPTION_H
#define DLTRACE_DESCRIPTION_H

#include "core/kind.h"

/*
 * The processes that have a descriptor of that description of the file, or a mapping made through
 * it, counted against its references. Made once a look; asks at COST_TABLE. 0 or -errno.
 */
int description_group(const struct kind_context *context, uint32_t dev, uint64_t inode,
		      uint64_t description, uint32_t *ret_group);

#endif /* DLTRACE_DESCRIPTION_H */
