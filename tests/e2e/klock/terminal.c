/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two readers of one terminal: the second waits for a mutex that the first keeps (drivers/tty/
 * n_tty.c: atomic_read_lock), and the first for somebody who types.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "hang.h"

static int terminal;

static void reader(void *argument)
{
	char byte;

	(void)argument;
	(void)!read(terminal, &byte, 1);
}

int main(void)
{
	go();

	int keyboard = must(posix_openpt(O_RDWR | O_NOCTTY));

	must(grantpt(keyboard));
	must(unlockpt(keyboard));
	terminal = must(open(ptsname(keyboard), O_RDWR | O_NOCTTY));

	pid_t a = child_new(reader, NULL);

	await_call(a, SYS_read, NULL); /* with the mutex */

	pid_t b = child_new(reader, NULL);

	ready("a", a, "b", b, "main", getpid(), NULL);
	waitpid(a, NULL, 0);
	return 0;
}
