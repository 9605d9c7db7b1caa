/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a Python process says of itself: its interpreter, and who is responsible
 * for the locks that its threads wait for. Answers of a probe, so fixed-size and
 * without pointers; names are UTF-8 of the traced program, cut to what fits, and
 * zero behind their NUL.
 */
#ifndef DLTRACE_CORE_PYTHON_H
#define DLTRACE_CORE_PYTHON_H

#include <stdint.h>

#define PYTHON_NAME_LEN	 64
#define PYTHON_SINCE_LEN 96

enum interpreter_flag {
	INTERPRETER_KNOWN = 1 << 0, /* its version is one whose structures are known */
	INTERPRETER_FREE_THREADED = 1 << 1,
};

struct interpreter {
	uint64_t runtime; /* address of _PyRuntime */
	uint64_t gil;	  /* address of the main interpreter's GIL; 0: unknown */
	uint32_t version; /* PY_VERSION_HEX; without the last two bytes if only those are known */
	uint32_t flags;	  /* enum interpreter_flag */
};

/*
 * Who holds the global interpreter lock. struct _gil_runtime_state (Include/internal/pycore_gil.h,
 * 3.8 to 3.13) begins with an interval, then last_holder, locked, switch_number, and the condition
 * variable that whoever wants it waits for, an interval at a time.
 */
struct python_gil {
	uint64_t holder; /* address of the thread state, which says itself that it is the current */
	uint64_t tid_at; /* where the thread's number is */
	uint32_t tid;	 /* in its own PID namespace */
	uint32_t reserved;
};

#define PYTHON_GIL_HOLDER 8
#define PYTHON_GIL_LOCKED 16
#define PYTHON_GIL_COND	  32
#define PYTHON_GIL_MUTEX  80 /* behind the condition variable */

/* Why the thread is named. */
enum python_bond {
	PYTHON_SEEN, /* its innermost frame refers to the lock: nothing but what it is */
	PYTHON_WITH, /* it is inside a with statement of the lock: custom has it that it holds it */
	PYTHON_OWNS, /* the lock itself names it, and nobody else may release it */
	PYTHON_ENDS, /* the lock is released when the thread ends */
	PYTHON_NOBODY, /* as PYTHON_OWNS, but whom the lock names is no thread of the process */
	PYTHON_BONDS,
};

enum python_lock_type {
	PYTHON_LOCK,	    /* threading.Lock */
	PYTHON_RLOCK,	    /* threading.RLock */
	PYTHON_CONDITION,   /* a Lock that Condition.wait() made, for notify() to release */
	PYTHON_MODULE,	    /* of a module that is being imported */
	PYTHON_THREAD,	    /* of a thread: taken as long as it lives */
	PYTHON_SHARED_LOCK, /* of multiprocessing, as the next */
	PYTHON_SHARED_RLOCK,
	PYTHON_SHARED_SEMAPHORE,
	PYTHON_LOCK_TYPES,
};

/* One lock, and one thread's bond with it. */
struct python_lock {
	uint64_t word;	 /* that its waiters wait for: its sem_t, or what they park at */
	uint64_t object; /* the Python object */
	uint64_t link;	 /* the word at object + 16, which leads to word; 0: word lies there */
	uint64_t where;	 /* the memory that makes the bond: these 8 bytes ... */
	uint64_t value;	 /* ... have this value */
	uint32_t tid;	 /* in the thread's own PID namespace; 0: nobody */
	uint16_t bond;	 /* enum python_bond */
	uint16_t type;	 /* enum python_lock_type */
	char since[PYTHON_SINCE_LEN]; /* PYTHON_WITH: of the with, "transfer at bank.py:7"; empty:
					 unknown */
	char name[PYTHON_NAME_LEN];   /* by which a frame knows it, or of the thread; empty: unknown
				       */
};

#define PYTHON_LINK_OFFSET 16

_Static_assert(sizeof(struct interpreter) == 24, "interpreter has padding");
_Static_assert(sizeof(struct python_gil) == 24, "python_gil has padding");
_Static_assert(sizeof(struct python_lock) == 208, "python_lock has padding");

#endif /* DLTRACE_CORE_PYTHON_H */
