/* SPDX-License-Identifier: BSD-2-Clause */
/* The things that a plan's threads wait for, and the calls that wait. */
#ifndef DLTRACE_TESTS_ORACLE_ACT_H
#define DLTRACE_TESTS_ORACLE_ACT_H

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "gate.h"
#include "plan.h"

#define THING_SIZE  256 /* far more than any of them: zeros between */
#define REGION_SIZE (PLAN_MOST * THING_SIZE)

#define LONG_S 1000000 /* a timeout that is never reached */

/* A call that cannot fail unless the test itself is broken. */
#define must(call)                                     \
	({                                             \
		__typeof__(call) must_result = (call); \
		if ((long)must_result == -1) {         \
			perror(#call);                 \
			_exit(1);                      \
		}                                      \
		must_result;                           \
	})

struct thing {
	union {
		pthread_mutex_t mutex;
		sem_t sem;
		uint32_t word;
		struct {
			pthread_cond_t cond;
			pthread_mutex_t cond_mutex;
		};
		pthread_barrier_t barrier;
		pthread_rwlock_t rwlock;
		FILE *stdio;
		char size[THING_SIZE];
	};
};

/* Descriptors and what else a process keeps that becomes another program. */
struct passage {
	int region_fd[PLAN_MOST];
	int pipe[PLAN_MOST][2];
	int pair[PLAN_MOST][2];
	int event[PLAN_MOST];
	int file[PLAN_MOST];
	int semaphores; /* id of the set */
};

/* What all processes of a puppet share, and nobody waits for once it is ready. */
struct board {
	struct gate taken;
	struct gate reaped; /* nobody may wait for any child before */
	pid_t tid[PLAN_MOST];
	struct passage passage;
};

struct stage;

struct role {
	struct stage *stage;
	int thread;
	bool created; /* not a leader */
};

/* Each process has its own, but for board and region. */
struct stage {
	struct plan plan;
	struct board *board;
	int board_fd;
	struct thing *region[PLAN_MOST];
	struct passage passage;
	int own_file[PLAN_MOST]; /* of a thread that waits for a lock on a file */
	struct thing own[PLAN_MOST];
	pthread_t handle[PLAN_MOST];
	struct role roles[PLAN_MOST];
	sem_t taken_early;
};

struct thing *thing_of(struct stage *stage, int object);
void thing_init(struct stage *stage, int object);
void thing_take(struct stage *stage, int object);

void files_init(struct stage *stage);
/* Opens the files anew for those who will wait, and lets go of those that are not kept. */
void files_trim(struct stage *stage, int process);
void file_locks_take(struct stage *stage, int thread);
void act_file_lock(struct stage *stage, int thread);

void pairs_init(struct stage *stage);
void events_init(struct stage *stage);
/* Of a pair, by the number of one of its ends. */
int pair_end(const struct stage *stage, int end);
void act_pair(const struct stage *stage, const struct plan_thread *thread);
void act_event(const struct stage *stage, const struct plan_thread *thread);

/* Calls that wait for one of several descriptors. */
void act_watch(const struct stage *stage, int thread);
/* A port to which anybody may send, and nobody does. */
int socket_new(void);
int pidfd_of(const struct stage *stage, int process);

void semaphores_init(struct stage *stage);
void semaphores_take(const struct stage *stage, int thread);
void act_semop(const struct stage *stage, const struct plan_thread *thread);

/* Makes the thread's call. Returns if the call does. */
void act(struct stage *stage, int thread);

#endif /* DLTRACE_TESTS_ORACLE_ACT_H */
