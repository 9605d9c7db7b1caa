/* SPDX-License-Identifier: BSD-2-Clause */
/* See act.h. */
#include "act.h"
#include "language/language.h"

#include <linux/futex.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FUTEX_WORD    7
#define BARRIER_COUNT 100

struct thing *thing_of(struct stage *stage, int object)
{
	int region = stage->plan.objects[object].region;

	return region == NOBODY ? &stage->own[object] : &stage->region[region][object];
}

#ifndef PTHREAD_MUTEX_ADAPTIVE_NP /* musl */
#define PTHREAD_MUTEX_ADAPTIVE_NP PTHREAD_MUTEX_NORMAL
#endif

static const struct {
	int type, robust, protocol;
} mutex_types[] = {
	{ PTHREAD_MUTEX_DEFAULT, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE },
	{ PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE },
	{ PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE },
	{ PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE },
	{ PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE },
	{ PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE },
	{ PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT },
};

static void mutex_init(pthread_mutex_t *mutex, int type, int pshared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	/* not even PTHREAD_MUTEX_DEFAULT: it would be taken for PTHREAD_MUTEX_NORMAL */
	if (type)
		pthread_mutexattr_settype(&attributes, mutex_types[type].type);
	pthread_mutexattr_setrobust(&attributes, mutex_types[type].robust);
	pthread_mutexattr_setprotocol(&attributes, mutex_types[type].protocol);
	pthread_mutexattr_setpshared(&attributes, pshared);
	pthread_mutex_init(mutex, &attributes);
}

static void rwlock_init(struct thing *thing, int preference, int pshared)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
#ifdef __GLIBC__
	pthread_rwlockattr_setkind_np(&attributes, preference);
#else
	(void)preference;
#endif
	pthread_rwlockattr_setpshared(&attributes, pshared);
	pthread_rwlock_init(&thing->rwlock, &attributes);
}

static void cond_init(struct thing *thing, int pshared)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setpshared(&attributes, pshared);
	pthread_cond_init(&thing->cond, &attributes);
	mutex_init(&thing->cond_mutex, 0, pshared);
}

static void barrier_init(struct thing *thing, int pshared)
{
	pthread_barrierattr_t attributes;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, pshared);
	pthread_barrier_init(&thing->barrier, &attributes, BARRIER_COUNT);
}

static bool is_language(const struct stage *stage, int object)
{
	const struct plan_object *o = &stage->plan.objects[object];

	return o->region == NOBODY && !o->pshared;
}

static struct language_lock language_lock(struct stage *stage, int object)
{
	const struct plan_object *o = &stage->plan.objects[object];

	return (struct language_lock){ thing_of(stage, object), o->kind, o->type };
}

/* True if it was done as the language has it. */
static bool take_as_language(struct stage *stage, int object, bool writes, bool timed)
{
	return is_language(stage, object) &&
	       language_take(language_lock(stage, object), writes, timed);
}

void thing_init(struct stage *stage, int object)
{
	const struct plan_object *o = &stage->plan.objects[object];
	struct thing *thing = thing_of(stage, object);

	if (is_language(stage, object) && language_init(language_lock(stage, object)))
		return;
	switch (o->kind) {
	case OBJECT_MUTEX:
		mutex_init(&thing->mutex, o->type, o->pshared);
		break;
	case OBJECT_SEM:
		sem_init(&thing->sem, o->pshared, 0);
		break;
	case OBJECT_FUTEX:
		thing->word = FUTEX_WORD;
		break;
	case OBJECT_COND:
		cond_init(thing, o->pshared);
		break;
	case OBJECT_BARRIER:
		barrier_init(thing, o->pshared);
		break;
	case OBJECT_RWLOCK:
		rwlock_init(thing, o->type, o->pshared);
		break;
	case OBJECT_STDIO:
		thing->stdio = fopen("/dev/null", "re");
		break;
	}
}

void thing_take(struct stage *stage, int object)
{
	struct thing *thing = thing_of(stage, object);

	if (take_as_language(stage, object, true, false))
		return;
	switch (stage->plan.objects[object].kind) {
	case OBJECT_RWLOCK:
		pthread_rwlock_wrlock(&thing->rwlock);
		break;
	case OBJECT_STDIO:
		flockfile(thing->stdio);
		break;
	default:
		pthread_mutex_lock(&thing->mutex);
	}
}

static struct timespec far_away(void)
{
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += LONG_S;
	return when;
}

static void act_lock(struct stage *stage, const struct plan_thread *thread)
{
	struct thing *thing = thing_of(stage, thread->argument);
	struct timespec end = far_away();

	if (take_as_language(stage, thread->argument, true, thread->timed))
		return;
	if (thread->timed)
		pthread_mutex_timedlock(&thing->mutex, &end);
	else
		pthread_mutex_lock(&thing->mutex);
}

static void act_rwlock(struct stage *stage, const struct plan_thread *thread)
{
	pthread_rwlock_t *lock = &thing_of(stage, thread->argument)->rwlock;
	bool writes = thread->call == CALL_WRLOCK;
	struct timespec end = far_away();

	if (take_as_language(stage, thread->argument, writes, thread->timed))
		return;
	if (thread->timed)
		(writes ? pthread_rwlock_timedwrlock : pthread_rwlock_timedrdlock)(lock, &end);
	else
		(writes ? pthread_rwlock_wrlock : pthread_rwlock_rdlock)(lock);
}

static void act_sem(struct stage *stage, const struct plan_thread *thread)
{
	struct thing *thing = thing_of(stage, thread->argument);
	struct timespec end = far_away();

	if (thread->timed)
		sem_timedwait(&thing->sem, &end);
	else
		sem_wait(&thing->sem);
}

static void act_futex(struct stage *stage, const struct plan_thread *thread)
{
	struct thing *thing = thing_of(stage, thread->argument);
	int op = FUTEX_WAIT;
	struct timespec length = { .tv_sec = LONG_S };

	if (!stage->plan.objects[thread->argument].pshared)
		op |= FUTEX_PRIVATE_FLAG;
	syscall(SYS_futex, &thing->word, op, FUTEX_WORD, thread->timed ? &length : NULL, NULL, 0);
}

static void act_cond(struct stage *stage, const struct plan_thread *thread)
{
	struct thing *thing = thing_of(stage, thread->argument);
	struct timespec end = far_away();

	if (take_as_language(stage, thread->argument, true, thread->timed))
		return;
	pthread_mutex_lock(&thing->cond_mutex);
	if (thread->timed)
		pthread_cond_timedwait(&thing->cond, &thing->cond_mutex, &end);
	else
		pthread_cond_wait(&thing->cond, &thing->cond_mutex);
}

static void act_join(struct stage *stage, const struct plan_thread *thread)
{
	struct timespec end = far_away();

	if (thread->timed)
		pthread_timedjoin_np(stage->handle[thread->argument], NULL, &end);
	else
		pthread_join(stage->handle[thread->argument], NULL);
}

static pid_t pid_of(const struct stage *stage, int process)
{
	return stage->board->tid[plan_leader(&stage->plan, process)];
}

int pidfd_of(const struct stage *stage, int process)
{
	return must((int)syscall(SYS_pidfd_open, pid_of(stage, process), 0));
}

static void act_wait(struct stage *stage, const struct plan_thread *thread)
{
	int child = thread->argument;
	siginfo_t info;

	switch (thread->call) {
	case CALL_WAIT4:
		waitpid(pid_of(stage, child), NULL, 0);
		break;
	case CALL_WAIT4_ANY:
		waitpid(-1, NULL, 0);
		break;
	case CALL_WAIT4_GROUP:
		waitpid(0, NULL, 0);
		break;
	case CALL_WAITID:
		waitid(P_PID, pid_of(stage, child), &info, WEXITED);
		break;
	case CALL_WAITID_ANY:
		waitid(P_ALL, 0, &info, WEXITED);
		break;
	case CALL_WAITID_GROUP:
		waitid(P_PGID, 0, &info, WEXITED);
		break;
	case CALL_WAITID_PIDFD:
		waitid(P_PIDFD, pidfd_of(stage, child), &info, WEXITED);
		break;
	default:
		waitid(P_ALL, 0, &info, WSTOPPED);
	}
}

static void act_spin(void)
{
	volatile unsigned long turns = 0;

	setpriority(PRIO_PROCESS, 0, 19);
	for (;;)
		turns++;
}

void act(struct stage *stage, int number)
{
	static char page[4096];
	const struct plan_thread *thread = &stage->plan.threads[number];

	switch (thread->call) {
	case CALL_SLEEP:
	case CALL_END:
	case CALLS:
		return;
	case CALL_SPIN:
		act_spin();
		return;
	case CALL_PAUSE:
		pause();
		return;
	case CALL_SOCKET:
		must(read(socket_new(), page, 1));
		return;
	case CALL_LOCK:
		act_lock(stage, thread);
		return;
	case CALL_SEM:
		act_sem(stage, thread);
		return;
	case CALL_FUTEX:
		act_futex(stage, thread);
		return;
	case CALL_COND:
		act_cond(stage, thread);
		return;
	case CALL_BARRIER:
		pthread_barrier_wait(&thing_of(stage, thread->argument)->barrier);
		return;
	case CALL_JOIN:
		act_join(stage, thread);
		return;
	case CALL_READ:
		if (read(stage->passage.pipe[thread->argument][0], page, 1) < 0)
			perror("read");
		return;
	case CALL_WRITE:
		if (write(stage->passage.pipe[thread->argument][1], page, sizeof(page)) < 0)
			perror("write");
		return;
	case CALL_POLL:
	case CALL_PPOLL:
	case CALL_SELECT:
	case CALL_EPOLL:
	case CALL_EPOLL_EDGE:
	case CALL_EPOLL_NESTED:
		act_watch(stage, number);
		return;
	case CALL_RECEIVE:
	case CALL_SEND:
		act_pair(stage, thread);
		return;
	case CALL_EVENT_READ:
	case CALL_EVENT_WRITE:
		act_event(stage, thread);
		return;
	case CALL_SEMOP:
		act_semop(stage, thread);
		return;
	case CALL_RDLOCK:
	case CALL_WRLOCK:
		act_rwlock(stage, thread);
		return;
	case CALL_FLOCKFILE:
		flockfile(thing_of(stage, thread->argument)->stdio);
		return;
	case CALL_FILE_LOCK:
	case CALL_FILE_LOCK_SHARED:
		act_file_lock(stage, number);
		return;
	default:
		act_wait(stage, thread);
	}
}
