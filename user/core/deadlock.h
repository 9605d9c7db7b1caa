/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A finding, as it leaves the core: a copy that owns all it points to and is
 * valid for as long as its owner keeps it, whatever happens to the look.
 */
#ifndef DLTRACE_DEADLOCK_H
#define DLTRACE_DEADLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "core/coroutine.h"
#include "core/stack.h"
#include "core/wait.h"

#define VICTIMS_LISTED 64

enum verdict { VERDICT_SELF, VERDICT_CYCLE, VERDICT_DEAD_OWNER, VERDICT_NO_WAKER, VERDICTS };
extern const char *const verdict_name[VERDICTS];

enum certainty { CERTAINTY_LIKELY, CERTAINTY_PROVEN };
extern const char *const certainty_name[];

enum party_state { PARTY_ALIVE, PARTY_ZOMBIE, PARTY_GONE, PARTY_LEFT_BEHIND };
extern const char *const party_state_name[];

/* Who is waited for: a task, a process (tid of its leader), or a group. */
struct party {
	uint32_t pid, tid;	 /* 0 if unknown */
	uint32_t ns_pid, ns_tid; /* 0: same namespace as dltrace */
	char name[TASK_NAME_LEN];
	uint8_t state;	    /* enum party_state */
	uint8_t relation;   /* enum relation */
	uint8_t is_process; /* any thread of pid, not tid alone */
	uint8_t is_cause;   /* the party is itself among the causes */
	char group[96];	    /* for people: "mappers of inode 6"; empty if not a group */
	uint32_t group_count;
	char since[96]; /* where it took what it holds, "transfer at bank.py:7"; empty: unknown */
	struct evidence_list evidence;
};

struct cause {
	struct look_task task; /* as the last look saw it */
	uint8_t kind;	       /* enum wait_kind */
	uint8_t timed;
	uint8_t need_all;
	uint8_t retry;	   /* wait_retry(): it runs, and gets no further */
	uint64_t since_ns; /* CLOCK_MONOTONIC */
	char object[160];
	char name[FRAME_NAME_LEN + 32]; /* what the program calls the object; empty: unknown */
	struct party *waits_for;
	size_t waits_for_count;
	struct stack_frame *stack; /* innermost first; NULL: not asked for, or not to be read */
	size_t stack_count;
	const char *stack_missing;    /* what of it, and why; NULL: nothing */
	struct coroutines coroutines; /* of the event loop that it runs; none: it runs none */
};

struct victim {
	struct look_task task;
	uint8_t kind;
	uint64_t since_ns;
	struct party waits_for;	   /* the first of its blamed edges; no evidence */
	struct stack_frame *stack; /* a few frames, from the place on; as in struct cause */
	size_t stack_count;
	const char *stack_missing;
};

/* What the end of one process would set free: see release.h. */
struct release {
	uint32_t pid; /* whose end would free the most */
	uint32_t
		tasks; /* so many of the stuck tasks of others could go on; 0: nobody's end helps */
	bool known;    /* it was worked out */
	char name[TASK_NAME_LEN];
};

struct deadlock {
	uint64_t id;
	uint8_t verdict;	/* enum verdict */
	uint8_t certainty;	/* enum certainty */
	uint64_t found_wall_ns; /* CLOCK_REALTIME of the look that proved it */
	uint64_t found_ns;	/* CLOCK_MONOTONIC of the same */
	uint64_t since_ns;	/* CLOCK_MONOTONIC: since when all causes wait */
	struct cause *causes;	/* in order of the ring for cycle, else by {start, tid} */
	size_t cause_count;
	size_t ring_count; /* the first so many causes form the headline ring */
	struct victim *victims;
	size_t victim_count;   /* all of them ... */
	size_t victims_listed; /* ... of whom so many are in victims */
	struct release release;
	struct {
		uint64_t ended_ns;	      /* CLOCK_MONOTONIC */
		uint32_t pid, tid, exit_code; /* 0 if unknown */
		char name[TASK_NAME_LEN];
		bool exit_known;
	} dead; /* dead-owner: who died, as far as history knows */
};

/* The deadlock and all that it owns. NULL is fine. */
void deadlock_free(struct deadlock *deadlock);

/* One link of the chain from a blocked task to what it finally waits on. */
struct chain_link {
	struct look_task task;
	uint8_t kind;	  /* WAIT_NONE: running */
	uint8_t relation; /* to the next link */
	uint64_t since_ns;
	uint32_t open; /* last link: mask of enum open_reason */
	char object[160];
};

struct chain {
	struct chain_link *links;
	size_t count;
	uint64_t key;		      /* changes when the chain does */
	struct coroutines coroutines; /* of the event loop that the waiter runs */
	uint32_t bystanders; /* not 0: it is stalled, see judge_stalled.c; so many keep it open */
};
/* What the chain owns; the struct itself stays the caller's. */
void chain_free(struct chain *chain);

#endif /* DLTRACE_DEADLOCK_H */
