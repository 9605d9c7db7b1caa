/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper's side: what it keeps between the questions of one look, and how
 * it answers each type of question.
 */
#ifndef DLTRACE_WORKER_H
#define DLTRACE_WORKER_H

#include "probe/exchange.h"
#include "probe/files.h"
#include "probe/image.h"
#include "probe/locks.h"
#include "probe/mappers.h"
#include "probe/module.h"
#include "probe/quarantine.h"
#include "probe/search.h"
#include "probe/sockets.h"
#include "probe/target.h"
#include "python/coroutine.h"
#include "python/lock.h"

struct worker {
	uint64_t look;
	struct target_cache targets;
	struct files files;
	struct sockets sockets;
	struct mappers mappers;
	struct locks locks;
	struct module_cache modules;
	struct python *python; /* NULL: not needed yet */
	struct python_scratch *python_scratch;
	struct python_tasks *python_tasks;
	struct images images;	  /* kept across looks */
	uint64_t stacks_until_ns; /* time on a CPU, in this look; 0: none was asked for yet */
	const struct quarantine *quarantine;		  /* as it was when the helper started */
	int files_link_fd, sockets_link_fd, maps_link_fd; /* -1: from /proc */
	_Alignas(64) unsigned char block[SEARCH_BLOCK];
};

/* Answers the exchange's question. context is the worker. */
void worker_serve(void *context, struct exchange *exchange);

/* By type of question; each fills error, partial and the items. */
void memory_answer(struct worker *worker, struct exchange *exchange);
void mapping_answer(struct worker *worker, struct exchange *exchange);
void descriptor_answer(struct worker *worker, struct exchange *exchange);
void holders_answer(struct worker *worker, struct exchange *exchange);
void mappers_answer(struct worker *worker, struct exchange *exchange);
void locks_answer(struct worker *worker, struct exchange *exchange);
void semaphore_answer(struct worker *worker, struct exchange *exchange);
void queue_answer(struct worker *worker, struct exchange *exchange);
void socket_answer(struct worker *worker, struct exchange *exchange);
void epoll_answer(struct worker *worker, struct exchange *exchange);
void state_answer(struct worker *worker, struct exchange *exchange);
void wchan_answer(struct worker *worker, struct exchange *exchange);
void program_answer(struct worker *worker, struct exchange *exchange);
void path_answer(struct worker *worker, struct exchange *exchange);
void cgroup_answer(struct worker *worker, struct exchange *exchange);
void pointers_answer(struct worker *worker, struct exchange *exchange);
void search_answer(struct worker *worker, struct exchange *exchange);
void interpreter_answer(struct worker *worker, struct exchange *exchange);
void python_locks_answer(struct worker *worker, struct exchange *exchange);
void coroutines_answer(struct worker *worker, struct exchange *exchange);
void gil_answer(struct worker *worker, struct exchange *exchange);
void stack_answer(struct worker *worker, struct exchange *exchange);
void symbol_answer(struct worker *worker, struct exchange *exchange);

#endif /* DLTRACE_WORKER_H */
