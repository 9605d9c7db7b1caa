/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shape of a deadlock is its verdict, what its causes wait in, and which
 * relations its blamed edges have. The first row that fits gives the remedy, so
 * rows go from the particular to the general; each verdict ends with a row that
 * fits always.
 */
#include "core/advice.h"

#include <stdbool.h>
#include <sys/wait.h>

#include "core/deadlock.h"
#include "core/inside.h"

#define KIND(id)     (1ull << WAIT_##id)
#define RELATION(id) (1u << RELATION_##id)
#define STATE(id)    (1u << PARTY_##id)
#define INSIDE(id)   (1u << INSIDE_##id)

/* Locks of pthreads, and those of Python: each is mended in the words of its own library. */
#define PTHREAD_MUTEXES (KIND(MUTEX) | KIND(PI_MUTEX) | KIND(ROBUST_MUTEX))
#define PYTHON_LOCKS	(KIND(SEMLOCK) | KIND(PYTHON_LOCK) | KIND(PYTHON_RLOCK))

_Static_assert(WAIT_KIND_COUNT <= 64 && RELATION_COUNT <= 32, "a shape's masks are too small");

struct shape {
	uint64_t kinds;	    /* of the causes */
	uint32_t relations; /* of what they wait for */
	uint32_t states;    /* of whom they wait for */
	uint32_t insides;   /* what of a library they wait in */
	size_t ring;	    /* its length */
	bool killed;	    /* the dead one is known to have died by a signal */
};

#define ADVICE_FORMS 3 /* the last is NULL if fewer are given */

static const struct remedy {
	enum verdict verdict;
	uint64_t some_kind;		      /* at least one of these; 0: whatever */
	uint64_t only_kinds;		      /* none but these; 0: whatever */
	uint32_t only_relations;	      /* none but these; 0: whatever */
	uint32_t some_relation;		      /* at least one of these; 0: whatever */
	uint32_t some_state;		      /* at least one of these; 0: whatever */
	uint32_t some_inside;		      /* at least one of these; 0: whatever */
	uint8_t ring;			      /* of so many; 0: of whatever length */
	bool killed;			      /* true: only if killed; false: whatever */
	const char *advice[ADVICE_FORMS + 1]; /* see advice.h */
} remedies[] = {
	/* somebody waits for what it has itself */
	{ .verdict = VERDICT_SELF,
	  .some_relation = RELATION(HOLDS),
	  .some_kind = PTHREAD_MUTEXES,
	  .advice = { "{place} locks {object} a second time, called by {caller}: do not call it "
		      "while holding the mutex, or make that recursive "
		      "(PTHREAD_MUTEX_RECURSIVE)",
		      "{place} locks {object} a second time: do not get there while holding it, or "
		      "make it recursive (PTHREAD_MUTEX_RECURSIVE)",
		      "make the mutex recursive (PTHREAD_MUTEX_RECURSIVE), or do not call what "
		      "locks it while holding it" } },
	{ .verdict = VERDICT_SELF,
	  .some_relation = RELATION(HOLDS),
	  .some_kind = KIND(RWLOCK),
	  .advice = { "{place} wants {object} while its own thread has it: give it back first; an "
		      "rwlock can be neither taken twice nor upgraded",
		      "give the rwlock back before taking it again: it can be neither taken twice "
		      "nor upgraded" } },
	{ .verdict = VERDICT_SELF,
	  .some_relation = RELATION(HOLDS),
	  .some_kind = PYTHON_LOCKS,
	  .advice = { "{place} takes {object} a second time, called by {caller}: use a reentrant "
		      "lock (RLock), or do not call it while holding the lock",
		      "{place} takes {object} a second time: use a reentrant lock (RLock), or do "
		      "not get there while holding it",
		      "use a reentrant lock (RLock), or do not call what takes the lock while "
		      "holding it" } },
	{ .verdict = VERDICT_SELF,
	  .some_relation = RELATION(HOLDS),
	  .advice = { "{place} takes {object} a second time: do not get there while holding it, or "
		      "use a lock that its holder may take again",
		      "do not take the lock again while holding it, or use one that its holder may "
		      "take again" } },
	{ .verdict = VERDICT_SELF,
	  .some_inside = INSIDE(EVENT_LOOP),
	  .advice = { "nothing is left that could wake up the event loop of {place}: see what each "
		      "of its tasks awaits; take asyncio's locks in the same order in every task, "
		      "and give up waiting after a while (asyncio.wait_for)",
		      "nothing is left that could wake up the event loop: see what each of its tasks "
		      "awaits; take asyncio's locks in the same order in every task, and give up "
		      "waiting after a while (asyncio.wait_for)" } },
	{ .verdict = VERDICT_SELF,
	  .some_relation = RELATION(WRITER),
	  .advice = { "close the write end in {task}, which reads in {place}: while it is open "
		      "there, the end of the data never comes",
		      "close the write end in the process that reads: while it is open there, the "
		      "end of the data never comes" } },
	{ .verdict = VERDICT_SELF,
	  .some_relation = RELATION(READER),
	  .advice = { "let another process or thread read what {task} writes in {place}: a pipe "
		      "holds only so much",
		      "let another process or thread read what this one writes: a pipe holds only "
		      "so much" } },
	{ .verdict = VERDICT_SELF,
	  .advice = { "do not wait in {place} for the end of the task or process that does the "
		      "waiting",
		      "do not wait for the end of the task or process that does the waiting" } },

	/* whoever held it is gone */
	{ .verdict = VERDICT_DEAD_OWNER,
	  .some_state = STATE(LEFT_BEHIND),
	  .advice = { "do not fork while other threads may hold locks, as {object} was held here: "
		      "start processes with spawn or forkserver, or before the first thread",
		      "do not fork while other threads may hold locks: start processes with spawn "
		      "or forkserver, or before the first thread" } },
	{ .verdict = VERDICT_DEAD_OWNER,
	  .some_kind = PTHREAD_MUTEXES,
	  .advice = { "{dead} {end} while it held {object}: unlock on every way out of the "
		      "thread, or use a robust mutex (PTHREAD_MUTEX_ROBUST)",
		      "whoever held {object} ended without unlocking it: unlock on every way out "
		      "of the thread, or use a robust mutex (PTHREAD_MUTEX_ROBUST)",
		      "unlock on every way out of the thread, or use a robust mutex "
		      "(PTHREAD_MUTEX_ROBUST)" } },
	{ .verdict = VERDICT_DEAD_OWNER,
	  .killed = true,
	  .advice = { "{dead} {end} while it held {object}: do not kill what may hold a lock; ask "
		      "it to end, or restart all who share the lock with it",
		      "do not kill what may hold a lock: ask it to end, or restart all who share "
		      "the lock with it" } },
	{ .verdict = VERDICT_DEAD_OWNER,
	  .some_kind = PYTHON_LOCKS,
	  .advice = { "{dead} {end} while it held {object}: take the lock with a context manager "
		      "(with lock:), so that an exception releases it",
		      "whoever held {object} died with it: take the lock with a context manager "
		      "(with lock:), so that an exception releases it, and do not kill what may "
		      "hold it",
		      "take the lock with a context manager (with lock:), so that an exception "
		      "releases it, and do not kill what may hold it" } },
	{ .verdict = VERDICT_DEAD_OWNER,
	  .some_relation = RELATION(HOLDS),
	  .advice = { "{dead} {end} while it held {object}: release it on every way out, also "
		      "where something failed, and restart all who share it",
		      "whoever held {object} died with it: release it on every way out, also where "
		      "something failed, and restart all who share it",
		      "release the lock on every way out, also where something failed, and "
		      "restart all who share it" } },
	{ .verdict = VERDICT_DEAD_OWNER,
	  .advice = { "{place} waits for somebody who is gone: give the wait a timeout, or watch "
		      "who is waited for",
		      "give the wait a timeout, or watch who is waited for: it is gone" } },

	/* they wait for each other */
	{ .verdict = VERDICT_CYCLE,
	  .only_relations = RELATION(HOLDS),
	  .ring = 2,
	  .advice = { "take the locks in the same order everywhere: {other} before {object}, as "
		      "{task} does in {place}; {next} takes them the other way round in {there}",
		      "take the locks in the same order everywhere: {other} before {object}, as "
		      "{task} does; {next} takes them the other way round",
		      "take the locks in the same order everywhere" } },
	{ .verdict = VERDICT_CYCLE,
	  .only_relations = RELATION(HOLDS),
	  .advice = { "take the locks in the same order everywhere; the ring is broken if {place} "
		      "takes {object} before the lock that it holds there",
		      "take the locks in the same order everywhere" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_inside = INSIDE(QUEUE_FEEDER),
	  .some_relation = RELATION(JOINS) | RELATION(CHILD),
	  .advice = { "empty the queue before the join in {place}: a process that has put into a "
		      "multiprocessing queue ends only when all of it has been read",
		      "empty the queue before the join: a process that has put into a "
		      "multiprocessing queue ends only when all of it has been read" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_inside = INSIDE(SUBPROCESS),
	  .some_relation = RELATION(READER),
	  .advice = { "{place} waits for a program whose output nobody reads: use communicate(), "
		      "or read the pipe before the wait",
		      "use communicate(), or read the pipe before the wait: its output fills the "
		      "pipe" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_kind = KIND(PIPE_WRITE),
	  .some_relation = RELATION(JOINS) | RELATION(CHILD),
	  .advice = { "read before you join: {place} waits for an end that only comes when what is "
		      "written in {there} has been read",
		      "read before you join: {place} waits for an end that only comes when what is "
		      "written to the pipe has been read",
		      "read before you join: empty the queue or pipe, then wait for its writer to "
		      "end" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_kind = KIND(PIPE_WRITE),
	  .advice = { "read before you write more, or read in a thread of its own: a pipe holds "
		      "only so much ({place}; {there})",
		      "read before you write more, or read in a thread of its own: a pipe holds "
		      "only so much" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_relation = RELATION(HOLDS),
	  .advice = { "release the lock before waiting for somebody who needs it ({place}; "
		      "{there})",
		      "release the lock before waiting for somebody who needs it" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_relation = RELATION(JOINS) | RELATION(CHILD),
	  .advice = { "join in one direction only: let the one that started the other wait for its "
		      "end, and close pipe ends that are not used ({place}; {there})",
		      "join in one direction only: let the one that started the other wait for its "
		      "end, and close pipe ends that are not used" } },
	{ .verdict = VERDICT_CYCLE,
	  .some_relation = RELATION(WRITER),
	  .advice = { "let one side write before it reads ({place}; {there}), and close the pipe "
		      "ends that are not used",
		      "let one side write before it reads, and close the pipe ends that are not "
		      "used" } },
	{ .verdict = VERDICT_CYCLE,
	  .advice = { "break the ring at one place, such as {place}: a timeout on the wait, or "
		      "another order of steps",
		      "break the ring at one place: a timeout on the wait, or another order of "
		      "steps" } },

	/* nobody is left */
	{ .verdict = VERDICT_NO_WAKER,
	  .some_inside = INSIDE(LOOPS_FUTURE),
	  .advice = { "{place} blocks the event loop that calls it, and with that whoever is to set "
		      "the result: await it instead (asyncio.wrap_future), or wait in a thread "
		      "(asyncio.to_thread)",
		      "what an event loop calls must not wait for a result that the loop is to set: "
		      "await it instead (asyncio.wrap_future), or wait in a thread "
		      "(asyncio.to_thread)" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_inside = INSIDE(BARRIER),
	  .advice = { "a party of the barrier in {place} never came: let as many wait as it was made "
		      "for, abort() it where one fails, or give the wait a timeout",
		      "a party of the barrier never came: let as many wait as it was made for, "
		      "abort() it where one fails, or give the wait a timeout" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_inside = INSIDE(EVENT),
	  .advice = { "the event in {place} was never set, and nobody is left who could: set it on "
		      "every way out (finally:), or give the wait a timeout",
		      "the event was never set, and nobody is left who could: set it on every way "
		      "out (finally:), or give the wait a timeout" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_inside = INSIDE(QUEUE_GET),
	  .advice = { "nobody is left who could put into the queue in {place}: put an end mark for "
		      "each reader, also when the work fails, or give the get a timeout",
		      "nobody is left who could put into the queue: put an end mark for each "
		      "reader, also when the work fails, or give the get a timeout" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_inside = INSIDE(CONDITION),
	  .advice = { "nobody is left who could notify {place}: change the state and notify under "
		      "the lock, wait for the state (wait_for), or give the wait a timeout",
		      "nobody is left who could notify: change the state and notify under the "
		      "lock, wait for the state (wait_for), or give the wait a timeout" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_kind = KIND(BARRIER),
	  .advice = { "a party of the barrier in {place} never came: let as many wait as it was "
		      "initialised for, also when one of them fails",
		      "a party of the barrier never came: let as many wait as it was initialised "
		      "for, also when one of them fails" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_kind = KIND(RWLOCK),
	  .advice = { "{place} waits for readers of {object}, and may be one itself: a reader that "
		      "wants to write unlocks first",
		      "a reader that wants to write unlocks first: an rwlock cannot be upgraded" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_kind = KIND(COND),
	  .advice = { "nobody is left who could signal {place}: change the state and signal under "
		      "the mutex, and test the state before waiting",
		      "nobody is left who could signal: change the state and signal under the "
		      "mutex, and test the state before waiting" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .some_kind = KIND(SEM) | KIND(SEMLOCK),
	  .advice = { "give the wait in {place} a timeout, and find who should have released, set "
		      "or notified: nobody is left who could",
		      "give the wait a timeout, and find who should have released, set or "
		      "notified: nobody is left who could" } },
	{ .verdict = VERDICT_NO_WAKER,
	  .advice = { "give the wait in {place} a timeout, and find who should have ended it: "
		      "nobody is left who could",
		      "give the wait a timeout, and find who should have ended it: nobody is left "
		      "who could" } },
};

static struct shape shape_of(const struct deadlock *deadlock)
{
	struct shape shape = {
		.ring = deadlock->ring_count,
		.killed = deadlock->dead.exit_known && WIFSIGNALED(deadlock->dead.exit_code),
	};
	size_t count = deadlock->ring_count ? deadlock->ring_count : deadlock->cause_count;

	for (size_t i = 0; i < count && i < deadlock->cause_count; i++) {
		const struct cause *cause = &deadlock->causes[i];

		shape.kinds |= 1ull << cause->kind;
		shape.insides |= 1u << inside_of(cause->stack, cause->stack_count);
		for (size_t j = 0; j < cause->waits_for_count; j++) {
			shape.relations |= 1u << cause->waits_for[j].relation;
			shape.states |= 1u << cause->waits_for[j].state;
		}
	}
	return shape;
}

static bool remedy_fits(const struct remedy *remedy, enum verdict verdict,
			const struct shape *shape)
{
	return remedy->verdict == verdict &&
	       (!remedy->some_kind || (shape->kinds & remedy->some_kind)) &&
	       (!remedy->only_kinds || !(shape->kinds & ~remedy->only_kinds)) &&
	       (!remedy->ring || shape->ring == remedy->ring) &&
	       (!remedy->only_relations || !(shape->relations & ~remedy->only_relations)) &&
	       (!remedy->some_relation || (shape->relations & remedy->some_relation)) &&
	       (!remedy->some_state || (shape->states & remedy->some_state)) &&
	       (!remedy->some_inside || (shape->insides & remedy->some_inside)) &&
	       (!remedy->killed || shape->killed);
}

const char *const *advice_for(const struct deadlock *deadlock)
{
	struct shape shape = shape_of(deadlock);
	const struct remedy *remedy = remedies;

	while (!remedy_fits(remedy, deadlock->verdict, &shape))
		remedy++;
	return remedy->advice;
}
