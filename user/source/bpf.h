/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel side as a source of facts: loads the programs of bpf/, takes looks,
 * and hands on live events. Nothing is pinned: when the process ends, however it
 * ends, the kernel takes all of it down.
 */
#ifndef DLTRACE_SOURCE_BPF_H
#define DLTRACE_SOURCE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct bpf_source;
struct look;

enum bpf_attach { BPF_ATTACH_NONE, BPF_ATTACH_SLEEP };

struct bpf_source_options {
	enum bpf_attach attach;
	uint64_t threshold_ns; /* an event is sent for a wait that has lasted this long */
	size_t ringbuf_bytes;  /* rounded up to what the kernel takes; 0: enough for 30,000 tasks */
	bool verbose;	       /* let libbpf say on standard error what it does */
};

/* Enough for one line that says what is missing. */
#define BPF_WHY_LEN 256

/* 0 or -errno, and then why is one line that names what is missing. Ended by bpf_source_close(). */
int bpf_source_open(const struct bpf_source_options *options, struct bpf_source **ret, char *why,
		    size_t why_size);
void bpf_source_close(struct bpf_source *source);

/*
 * One pass over all tasks of the system. The caller ends *ret with look_deinit().
 * -ENOMEM, or the error of the pass: a look that was cut short is none.
 */
int bpf_source_look(struct bpf_source *source, struct look *ret);

/*
 * Links of the iterators over open files (struct open_file) and shared mappings
 * of files (struct mapping); each bpf_iter_create() on one is a pass. Owned by
 * the source.
 */
int bpf_source_files_link(const struct bpf_source *source);
int bpf_source_maps_link(const struct bpf_source *source);

/* Readable when events wait; -1 with BPF_ATTACH_NONE. */
int bpf_source_events_fd(const struct bpf_source *source);

typedef void (*event_handler)(const struct event *event, void *context);

/* Hands over all events there are: their number, or -errno. An event is valid during the call. */
int bpf_source_poll(struct bpf_source *source, event_handler handle, void *context);

/* Events that did not fit into the buffer since the start, by enum event_type. 0 or -errno. */
int bpf_source_lost(const struct bpf_source *source, uint64_t ret_lost[EVENT_TYPES]);

/*
 * Whether the kernel takes program number `index` (from 0): 0, or -errno and why.
 * -ENOENT past the last one. *ret_name is a copy of size name_size.
 */
int bpf_source_try(unsigned int index, char *ret_name, size_t name_size, char *why,
		   size_t why_size);

#endif /* DLTRACE_SOURCE_BPF_H */
