/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a page shows: all that stands at one moment, and what has gone. For the
 * forms that are written whole (DOT, HTML), not line by line.
 */
#ifndef DLTRACE_PAGE_H
#define DLTRACE_PAGE_H

#include <stddef.h>

#include "report/report.h"

/* A deadlock that stood once. */
struct page_gone {
	uint64_t id;
	uint64_t after_ns;
	uint64_t wall_ns; /* when it was seen to be gone */
	uint8_t verdict;
	char *sentence; /* printable, owned */
};

/* Kept from look to look. */
struct page {
	struct page_gone *gone; /* the last ones, oldest first */
	size_t gone_count;
	struct chain *chains; /* the last one of each waiter */
	size_t chain_count;
	struct moment now; /* the last look */
};

/* Takes in what one look brought. True if the page is another now; -ENOMEM. */
int page_update(struct page *page, const struct findings *findings, const struct moment *now);
void page_deinit(struct page *page);

#endif /* DLTRACE_PAGE_H */
