/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All sockets of the system that somebody has a descriptor of, from one pass a look.
 */
#ifndef DLTRACE_SOCKETS_H
#define DLTRACE_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/event.h"

struct worker;
struct exchange;

/* All zero: no pass yet. */
struct sockets {
	bool read;
	int error;
	struct socket_state *items; /* by inode, each once */
	size_t count;
};

void sockets_deinit(struct sockets *sockets);

#endif /* DLTRACE_SOCKETS_H */
