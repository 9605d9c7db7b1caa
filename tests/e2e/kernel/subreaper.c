/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child reads from a pipe that only its parent could write to, and the parent waits for any
 * child; the child has a child of its own, which sleeps. "plain": that one's end is nothing to the
 * parent. "alone": the parent adopts orphans, but there is no grandchild. The near miss, "adopts":
 * the grandchild may leave a child of its own behind, which becomes the parent's.
 */
#include "hang.h"

#include <string.h>
#include <sys/prctl.h>

static const char *how;
static int ends[2];

static void doze(void *unused)
{
	(void)unused;
	sleep_for_ever();
}

static void read_order(void *unused)
{
	char byte;

	(void)unused;
	close(ends[1]);
	if (strcmp(how, "alone"))
		child_new(doze, NULL);
	must(read(ends[0], &byte, 1));
}

int main(int argc, char **argv)
{
	how = argc > 1 ? argv[1] : "plain";
	go();
	if (strcmp(how, "plain"))
		must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	must(pipe(ends));

	pid_t a = child_new(read_order, NULL);

	ready("main", getpid(), "a", a, NULL);
	wait(NULL);
	return 0;
}
