/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A threading.Lock does not say who has it, but a with statement leaves a trace:
 * as long as a thread is inside, the __exit__ of the lock is in a slot of its
 * frame that is surely live (live.c). That slot is the bond. It is none
 *   - if the lock is free;
 *   - if an inner frame is Condition.wait(), which gives the lock back meanwhile;
 *   - if the code in the with statement mentions release(): it may have done so.
 * A Condition used in a with statement stands for its lock, and a generator that
 * contextlib made a manager of for the locks of its own with statements. Locks
 * taken by acquire() leave no trace: they have no bond, as have the locks that
 * Condition.wait() makes, takes twice and lets another thread release.
 *
 * An RLock names its owner, the lock of a module that is imported, too, and a
 * thread that is joined has a lock of its own, or since 3.13 an event, that is
 * released when it ends and by nobody else.
 *
 * A thread may run while all this is read. So it is read twice, and only what
 * was the same counts; of a thread that sleeps nothing changes.
 */
#include "python/lock.h"

#include <stdio.h>
#include <string.h>

#include "python/frame.h"
#include "python/name.h"
#include "python/object.h"
#include "python/text.h"

#define SEEN_FRAMES    2
#define SEEN_SLOTS     32
#define RELEASED_MOST  8
#define MANAGERS_DEPTH 3
#define ACTIVE_MOST    PYTHON_THREADS_MOST

struct locks {
	struct python *py;
	const struct python_thread *threads;
	uint32_t thread_count;
	struct python_lock *items;
	uint32_t count;
	bool partial;
};

/* One thread whose frames are gone through from the inside out. */
struct walk {
	struct locks *locks;
	const struct python_thread *thread;
	uint32_t first;			  /* of its bonds */
	uint64_t released[RELEASED_MOST]; /* locks that inner frames gave back */
	uint32_t released_count;
};

static void locks_add(struct locks *locks, uint32_t first, const struct python_lock *lock)
{
	for (uint32_t i = first; i < locks->count; i++)
		if (locks->items[i].word == lock->word && locks->items[i].bond == lock->bond &&
		    locks->items[i].tid == lock->tid)
			return;
	if (locks->count == PYTHON_LOCKS_MOST)
		locks->partial = true;
	else
		locks->items[locks->count++] = *lock;
}

static uint32_t tid_of_ident(const struct locks *locks, uint64_t ident)
{
	for (uint32_t i = 0; ident && i < locks->thread_count; i++)
		if (locks->threads[i].ident == ident)
			return locks->threads[i].tid;
	return 0;
}

/*
 * threading.Lock is one byte of its own since 3.13.1 (Include/cpython/lock.h: PyMutex), and an
 * object without one word after it; before, it has a pointer to its semaphore and two words more.
 */
static bool lock_is_byte(struct python *py, uint64_t object)
{
	const struct python_type *type = python_type(py, object);

	return type && python_word(py, type->address + TYPE_BASICSIZE) == LOCK_BYTE_SIZE;
}

/* A lock of multiprocessing: who holds it is asked of all processes at once, elsewhere. */
static bool semlock_read(struct python *py, uint64_t object, struct python_lock *ret)
{
	struct python_lock lock = { .object = object };

	if (python_word32(py, object + SEMLOCK_KIND) == 0) /* RECURSIVE_MUTEX */
		lock.type = PYTHON_SHARED_RLOCK;
	else if (python_word32(py, object + SEMLOCK_MAXVALUE) == 1)
		lock.type = PYTHON_SHARED_LOCK;
	else
		lock.type = PYTHON_SHARED_SEMAPHORE;
	lock.link = lock.word = python_word(py, object + SEMLOCK_HANDLE);
	*ret = lock;
	return lock.word;
}

/* What the object is, and what its waiters wait for; false if it is no lock, or free. */
static bool lock_read(struct python *py, uint64_t object, struct python_lock *ret)
{
	enum python_class kind = python_class(py, object);
	struct python_lock lock = { .object = object };
	uint8_t taken;

	if (kind == CLASS_SEMLOCK)
		return semlock_read(py, object, ret);
	if (kind != CLASS_LOCK && kind != CLASS_RLOCK)
		return false;
	lock.type = kind == CLASS_LOCK ? PYTHON_LOCK : PYTHON_RLOCK;
	if (kind == CLASS_LOCK && lock_is_byte(py, object)) {
		lock.word = object + LOCK_WORD;
		taken = python_byte(py, lock.word) & 1;
	} else {
		lock.link = lock.word = python_word(py, object + LOCK_WORD);
		taken = python_byte(py, object + (kind == CLASS_LOCK ? LOCK_LOCKED : RLOCK_COUNT));
	}
	*ret = lock;
	return lock.word && (taken || kind == CLASS_RLOCK);
}

/* The lock that the object is, or of which it is a bound method, or the lock of a Condition. */
static uint64_t lock_behind(struct python *py, uint64_t object)
{
	switch (python_class(py, object)) {
	case CLASS_LOCK:
	case CLASS_RLOCK:
	case CLASS_SEMLOCK:
		return object;
	case CLASS_BUILTIN:
		return python_word(py, object + BUILTIN_SELF);
	case CLASS_CONDITION:
		return python_attribute(py, object, "_lock", NULL);
	default:
		return 0;
	}
}

/* An RLock says who has it. */
static void add_owner(struct walk *walk, const struct python_lock *seen)
{
	struct python *py = walk->locks->py;
	struct python_lock lock = *seen;

	lock.where = lock.object + RLOCK_OWNER;
	lock.value = python_word(py, lock.where);
	if (!lock.value || !python_word(py, lock.object + RLOCK_COUNT))
		return;
	lock.tid = tid_of_ident(walk->locks, lock.value);
	lock.bond = lock.tid ? PYTHON_OWNS : PYTHON_NOBODY;
	locks_add(walk->locks, walk->first, &lock);
}

/* The Condition whose wait() the frame is, or 0. */
static uint64_t frame_condition(struct python *py, const struct python_frame *frame)
{
	uint64_t self = python_frame_local(py, frame, 0);

	return python_class(py, self) == CLASS_CONDITION &&
			       python_frame_is(py, frame, "wait", "threading.py")
		       ? self
		       : 0;
}

static void add_seen(struct walk *walk, const struct python_frame *frame, uint64_t object)
{
	struct python *py = walk->locks->py;
	struct python_lock lock;
	uint64_t behind = object ? lock_behind(py, object) : 0;
	uint64_t condition, named = behind;

	if (!behind || !lock_read(py, behind, &lock))
		return;
	lock.bond = PYTHON_SEEN;
	lock.tid = walk->thread->tid;
	condition = lock.type == PYTHON_LOCK ? frame_condition(py, frame) : 0;
	if (condition && python_attribute(py, condition, "_lock", NULL) != behind) {
		lock.type = PYTHON_CONDITION;
		named = condition;
	}
	python_name(py, frame, named, lock.name, sizeof(lock.name));
	if (lock.type == PYTHON_RLOCK)
		add_owner(walk, &lock);
	locks_add(walk->locks, walk->first, &lock);
}

/* All locks that the frame refers to: one of them may be what it waits for. */
static void frame_seen(struct walk *walk, const struct python_frame *frame)
{
	struct python *py = walk->locks->py;
	uint32_t slots = frame->code.stack_size < SEEN_SLOTS ? frame->code.stack_size : SEEN_SLOTS;
	uint32_t count =
		frame->code.local_count < SEEN_SLOTS ? frame->code.local_count : SEEN_SLOTS;

	for (uint32_t i = 0; i < slots; i++)
		add_seen(walk, frame, python_word(py, frame->values + 8ull * i));
	for (uint32_t i = 0; i < count; i++)
		add_seen(walk, frame, python_frame_local(py, frame, i));
}

/* importlib's own lock, one for each module (Lib/importlib/_bootstrap.py: _ModuleLock). */
static void frame_imports(struct walk *walk, const struct python_frame *frame)
{
	struct python *py = walk->locks->py;
	uint64_t self, owner, ident;
	struct python_lock lock;

	if (!python_frame_is(py, frame, "acquire", "<frozen importlib._bootstrap>"))
		return;
	self = python_frame_local(py, frame, 0);
	if (!lock_read(py, python_attribute(py, self, "wakeup", NULL), &lock))
		return;
	owner = python_attribute(py, self, "owner", &lock.where);
	if (!owner || !python_number(py, owner, &ident))
		return;
	lock.value = owner;
	lock.tid = tid_of_ident(walk->locks, ident);
	lock.type = PYTHON_MODULE;
	lock.bond = PYTHON_OWNS;
	python_string(py, python_attribute(py, self, "name", NULL), lock.name, sizeof(lock.name));
	if (lock.tid)
		locks_add(walk->locks, walk->first, &lock);
}

static bool is_released(const struct walk *walk, uint64_t object)
{
	for (uint32_t i = 0; i < walk->released_count; i++)
		if (walk->released[i] == object)
			return true;
	return false;
}

/* "transfer at bank.py:7", of the with statement whose __exit__ is in that slot. */
static void since_write(struct python *py, const struct python_frame *frame, uint64_t slot,
			char ret[PYTHON_SINCE_LEN])
{
	struct python_frame then = *frame;
	char file[1024], number[16];
	const char *slash;
	uint32_t line;

	then.instruction = python_frame_with(py, frame, (uint32_t)((slot - frame->values) / 8));
	line = then.instruction < 0 ? 0 : python_frame_line(py, &then);
	memset(ret, 0, PYTHON_SINCE_LEN);
	if (!line || !python_string(py, frame->code.file, file, sizeof(file)) ||
	    !python_string(py, frame->code.name, ret, PYTHON_NAME_LEN))
		return;
	slash = strrchr(file, '/');
	snprintf(number, sizeof(number), ":%u", line);
	text_append(ret, PYTHON_SINCE_LEN - sizeof(number), " at ");
	text_append(ret, PYTHON_SINCE_LEN - sizeof(number), slash ? slash + 1 : file);
	text_append(ret, PYTHON_SINCE_LEN, number);
}

static void add_with(struct walk *walk, const struct python_frame *frame, uint64_t object,
		     uint64_t where, uint64_t value)
{
	struct python *py = walk->locks->py;
	struct python_lock lock;

	if (!lock_read(py, object, &lock) || lock.type == PYTHON_RLOCK ||
	    is_released(walk, object) || python_code_mentions(py, &frame->code, "release"))
		return;
	lock.bond = PYTHON_WITH;
	lock.tid = walk->thread->tid;
	lock.where = where;
	lock.value = value;
	since_write(py, frame, where, lock.since);
	locks_add(walk->locks, walk->first, &lock);
}

/* Frames whose live slots are searched one in another: each is the innermost one's manager. */
struct managers {
	struct python_frame frames[MANAGERS_DEPTH];
	uint32_t count;
};

static void manager_push(struct python *py, uint64_t manager, struct managers *managers)
{
	uint64_t generator = python_attribute(py, manager, "gen", NULL);

	if (managers->count < MANAGERS_DEPTH && generator &&
	    python_frame_of_generator(py, generator, &managers->frames[managers->count]))
		managers->count++;
}

static void slot_with(struct walk *walk, const struct python_frame *frame, uint64_t where,
		      struct managers *managers)
{
	struct python *py = walk->locks->py;
	uint64_t value = python_word(py, where);
	uint64_t self;

	switch (value ? python_class(py, value) : CLASS_OTHER) {
	case CLASS_BUILTIN:
		if (python_builtin_is(py, value, "__exit__"))
			add_with(walk, frame, python_word(py, value + BUILTIN_SELF), where, value);
		break;
	case CLASS_METHOD:
		self = python_word(py, value + METHOD_SELF);
		if (python_class(py, self) == CLASS_CONTEXT_MANAGER)
			manager_push(py, self, managers);
		else if (python_class(py, self) == CLASS_CONDITION &&
			 python_method_is(py, value, "__exit__", "threading.py"))
			add_with(walk, frame, python_attribute(py, self, "_lock", NULL), where,
				 value);
		else if (python_method_is(py, value, "__exit__", "synchronize.py"))
			add_with(walk, frame, python_attribute(py, self, "_semlock", NULL), where,
				 value);
		break;
	default:
		break;
	}
}

static void frame_with(struct walk *walk, const struct python_frame *frame)
{
	struct managers managers = { .frames = { *frame }, .count = 1 };

	for (uint32_t m = 0; m < managers.count; m++) {
		struct python_frame inner = managers.frames[m];
		uint32_t live = python_frame_live(walk->locks->py, &inner);

		for (uint32_t i = 0; i < live; i++)
			slot_with(walk, &inner, inner.values + 8ull * i, &managers);
	}
}

/* Condition.wait() gives its lock back for as long as it waits, and code around it holds it not. */
static void frame_releases(struct walk *walk, const struct python_frame *frame)
{
	struct python *py = walk->locks->py;
	uint64_t lock;

	if (walk->released_count == RELEASED_MOST ||
	    !python_frame_is(py, frame, "wait", "threading.py"))
		return;
	lock = python_attribute(py, python_frame_local(py, frame, 0), "_lock", NULL);
	if (lock)
		walk->released[walk->released_count++] = lock;
}

static void thread_locks(struct locks *locks, const struct python_thread *thread)
{
	struct walk walk = { .locks = locks, .thread = thread, .first = locks->count };
	struct python_frame frame;

	if (!thread->frame)
		return;
	if (!python_frame_first(locks->py, thread->frame, &frame))
		return;
	for (int i = 0; i < PYTHON_FRAMES_MOST; i++) {
		if (i < SEEN_FRAMES)
			frame_seen(&walk, &frame);
		if (!i)
			frame_imports(&walk, &frame);
		frame_releases(&walk, &frame);
		frame_with(&walk, &frame);
		if (!python_frame_outward(locks->py, &frame, &frame))
			return;
	}
	locks->partial = true;
}

/* What whoever joins the thread waits for. */
static bool thread_end_read(struct python *py, uint64_t object, struct python_lock *ret)
{
	struct python_lock lock = { 0 };
	uint64_t handle;

	if (!py->layout->parking) {
		uint64_t inner = python_attribute(py, object, "_tstate_lock", &lock.where);

		if (!lock_read(py, inner, ret))
			return false;
		ret->where = lock.where;
		ret->value = inner;
		return true;
	}
	lock.object = lock.value = python_attribute(py, object, "_handle", &lock.where);
	if (python_class(py, lock.object) != CLASS_THREAD_HANDLE)
		return false;
	handle = python_word(py, lock.object + HANDLE_POINTER);
	lock.link = handle;
	lock.word = handle + HANDLE_EVENT;
	*ret = lock;
	return handle;
}

/* threading._active: every thread that was started and has not ended, by pthread_self(). */
static void active_locks(struct locks *locks)
{
	struct python *py = locks->py;
	uint64_t threading = python_module(py, "threading");
	uint64_t active = threading ? python_dict_get(py, threading, "_active", NULL) : 0;
	struct python_items items = python_dict_items(py, active);

	for (int i = 0; i < ACTIVE_MOST && python_items_next(py, &items); i++) {
		struct python_lock lock;
		uint64_t ident;

		if (!python_number(py, items.key, &ident) ||
		    !thread_end_read(py, items.value, &lock))
			continue;
		lock.tid = tid_of_ident(locks, ident);
		lock.bond = PYTHON_ENDS;
		lock.type = PYTHON_THREAD;
		python_string(py, python_attribute(py, items.value, "_name", NULL), lock.name,
			      sizeof(lock.name));
		if (lock.tid)
			locks_add(locks, locks->count, &lock);
	}
}

static void read_once(struct locks *locks, struct python_scratch *scratch)
{
	locks->threads = scratch->threads;
	locks->thread_count = python_threads(locks->py, scratch->threads, &locks->partial);
	for (uint32_t i = 0; i < locks->thread_count; i++)
		thread_locks(locks, &scratch->threads[i]);
	active_locks(locks);
	if (!locks->py->reads_left)
		locks->partial = true;
}

static bool has(const struct locks *locks, uint32_t *next, const struct python_lock *lock)
{
	if (*next < locks->count && !memcmp(&locks->items[*next], lock, sizeof(*lock))) {
		++*next;
		return true;
	}
	for (uint32_t i = 0; i < locks->count; i++)
		if (!memcmp(&locks->items[i], lock, sizeof(*lock)))
			return true;
	return false;
}

uint32_t python_locks(struct python *py, struct python_scratch *scratch,
		      struct python_lock ret[PYTHON_LOCKS_MOST], bool *ret_partial)
{
	struct locks first = { .py = py, .items = ret };
	struct locks again = { .py = py, .items = scratch->again };
	uint32_t kept = 0, next = 0;

	read_once(&first, scratch);
	python_forget(py);
	read_once(&again, scratch);
	for (uint32_t i = 0; i < first.count; i++)
		if (has(&again, &next, &first.items[i]))
			ret[kept++] = first.items[i];
	*ret_partial = first.partial || again.partial;
	return kept;
}
