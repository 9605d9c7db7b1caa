/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strongly connected components of the blame graph.
 */
#ifndef DLTRACE_COMPONENTS_H
#define DLTRACE_COMPONENTS_H

#include "core/blame.h"

#define NO_COMPONENT UINT32_MAX

struct components {
	uint32_t *of;	/* component of each node, NO_COMPONENT if it is not stuck */
	uint32_t count; /* numbered so that blame leads from higher to lower numbers */
};

enum components_of {
	COMPONENTS_OF_BLAME,  /* over all that is blamed */
	COMPONENTS_OF_STRONG, /* over blame by strong relations alone */
};

/* 0 or -ENOMEM. */
int components_init(struct components *components, const struct blame *blame,
		    enum components_of what);
void components_deinit(struct components *components);

#endif /* DLTRACE_COMPONENTS_H */
