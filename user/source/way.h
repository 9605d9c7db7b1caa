/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways to follow waits live, the best first. Which of them a kernel allows is
 * found out by loading its programs, never from a version number.
 */
#ifndef DLTRACE_WAY_H
#define DLTRACE_WAY_H

#include <stdbool.h>

#include "source/bpf.h"

struct bpf_object;

struct way {
	enum bpf_attach attach;
	const char *label;
	const char *prefix; /* of the names of its programs */
	const char *probe;  /* the one that tells best why the kernel refuses the way */
	bool sops;	    /* the operations of a semop are read: lockdown may refuse that */
};

/* Ends with a NULL label. The last way is to follow none, which needs no program. */
extern const struct way ways[];

/* Whether `wanted`, which may be BPF_ATTACH_AUTO, allows the way. */
bool way_allowed(const struct way *way, enum bpf_attach wanted);
/* Before loading: its programs, those that all ways need, and nothing else. */
void way_choose(const struct way *way, bool uprobes, struct bpf_object *object);

#endif /* DLTRACE_WAY_H */
