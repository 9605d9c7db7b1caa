/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system made of bytes: tasks that a test puts there, and canned answers to
 * what a kind may ask. Everything that was not put there is not there: memory
 * faults, files and processes are gone.
 */
#ifndef FAKE_SYSTEM_H
#define FAKE_SYSTEM_H

#include "core/graph.h"
#include "core/kind.h"

#define FAKE_MOST 64

struct fake_region {
	uint32_t pid;
	uint64_t address;
	const void *bytes; /* not owned */
	size_t length;
};

struct fake_answer {
	struct question question;
	struct answer answer; /* items not owned */
};

/* All zero is an empty system. */
struct fake_system {
	struct look_task tasks[FAKE_MOST]; /* valid until fake_resolve() */
	struct fake_region regions[FAKE_MOST];
	struct fake_answer answers[FAKE_MOST];
	uint32_t task_count, region_count, answer_count;
	uint32_t asked[COST_LEVELS];
	struct probe probe;
	struct look look;
	struct graph graph;
	bool built;
};

/* What a kind said of one wait. */
struct fake_wait {
	enum cost next;
	uint32_t open; /* mask of enum open_reason */
	enum wait_kind kind;
	bool idle;
	bool held; /* custom knows somebody else */
	uint64_t object, fingerprint;
	uint32_t edge_count;
	struct edge edges[FAKE_MOST];
	char description[160];
};

/*
 * A sleeping thread, with defaults that a test may change: address space and descriptor table of
 * its process, start time by tid, no handlers. threads, mm_users and files_users are counted
 * unless the test sets them.
 */
struct look_task *fake_task(struct fake_system *system, uint32_t pid, uint32_t tid);
/* The task is in that call; the number is that of this architecture. */
void fake_call(struct look_task *task, int call, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* futex(address, op, value, NULL) on private memory that holds these bytes. */
void fake_futex(struct look_task *task, uint64_t address, uint32_t op, uint32_t value,
		const void *bytes, size_t length);
/* The object lies in shared memory, at offset 0 of that inode. */
void fake_shared(struct look_task *task, uint64_t inode, uint32_t nlink);

void fake_memory(struct fake_system *system, uint32_t pid, uint64_t address, const void *bytes,
		 size_t length);
void fake_cgroup(struct fake_system *system, uint32_t tid, const char *path);
void fake_path(struct fake_system *system, uint32_t pid, int fd, const char *path);
void fake_program(struct fake_system *system, uint32_t pid, const char *path);
void fake_descriptor(struct fake_system *system, uint32_t pid, int fd,
		     const struct open_file *file);
void fake_holders(struct fake_system *system, uint32_t dev, uint64_t inode,
		  const struct open_file *files, uint32_t count);
void fake_socket(struct fake_system *system, const struct socket_state *socket);
void fake_epoll(struct fake_system *system, uint32_t pid, int fd,
		const struct epoll_target *targets, uint32_t count);
void fake_mappers(struct fake_system *system, uint32_t dev, uint64_t inode,
		  const struct mapping *mappings, uint32_t count);
void fake_locks(struct fake_system *system, uint32_t dev, uint64_t inode,
		const struct file_lock *locks, uint32_t count);
void fake_semaphore(struct fake_system *system, uint32_t pid, uint32_t semid, uint32_t number,
		    const struct sysv_semaphore *semaphore);
void fake_waker(struct fake_system *system, uint32_t pid, uint64_t address,
		const struct waker *waker);
void fake_queue(struct fake_system *system, uint32_t pid, uint32_t msqid,
		const struct sysv_queue *queue);
void fake_mapping(struct fake_system *system, uint32_t pid, uint64_t address,
		  const struct mapping *mapping);
void fake_search(struct fake_system *system, uint32_t pid, uint64_t value, const uint64_t *hits,
		 uint32_t count);

/* pointers[0] is where the thread's stack is mapped. */
void fake_pointers(struct fake_system *system, uint32_t tid, const struct stack_pointer *pointers,
		   uint32_t count);
void fake_symbol(struct fake_system *system, uint32_t pid, uint64_t address,
		 const struct symbol *symbol);
void fake_stack(struct fake_system *system, uint32_t tid, const struct stack_frame *frames,
		uint32_t count);

/* True if the kind recognises the task's wait. */
bool fake_recognise(struct fake_system *system, const struct kind *kind, uint32_t tid);
/* The evidence of an object's past in a wait's write-up, "" if there is none. wanted: in a likely
 * finding. */
void fake_history(struct fake_system *system, const struct kind *kind, uint32_t tid, bool wanted,
		  char *ret, size_t size);
/* What the kind says at that budget; asserts that it asked nothing dearer. */
struct fake_wait fake_resolve(struct fake_system *system, const struct kind *kind, uint32_t tid,
			      enum cost budget);
void fake_system_deinit(struct fake_system *system);

/* Nodes, after the first fake_recognise() or fake_resolve(). */
uint32_t fake_node(const struct fake_system *system, uint32_t tid);
uint32_t fake_process(struct fake_system *system, uint32_t pid);
/* The edge with that target, NULL if there is none. */
const struct edge *fake_edge(const struct fake_wait *wait, uint32_t target);
/* The edge to a group of that type, NULL if there is none. */
const struct edge *fake_group_edge(const struct fake_system *system, const struct fake_wait *wait,
				   enum group_type type);
/* The group that the edge leads to. */
const struct group *fake_group(const struct fake_system *system, const struct edge *edge);

#define FAKE_DEV 7

#endif /* FAKE_SYSTEM_H */
