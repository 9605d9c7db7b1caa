/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vocabulary of waiting: kinds, relations, reasons for being open, evidence,
 * and what is known of one wait.
 */
#ifndef DLTRACE_WAIT_H
#define DLTRACE_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Adding a kind: a line here, its file in kinds/, a row in kinds/kinds.c, its tests. */
#define WAIT_KINDS(X)                   \
	X(NONE, "none")                 \
	X(MUTEX, "mutex")               \
	X(ROBUST_MUTEX, "robust-mutex") \
	X(PI_MUTEX, "pi-mutex")         \
	X(RWLOCK, "rwlock")             \
	X(STDIO, "stdio")               \
	X(SEM, "sem")                   \
	X(SEMLOCK, "semlock")           \
	X(FUTEX, "futex")               \
	X(COND, "cond")                 \
	X(BARRIER, "barrier")           \
	X(ONCE, "once")                 \
	X(FUTEX_WAITV, "futex-waitv")   \
	X(PYTHON_LOCK, "python-lock")   \
	X(PYTHON_RLOCK, "python-rlock") \
	X(GIL, "gil")                   \
	X(JOIN, "join")                 \
	X(WAIT4, "wait4")               \
	X(WAITID, "waitid")             \
	X(VFORK, "vfork")               \
	X(PIPE_READ, "pipe-read")       \
	X(PIPE_WRITE, "pipe-write")     \
	X(UNIX_SOCKET, "unix-socket")   \
	X(TCP_LOOPBACK, "tcp-loopback") \
	X(EVENTFD, "eventfd")           \
	X(EPOLL, "epoll")               \
	X(SPLICE, "splice")             \
	X(FIFO_OPEN, "fifo-open")       \
	X(POLL, "poll")                 \
	X(SELECT, "select")             \
	X(SYSV_SEM, "sysv-sem")         \
	X(SYSV_MSG, "sysv-msg")         \
	X(MQ, "mq")                     \
	X(FLOCK, "flock")               \
	X(POSIX_LOCK, "posix-lock")     \
	X(OFD_LOCK, "ofd-lock")         \
	X(KERNEL_LOCK, "kernel-lock")   \
	X(STOPPED, "stopped")           \
	X(PAUSE, "pause")               \
	X(OTHER, "other")

enum wait_kind {
#define X(id, name) WAIT_##id,
	WAIT_KINDS(X)
#undef X
		WAIT_KIND_COUNT,
};
extern const char *const wait_kind_name[WAIT_KIND_COUNT];

/* From the waiter's point of view: what the named task or group is to it. */
enum relation {
	RELATION_HOLDS, /* strong relations: the object or its custom makes them responsible */
	RELATION_JOINS,
	RELATION_CHILD,
	RELATION_WRITER,
	RELATION_READER,
	RELATION_PEER,
	RELATION_MAY_POST, /* weak: they merely could */
	RELATION_MAY_WAKE,
	RELATION_STOPPED_BY, /* only in chains */
	RELATION_COUNT,
};
extern const char *const relation_name[RELATION_COUNT];

static inline bool relation_is_strong(enum relation relation)
{
	return relation < RELATION_MAY_POST;
}

/* Why a wait is open. The order is that of the summary: a wait counts under its first reason. */
enum open_reason {
	OPEN_TIMED,
	OPEN_STOPPED,
	OPEN_FROZEN,
	OPEN_SIGNAL,
	OPEN_AWAITED_SIGNAL, /* the call itself is there to take one */
	OPEN_TIMER,
	OPEN_DEVICE,
	OPEN_TERMINAL,
	OPEN_SOCKET,
	OPEN_IN_KERNEL,
	OPEN_ALIVE, /* nothing is known but that somebody who may end it is alive */
	OPEN_NAME,  /* others may open the object by its name */
	/* from here on: ignorance (--strict) */
	OPEN_CENSUS,	/* the kernel counts more than were found */
	OPEN_UNCOUNTED, /* there was no number to compare with */
	OPEN_UNREADABLE,
	OPEN_UNKNOWN_CALL,
	OPEN_UNKNOWN_FUTEX,
	OPEN_BUSY,
	OPEN_QUARANTINED,
	OPEN_REASONS,
};
extern const char *const open_reason_name[OPEN_REASONS];

#define OPEN_BIT(reason) (1u << (reason))
#define OPEN_IGNORANCE	 (~0u << OPEN_CENSUS)
/* By custom a wait is open in spite of these, where somebody is responsible for it ... */
#define OPEN_SOFT_HELD                                                            \
	(OPEN_BIT(OPEN_SIGNAL) | OPEN_BIT(OPEN_NAME) | OPEN_BIT(OPEN_UNCOUNTED) | \
	 OPEN_BIT(OPEN_ALIVE))
/* ... and where nobody is. */
#define OPEN_SOFT (OPEN_BIT(OPEN_NAME) | OPEN_BIT(OPEN_UNCOUNTED))

enum evidence_source { EVIDENCE_MEMORY, EVIDENCE_KERNEL, EVIDENCE_PROC, EVIDENCE_HISTORY };
extern const char *const evidence_source_name[];

/*
 * One fact that can be read again.
 * memory: `length` bytes at `address` of process `pid`; `what`: if they show a holder, where it
 *         took what it holds, "transfer at bank.py:7"; empty: unknown.
 * kernel: a number that the kernel keeps (`kernel`) and what was found (`found`) of `what`.
 * proc: the file or link `what` below /proc; `value` is the link's target, or the line of the
 *       file that begins with it.
 * history: `value` says what was seen earlier.
 */
struct evidence {
	uint8_t source; /* enum evidence_source */
	uint8_t length;
	uint8_t bytes[46];
	uint32_t pid;
	uint64_t address;
	int64_t kernel; /* -1: none */
	int64_t found;
	char what[96];
	char value[96];
	const char *meaning; /* a string constant */
};

/* A growing array of evidence, used only while a deadlock is written up. */
struct evidence_list {
	struct evidence *items;
	size_t count, capacity;
};
/* Copies the item. 0 or -ENOMEM. */
int evidence_list_add(struct evidence_list *list, const struct evidence *evidence);
void evidence_list_deinit(struct evidence_list *list);

#define EDGE_CAN_END  (1 << 0) /* belongs to can_end */
#define EDGE_HOLDER   (1 << 1) /* belongs to holders: what custom expects to end the wait */
#define EDGE_NOT_SELF (1 << 2) /* a group without the waiter's own process, by custom */
/* Named by the lock's address on its stack: whom it blames is `likely` at best. Alone it ends
 * nothing, it only explains. */
#define EDGE_GUARD (1 << 3)

/*
 * What is known of one wait. Filled by kind->resolve through
 * wait_builder.h; the graph owns it. Everything said of it also enters its fingerprint:
 * two looks that saw the same have the same fingerprint.
 */
struct wait {
	uint64_t object; /* names the object: equal for all who wait for the same one */
	uint64_t fingerprint;
	uint32_t open; /* mask of enum open_reason; 0: closed */
	uint32_t first_edge;
	uint32_t edge_count;
	uint32_t task;
	uint8_t kind;	   /* enum wait_kind */
	uint8_t need_all;  /* ends only if all of can_end act, not any */
	uint8_t idle;	   /* waits for ever on purpose (pause): helps nobody, is no cause */
	uint8_t pending;   /* enum cost of the next question; COST_DONE: final */
	uint8_t held;	   /* custom names somebody else than the waiter as responsible */
	uint8_t retry;	   /* see wait_retry() */
	uint64_t since_ns; /* of a retry: since when it has been like this; 0: not known yet */
};

#endif /* DLTRACE_WAIT_H */
