/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes lock two files, each in the other's order, in the way that the
 * first argument names: flock, ofd, or mixed (one file by flock, the other by
 * fcntl, so that the kernel's own check sees no ring), or "upgrade" (both
 * read-lock one file by OFD locks, and want to write). Ways to look like it:
 * "timed" (an alarm ends the wait), "order" (the first one works and will
 * release), "ranges" (other bytes of the same files).
 */
#include "hang.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>

static pthread_barrier_t *both;
static const char *how, *way_on;
static char paths[2][64];

static void give_up(int number)
{
	(void)number;
}

/* The kernel keeps the lock that is to be replaced until the new one is granted. */
static void upgrade(void)
{
	int fd = must(open(paths[0], O_RDWR));
	struct flock lock = { .l_type = F_RDLCK };

	must(fcntl(fd, F_OFD_SETLKW, &lock));
	pthread_barrier_wait(both);
	lock.l_type = F_WRLCK;
	must(fcntl(fd, F_OFD_SETLKW, &lock));
}

static void take(int fd, int file, int first)
{
	int by_flock = !strcmp(how, "flock") || (!strcmp(how, "mixed") && !file);
	struct flock lock = { .l_type = F_WRLCK, .l_start = 10, .l_len = 20 };

	if (!strcmp(way_on, "ranges") && !first)
		lock.l_start = 50;
	if (by_flock)
		must(flock(fd, LOCK_EX));
	else
		must(fcntl(fd, strcmp(how, "ofd") ? F_SETLKW : F_OFD_SETLKW, &lock));
}

static void alarm_set(void)
{
	struct sigaction action = { .sa_handler = give_up };

	sigaction(SIGALRM, &action, NULL);
	alarm(600);
}

static void worker(void *argument)
{
	int own = argument != NULL;

	if (!strcmp(how, "upgrade"))
		return upgrade();

	int fds[] = { must(open(paths[0], O_RDWR)), must(open(paths[1], O_RDWR)) };

	take(fds[own], own, 1);
	pthread_barrier_wait(both);
	if (!strcmp(way_on, "timed"))
		alarm_set();
	if (!strcmp(way_on, "order") && !own)
		sleep_for_ever();
	take(fds[!own], !own, 0);
	sleep_for_ever();
}

int main(int argc, char **argv)
{
	how = argc > 1 ? argv[1] : "flock";
	way_on = argc > 2 ? argv[2] : "";
	go();
	for (int i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "locked-%d-%d", getpid(), i);
		close(must(open(paths[i], O_CREAT | O_RDWR, 0600)));
	}
	both = shared_memory(sizeof(*both));
	meeting_init(both, 3, 1);
	pid_t a = child_new(worker, NULL);
	pid_t b = child_new(worker, "");
	pthread_barrier_wait(both); /* both files are open */
	unlink(paths[0]);
	unlink(paths[1]);
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
