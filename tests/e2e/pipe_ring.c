/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three processes in a ring of pipes, each reads from the one before it. tidy:
 * each holds only its own two ends. untidy: nobody closed anything, so everyone
 * could write to everyone, and nobody does.
 */
#include "hang.h"

#include <string.h>

struct seat {
	int (*pipes)[2];
	int place;
	int tidy;
};

static void read_from_left(void *argument)
{
	struct seat *seat = argument;
	char byte;

	for (int i = 0; seat->tidy && i < 3; i++) {
		if (i != seat->place)
			close(seat->pipes[i][0]);
		if (i != (seat->place + 1) % 3)
			close(seat->pipes[i][1]);
	}
	must(read(seat->pipes[seat->place][0], &byte, 1)); /* here it hangs */
}

int main(int argc, char **argv)
{
	int tidy = argc < 2 || strcmp(argv[1], "untidy");
	pid_t child[3];
	int pipes[3][2];

	go();
	for (int i = 0; i < 3; i++)
		must(pipe(pipes[i]));
	for (int i = 0; i < 3; i++)
		child[i] = child_new(read_from_left, &(struct seat){ pipes, i, tidy });
	for (int i = 0; tidy && i < 3; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	ready("main", getpid(), "a", child[0], "b", child[1], "c", child[2], NULL);
	waitpid(child[0], NULL, 0); /* here it hangs */
	return 0;
}
