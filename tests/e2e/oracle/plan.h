/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a puppet acts out: processes, threads, objects, who has access to what,
 * what each thread takes, and the call in which it then stays.
 *
 *	process ID PARENT catch=SIGNALS alarm=0|1 FATE BUILD
 *	region ID anon|memfd|named map=PROCESSES hold=PROCESSES
 *	pipe ID empty|full read=PROCESSES write=PROCESSES
 *	pair ID stream|dgram|seqpacket|tcp full=ENDS one=PROCESSES other=PROCESSES
 *	event ID empty|full hold=PROCESSES
 *	file ID keep=PROCESSES
 *	lock ID flock|posix|ofd file=F taker=THREAD
 *	semaphore ID taker=THREAD
 *	object ID KIND process=P|region=R pshared=0|1 type=0..6
 *	thread ID PROCESS CALL ARGUMENT timed=0|1
 *	take THREAD OBJECT before-fork|after-fork
 *	watch THREAD in|out|hangup-in|hangup-out|process|socket|... ARGUMENT
 *
 * A process whose build is not its parent's becomes another program after the
 * fork, with nothing left of what memory it had of its own.
 * A call on a pair of sockets names one of its two ends: twice the pair's number,
 * and one more for the other end. What a full end sends, nobody has read.
 * Sets are masks in hexadecimal. A process's first thread is its leader.
 */
#ifndef DLTRACE_TESTS_ORACLE_PLAN_H
#define DLTRACE_TESTS_ORACLE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "kinds.h"

#define PLAN_MOST 32 /* of anything; processes are bits of a mask */
#define NOBODY	  -1

enum catch_bit { CATCH_TERM = 1, CATCH_CHILD = 2 };

enum fate { FATE_LIVES, FATE_ZOMBIE, FATE_REAPED };

struct plan_process {
	int parent; /* NOBODY: the first one */
	unsigned int catches;
	int alarm;
	enum fate fate;
	int build;
};

/* The name of a way in which puppets are built, and of the folder of that one. */
const char *plan_build(const struct plan_process *process);

enum region_type { REGION_ANON, REGION_MEMFD, REGION_NAMED };

struct plan_region {
	enum region_type type;
	uint32_t map, hold; /* who maps it, who keeps a descriptor of it */
};

struct plan_pipe {
	bool full;
	uint32_t read, write;
};

enum pair_type { PAIR_STREAM, PAIR_DGRAM, PAIR_SEQPACKET, PAIR_TCP };

struct plan_pair {
	enum pair_type type;
	unsigned int full; /* a bit for each end */
	uint32_t hold[2];
};

struct plan_event {
	bool full;
	uint32_t hold;
};

struct plan_file {
	uint32_t keep; /* who shares the open file description */
};

enum lock_type { LOCK_TYPE_FLOCK, LOCK_TYPE_POSIX, LOCK_TYPE_OFD };

/* On a file; each fcntl() lock on an own range of it. */
struct plan_lock {
	enum lock_type type;
	int file;
	int thread; /* who takes it */
};

/* All of a plan are one System V set. */
struct plan_semaphore {
	int thread; /* who takes its only unit; NOBODY: it never had one */
};

struct plan_object {
	enum object_kind kind;
	int region; /* NOBODY: in each process's own memory */
	int pshared;
	/* of a mutex: default, normal, recursive, error checking, adaptive, robust, inheriting */
	int type;
};

enum call {
	CALL_SLEEP,
	CALL_SPIN,
	CALL_PAUSE,
	CALL_SOCKET,
	CALL_END,
	CALL_LOCK,
	CALL_SEM,
	CALL_FUTEX,
	CALL_COND,
	CALL_BARRIER,
	CALL_JOIN,
	CALL_WAIT4,
	CALL_WAIT4_ANY,
	CALL_WAIT4_GROUP,
	CALL_WAITID,
	CALL_WAITID_ANY,
	CALL_WAITID_GROUP,
	CALL_WAITID_PIDFD,
	CALL_WAITID_STOP,
	CALL_READ,
	CALL_WRITE,
	CALL_POLL,
	CALL_PPOLL,
	CALL_SELECT,
	CALL_EPOLL,
	CALL_EPOLL_EDGE,
	CALL_EPOLL_NESTED,
	CALL_RECEIVE,
	CALL_SEND,
	CALL_EVENT_READ,
	CALL_EVENT_WRITE,
	CALL_FILE_LOCK,
	CALL_FILE_LOCK_SHARED,
	CALL_RDLOCK,
	CALL_WRLOCK,
	CALL_FLOCKFILE,
	CALL_SEMOP,
	CALLS,
};

struct plan_thread {
	int process;
	enum call call;
	int argument; /* object, thread, process, pipe, end of a pair and so on, as the call has it
		       */
	int timed;
};

struct plan_take {
	int thread, object;
	bool before_fork;
};

enum watch_type {
	WATCH_IN,
	WATCH_OUT,
	WATCH_HANGUP_IN,
	WATCH_HANGUP_OUT,
	WATCH_PROCESS,
	WATCH_SOCKET,
	WATCH_PAIR_IN,
	WATCH_PAIR_OUT,
	WATCH_EVENT_IN,
	WATCH_EVENT_OUT,
};

struct plan_watch {
	int thread;
	enum watch_type type;
	int argument; /* pipe, process, end of a pair or eventfd */
};

struct plan {
	struct plan_process processes[PLAN_MOST];
	struct plan_region regions[PLAN_MOST];
	struct plan_pipe pipes[PLAN_MOST];
	struct plan_pair pairs[PLAN_MOST];
	struct plan_event events[PLAN_MOST];
	struct plan_file files[PLAN_MOST];
	struct plan_lock locks[PLAN_MOST];
	struct plan_semaphore semaphores[PLAN_MOST];
	struct plan_object objects[PLAN_MOST];
	struct plan_thread threads[PLAN_MOST];
	struct plan_take takes[PLAN_MOST];
	struct plan_watch watches[PLAN_MOST];
	int process_count, region_count, pipe_count, file_count, lock_count, object_count;
	int pair_count, event_count, semaphore_count;
	int thread_count, take_count, watch_count;
};

/* 0, or the number of the first line that is wrong, or -errno if the file cannot be read. */
int plan_read(const char *path, struct plan *ret);
/* The first thread of the process. */
int plan_leader(const struct plan *plan, int process);

#endif /* DLTRACE_TESTS_ORACLE_PLAN_H */
