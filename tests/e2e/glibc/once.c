/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_once() whose routine never comes back: once SCENE.
 *
 *   join   the routine joins a thread that needs the same once
 *   twice  the routine needs its own once
 *   c11    as join, by call_once()
 *   slow   near miss: the routine sleeps, another thread waits for it
 */
#include "hang.h"

#include <string.h>
#include <threads.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag flag = ONCE_FLAG_INIT;
static const char *scene = "join";
static pthread_t thread;
static pid_t a;

static void prepare(void);

static void *need(void *argument)
{
	if (!strcmp(scene, "c11"))
		call_once(&flag, prepare); /* here it hangs */
	else
		pthread_once(&once, prepare); /* here it hangs */
	return argument;
}

static void prepare(void)
{
	if (strcmp(scene, "twice"))
		a = thread_new(&thread, need, NULL);
	ready("main", getpid(), "a", a, NULL);
	if (!strcmp(scene, "slow"))
		sleep_for_ever();
	else if (!strcmp(scene, "twice"))
		need(NULL);
	else
		pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	scene = argc > 1 ? argv[1] : scene;
	go();
	need(NULL);
	return 0;
}
