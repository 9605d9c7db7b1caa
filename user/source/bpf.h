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
struct probe;

/* Enough for one line that says what is missing. */
#define BPF_WHY_LEN 256

/* AUTO: the first of sleep, syscall and none that the kernel takes. */
enum bpf_attach { BPF_ATTACH_NONE, BPF_ATTACH_SLEEP, BPF_ATTACH_SYSCALL, BPF_ATTACH_AUTO };

struct bpf_source_options {
	enum bpf_attach attach;
	uint64_t threshold_ns; /* an event is sent for a wait that has lasted this long */
	size_t ringbuf_bytes;  /* rounded up to what the kernel takes; 0: enough for 30,000 tasks */
	bool scoped;	/* sum only the waits of bpf_source_scope() and of their descendants */
	bool ownership; /* EVENT_FORK, EVENT_EXEC and, where calls are followed, EVENT_SEMOP */
	bool uprobes;	/* for bpf_source_uprobes() */
	bool verbose;	/* let libbpf say on standard error what it does */
};

/* 0 or -errno, and then why is one line that names what is missing. Ended by bpf_source_close(). */
int bpf_source_open(const struct bpf_source_options *options, struct bpf_source **ret, char *why,
		    size_t why_size);
void bpf_source_close(struct bpf_source *source);

/* What live tracing there is. */
struct bpf_attached {
	enum bpf_attach attach;	   /* never BPF_ATTACH_AUTO */
	const char *label;	   /* how, for people: "sched_switch", "fentry", "sys_enter" ... */
	bool sops;		   /* EVENT_SEMOP can come */
	char refused[BPF_WHY_LEN]; /* why nothing better; empty: there is nothing better */
};

/* Who of the address space last woke somebody there. 0, -ENOENT, or -EOPNOTSUPP: not followed. */
int bpf_source_waker(const struct bpf_source *source, uint64_t mm, uint64_t address,
		     struct waker *ret);

const struct bpf_attached *bpf_source_attached(const struct bpf_source *source);

/*
 * The processes in scope from now on; the next look applies it to tasks that there are, birth
 * to their children. The first call must come before the first look. 0 or -errno.
 */
int bpf_source_scope(struct bpf_source *source, const uint32_t *pids, size_t count);

/*
 * One pass over all tasks of the system; those that the iterator does not show are asked of direct.
 * The caller ends *ret with look_deinit(). -ENOMEM, or the error of the pass: a look that was cut
 * short is none.
 */
int bpf_source_look(struct bpf_source *source, const struct probe *direct, struct look *ret);
/*
 * Ends a look, and keeps its memory for the next one: that of tens of thousands of tasks the
 * kernel would have to hand out anew each time, page by page.
 */
void bpf_source_reuse(struct bpf_source *source, struct look *look);

/*
 * The user registers of a task that sleeps in a system call. 0; -ESRCH: it does not, or is gone;
 * or -errno.
 */
int bpf_source_registers(struct bpf_source *source, uint32_t tid, struct task_regs *ret);

/*
 * Links of the iterators over open files (struct open_file), sockets (struct
 * socket_state) and shared mappings of files (struct mapping); each
 * bpf_iter_create() on one is a pass. Owned by
 * the source.
 */
int bpf_source_files_link(const struct bpf_source *source);
int bpf_source_sockets_link(const struct bpf_source *source);
int bpf_source_maps_link(const struct bpf_source *source);

/* Readable when events wait; -1 with BPF_ATTACH_NONE. */
int bpf_source_events_fd(const struct bpf_source *source);

typedef void (*event_handler)(const struct event *event, void *context);

/* Hands over all events there are: their number, or -errno. An event is valid during the call. */
int bpf_source_poll(struct bpf_source *source, event_handler handle, void *context);

/* What was lost since the start, by enum loss; 0 or -errno. */
int bpf_source_losses(const struct bpf_source *source, uint64_t ret_losses[LOSSES]);
/* A word for a reason, as a metric's label; NULL: there is no such reason. */
const char *bpf_loss_name(uint32_t reason);

/* How long the waits took that have ended since the start, by enum wait_call. 0 or -errno. */
int bpf_source_durations(const struct bpf_source *source,
			 struct wait_durations ret_durations[WAIT_CALLS]);

/*
 * Follows who takes and gives back units of a sem_t, in these processes only; with
 * options.uprobes. How many functions were found, or -errno and why. Threads of the processes
 * are followed, children that they start later are not.
 */
int bpf_source_uprobes(struct bpf_source *source, const uint32_t *pids, size_t count, char *why,
		       size_t why_size);

/*
 * Whether the kernel takes program number `index` (from 0): 0, or -errno and why.
 * -ENOENT past the last one. *ret_name is a copy of size name_size.
 */
int bpf_source_try(unsigned int index, char *ret_name, size_t name_size, char *why,
		   size_t why_size);

#endif /* DLTRACE_SOURCE_BPF_H */
