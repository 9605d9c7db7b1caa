/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the core and the kinds ask about the system: one question, one answer.
 * Questions and answers are plain data, so that one table can remember them
 * within a look, a recording can list them, and a replay or a unit test can
 * give them without any system at all.
 */
#ifndef DLTRACE_PROBE_H
#define DLTRACE_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "core/coroutine.h"
#include "core/ipc.h"
#include "core/lock.h"
#include "core/python.h"
#include "core/stack.h"

/*
 * What a question costs, in the order in which they are asked: a task that a
 * cheaper answer cleared is never asked about at a dearer price.
 */
enum cost {
	COST_DONE,   /* nothing more to ask */
	COST_LOOK,   /* the look brought it */
	COST_READ,   /* one read of one task */
	COST_TABLE,  /* tables of the whole system: open files, mappings */
	COST_SEARCH, /* a search through a process's memory */
	COST_LEVELS,
};

#define MEMORY_ANSWER_MAX 4096 /* bytes that one question may ask for */

enum question_type {
	ASK_MEMORY,	/* id: pid, a: address, b: length <= MEMORY_ANSWER_MAX -> bytes */
	ASK_WCHAN,	/* id: tid -> the kernel function that it sleeps in, a string with NUL */
	ASK_PROGRAM,	/* id: pid -> path of its executable, a string with NUL */
	ASK_DESCRIPTOR, /* id: pid, a: fd -> one struct open_file; refs, readers ... are unknown (0)
			 */
	ASK_MAPPING,	/* id: pid, a: address -> one struct mapping */
	ASK_HOLDERS,	/* a: dev, b: inode -> every descriptor of that file; struct open_file */
	ASK_MAPPERS,	/* a: dev, b: inode -> every mapping of that file; struct mapping,
			   and one with start == end for each descriptor in a process that does
			   not map it */
	ASK_SEARCH,	/* id: pid, a: 8-byte value -> addresses of the aligned words in private
			   writable memory that hold it; uint64_t */
	ASK_STACK,	/* id: tid -> its frames, innermost first; struct stack_frame */
	ASK_SYMBOL,	/* id: pid, a: address -> the function or variable there; struct symbol */
	ASK_LOCKS,	/* a: dev, b: inode -> the lines of /proc/locks about that file, in order,
			   then the locks that its descriptors hold; struct file_lock. -EREMOTE:
			   another machine or process keeps them */
	ASK_PATH,	/* id: pid, a: fd -> what the descriptor's link says, a string with NUL */
	ASK_INTERPRETER,  /* id: pid -> one struct interpreter; -ENOENT: it does not run Python */
	ASK_PYTHON_LOCKS, /* id: pid -> who is bound to its threads' locks; struct python_lock */
	ASK_GIL, /* id: pid -> one struct python_gil of the main interpreter; -EBUSY: nobody holds
		    it for certain */
	ASK_SEMAPHORE, /* id: pid, a: semid in its IPC namespace, b: number in the set ->
			  one struct sysv_semaphore */
	ASK_QUEUE,     /* id: pid, a: msqid in its IPC namespace -> one struct sysv_queue */
	ASK_WAKER,     /* id: pid, a: address -> one struct waker; -ENOENT: nobody is known */
	ASK_SOCKET,    /* a: inode of a socket -> one struct socket_state */
	ASK_EPOLL,     /* id: pid, a: fd -> what that epoll instance watches; struct epoll_target */
	ASK_POINTERS,  /* id: tid -> struct stack_pointer: first where its stack is mapped, from and
			  to; then what its used stack and its saved registers lead to */
	ASK_CGROUP, /* id: tid -> the cgroup that keeps it frozen, as far as can be seen, a string
		       with NUL; -ENOENT: none */
	ASK_STATE, /* id: pid, a: tid -> what /proc says of the task that may take long to read: the
		      lines of its stat, its syscall and its ns/pid, the last two empty if they may
		      not be read, then "io_uring" if id == a and the process has one; a string
		      with NUL */
	ASK_COROUTINES, /* id: pid, a: tid -> the tasks of the event loop that the thread runs;
			   struct coroutine_frame */
	QUESTION_TYPES,
};

struct question {
	uint32_t type; /* enum question_type */
	uint32_t id;   /* pid or tid, else 0 */
	uint64_t a;
	uint64_t b;
};

/*
 * error: 0 or -errno. -ENODATA: a replay that does not hold the answer;
 * -ETIMEDOUT: abandoned, the target is in quarantine; -EBUSY: look again;
 * -EACCES, -EPERM: no privilege; -ESRCH: gone; -EFAULT, -EIO: no memory there.
 * partial: something that should be in the answer could not be read.
 * items: valid until the next look, owned by whoever answers.
 */
struct answer {
	int error;
	uint32_t partial;
	uint32_t count;
	const void *items;
};

/* Size of one item of each type of answer, bytes; indexed by enum question_type. */
extern const size_t answer_item_size[QUESTION_TYPES];
/* Names used in recordings; indexed by enum question_type. */
extern const char *const question_name[QUESTION_TYPES];
extern const enum cost question_cost[QUESTION_TYPES];

struct probe {
	/* Always fills ret. */
	void (*ask)(void *context, const struct question *question, struct answer *ret);
	void *context;
};

/* The questions as functions. Each returns the answer's error; outputs are unchanged on failure. */
int probe_memory(const struct probe *probe, uint32_t pid, uint64_t address, void *ret_bytes,
		 size_t length);
int probe_wchan(const struct probe *probe, uint32_t tid, const char **ret_name);
int probe_state(const struct probe *probe, uint32_t pid, uint32_t tid, const char **ret_text);
int probe_cgroup(const struct probe *probe, uint32_t tid, const char **ret_path);
int probe_program(const struct probe *probe, uint32_t pid, const char **ret_path);
int probe_descriptor(const struct probe *probe, uint32_t pid, int fd,
		     const struct open_file **ret_file);
int probe_mapping(const struct probe *probe, uint32_t pid, uint64_t address,
		  const struct mapping **ret_mapping);
int probe_holders(const struct probe *probe, uint32_t dev, uint64_t inode, struct answer *ret);
int probe_mappers(const struct probe *probe, uint32_t dev, uint64_t inode, struct answer *ret);
int probe_locks(const struct probe *probe, uint32_t dev, uint64_t inode, struct answer *ret);
int probe_semaphore(const struct probe *probe, uint32_t pid, uint32_t semid, uint32_t number,
		    const struct sysv_semaphore **ret);
int probe_queue(const struct probe *probe, uint32_t pid, uint32_t msqid,
		const struct sysv_queue **ret);
/* Who of the process was last seen to wake somebody at a futex. */
int probe_waker(const struct probe *probe, uint32_t pid, uint64_t address,
		const struct waker **ret);
int probe_path(const struct probe *probe, uint32_t pid, int fd, const char **ret_path);
int probe_stack(const struct probe *probe, uint32_t tid, struct answer *ret);
/* What the event loop has to do that the thread runs, if it runs one. */
int probe_coroutines(const struct probe *probe, uint32_t pid, uint32_t tid, struct answer *ret);
int probe_socket(const struct probe *probe, uint64_t inode, const struct socket_state **ret_socket);
int probe_epoll(const struct probe *probe, uint32_t pid, int fd, struct answer *ret);
/* *ret_symbol is what begins at or before the address and, as far as its size is known, holds it.
 */
int probe_symbol(const struct probe *probe, uint32_t pid, uint64_t address,
		 const struct symbol **ret_symbol);
int probe_interpreter(const struct probe *probe, uint32_t pid,
		      const struct interpreter **ret_interpreter);
int probe_python_locks(const struct probe *probe, uint32_t pid, struct answer *ret);
int probe_gil(const struct probe *probe, uint32_t pid, const struct python_gil **ret_gil);
/* ret->items[0] is the mapping of the stack, the others are pointers. */
int probe_pointers(const struct probe *probe, uint32_t tid, struct answer *ret);
int probe_search(const struct probe *probe, uint32_t pid, uint64_t value, struct answer *ret);

#endif /* DLTRACE_PROBE_H */
