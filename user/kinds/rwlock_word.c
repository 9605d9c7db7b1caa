/* SPDX-License-Identifier: BSD-2-Clause */
/* glibc's pthread_rwlock_t: is it one? */
#include "kinds/rwlock_word.h"

#include <stddef.h>
#include <string.h>

#include "kinds/futex_call.h"
#include "kinds/mutex_word.h"

_Static_assert(sizeof(struct rwlock_word) == 56, "a whole rwlock");
_Static_assert(offsetof(struct rwlock_word, pad[2]) == RWLOCK_HEAD_LEN, "head");

/* The same of i386 (sysdeps/x86/nptl/bits/struct_rwlock.h). */
struct narrow_rwlock {
	uint8_t head[RWLOCK_HEAD_LEN];
	uint8_t flags, shared, elision, pad;
	uint32_t writer;
};
_Static_assert(sizeof(struct narrow_rwlock) == 32, "a whole rwlock of i386");

#define FUTEX_USED   2		/* PTHREAD_RWLOCK_FUTEX_USED */
#define HANDED_OVER  0x80000000 /* PTHREAD_RWLOCK_WRHANDOVER */
#define PREFERENCES  3		/* PTHREAD_RWLOCK_PREFER_* */
#define WAITERS_MOST MUTEX_TID_MOST
#define ANY_VALUE    0

/* What waits in which way: the word, its value, and what must be set in `readers`. */
static const struct {
	size_t offset;
	uint32_t value;
	uint32_t mask, bits;
	bool counts_readers;
} waits[] = {
	/* a reader while somebody writes */
	{ offsetof(struct rwlock_word, phase_futex), 1 | FUTEX_USED, RWLOCK_WRITING, RWLOCK_WRITING,
	  true },
	/* the next writer while others read */
	{ offsetof(struct rwlock_word, phase_futex), FUTEX_USED,
	  RWLOCK_WRITING | RWLOCK_WRITER_COMES, RWLOCK_WRITER_COMES, true },
	/* a writer while there is one already */
	{ offsetof(struct rwlock_word, writers_futex), 1 | FUTEX_USED, RWLOCK_WRITER_COMES,
	  RWLOCK_WRITER_COMES, false },
	/* a reader behind the next writer, where writers are preferred */
	{ offsetof(struct rwlock_word, readers), ANY_VALUE,
	  RWLOCK_WRITING | RWLOCK_WRITER_COMES | RWLOCK_READERS_WAIT,
	  RWLOCK_WRITER_COMES | RWLOCK_READERS_WAIT, true },
};

static bool word_legal(const struct rwlock_word *word, bool private_key)
{
	uint32_t readers = word->readers >> RWLOCK_READER_SHIFT;

	if (word->pad[0] || word->pad[1] || word->pad_2 || word->pad_3)
		return false;
	if (word->shared > 1 || word->shared == private_key)
		return false;
	if (word->phase_futex > (1 | FUTEX_USED) || word->writers_futex > (1 | FUTEX_USED))
		return false;
	/* Written last and cleared first. */
	if (word->writer && ~word->readers & (RWLOCK_WRITING | RWLOCK_WRITER_COMES))
		return false;
	return readers <= WAITERS_MOST && (word->writers & ~HANDED_OVER) <= WAITERS_MOST &&
	       word->writer <= MUTEX_TID_MOST && word->flags < PREFERENCES;
}

/* Where the lock would begin if the task waits in that way; the cheap half of the test. */
static bool wait_fits(size_t way, const struct futex_call *call, const struct look_task *task)
{
	uint32_t word;

	memcpy(&word, task->object, sizeof(word));
	if (waits[way].value != ANY_VALUE)
		return call->value == waits[way].value && word <= (1 | FUTEX_USED);
	return (call->value & waits[way].mask) == waits[way].bits &&
	       call->value >> RWLOCK_READER_SHIFT && call->value <= WAITERS_MOST;
}

static bool state_fits(size_t way, const struct rwlock_word *word)
{
	if ((word->readers & waits[way].mask) != waits[way].bits)
		return false;
	return !waits[way].counts_readers || word->readers >> RWLOCK_READER_SHIFT;
}

size_t rwlock_writer_offset(const struct look_task *task)
{
	return task->flags & TASK_COMPAT ? offsetof(struct narrow_rwlock, writer)
					 : offsetof(struct rwlock_word, writer);
}

static bool lock_read(const struct kind_context *context, const struct look_task *task,
		      uint64_t address, struct rwlock_word *ret)
{
	struct narrow_rwlock narrow;

	if (!(task->flags & TASK_COMPAT))
		return !probe_memory(context->probe, task->pid, address, ret, sizeof(*ret));
	if (probe_memory(context->probe, task->pid, address, &narrow, sizeof(narrow)))
		return false;
	*ret = (struct rwlock_word){ .writer = narrow.writer,
				     .shared = narrow.shared,
				     .flags = narrow.flags,
				     .pad_2 = narrow.pad };
	memcpy(ret, narrow.head, sizeof(narrow.head));
	return true;
}

bool rwlock_word_decode(const struct kind_context *context, const struct look_task *task,
			struct futex_call *ret_call, struct rwlock_word *ret_word,
			uint64_t *ret_address)
{
	struct futex_call call;
	struct rwlock_word word;

	if (!futex_call_decode(task, &call) || !call.wait || !call.bitset || call.requeue ||
	    !(task->object_flags & OBJECT_READ))
		return false;
	for (size_t way = 0; way < sizeof(waits) / sizeof(*waits); way++) {
		uint64_t address = call.address - waits[way].offset;

		if (!wait_fits(way, &call, task) || !lock_read(context, task, address, &word) ||
		    !word_legal(&word, call.private_key) || !state_fits(way, &word))
			continue;
		*ret_call = call;
		*ret_word = word;
		*ret_address = address;
		return true;
	}
	return false;
}
