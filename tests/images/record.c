/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record PID TID...: writes all that the reader reads of a process that runs
 * program.py to standard output, as an image. Linked with the reader's functions
 * wrapped, so that it knows which bytes those were. See make.sh.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "recorded.h"
#include "probe/python.h"
#include "probe/worker.h"
#include "python/memory.h"

#define RUNS_MOST 1000000

static struct recorded_run runs[RUNS_MOST];
static size_t run_count;

int __real_python_read(struct python *py, uint64_t address, void *ret, size_t length);
uint64_t __real_python_word(struct python *py, uint64_t address);
uint32_t __real_python_word32(struct python *py, uint64_t address);
uint8_t __real_python_byte(struct python *py, uint64_t address);
int __wrap_python_read(struct python *py, uint64_t address, void *ret, size_t length);
uint64_t __wrap_python_word(struct python *py, uint64_t address);
uint32_t __wrap_python_word32(struct python *py, uint64_t address);
uint8_t __wrap_python_byte(struct python *py, uint64_t address);

static void note(uint64_t address, uint64_t length)
{
	if (run_count < RUNS_MOST)
		runs[run_count++] = (struct recorded_run){ address, length };
}

int __wrap_python_read(struct python *py, uint64_t address, void *ret, size_t length)
{
	note(address, length);
	return __real_python_read(py, address, ret, length);
}

uint64_t __wrap_python_word(struct python *py, uint64_t address)
{
	note(address, 8);
	return __real_python_word(py, address);
}

uint32_t __wrap_python_word32(struct python *py, uint64_t address)
{
	note(address, 4);
	return __real_python_word32(py, address);
}

uint8_t __wrap_python_byte(struct python *py, uint64_t address)
{
	note(address, 1);
	return __real_python_byte(py, address);
}

static int compare_runs(const void *a, const void *b)
{
	const struct recorded_run *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void write_run(const char *pid, uint64_t from, uint64_t to)
{
	struct recorded_run run = { from, to - from };
	unsigned char *bytes = malloc(run.length);
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/mem", pid);

	int fd = open(path, O_RDONLY);

	if (pread(fd, bytes, run.length, (off_t)from) == (ssize_t)run.length) {
		fwrite(&run, sizeof(run), 1, stdout);
		fwrite(bytes, 1, run.length, stdout);
	}
	close(fd);
	free(bytes);
}

static void write_runs(const char *pid)
{
	qsort(runs, run_count, sizeof(runs[0]), compare_runs);
	for (size_t i = 0; i < run_count;) {
		uint64_t from = runs[i].address, to = from;

		for (; i < run_count && runs[i].address <= to + sizeof(runs[0]); i++)
			if (runs[i].address + runs[i].length > to)
				to = runs[i].address + runs[i].length;
		write_run(pid, from, to);
	}
}

int main(int argc, char **argv)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	size_t room = (size_t)1 << 20;
	struct exchange *exchange = calloc(1, sizeof(*exchange) + room);
	struct recorded_head head = { 0 };
	struct python_stack stack;

	if (argc != 1 + RECORDED_THREADS)
		return 2;
	exchange->capacity = room;
	exchange->question.id = (uint32_t)atoi(argv[1]);
	exchange->item_size = sizeof(struct interpreter);
	interpreter_answer(worker, exchange);
	memcpy(&head.interpreter, exchange->items, sizeof(head.interpreter));
	exchange->count = 0;
	python_locks_answer(worker, exchange);
	for (int i = 1; i < argc; i++) {
		head.tids[i - 1] = (uint32_t)atoi(argv[i]);
		python_frames(worker, exchange, exchange->question.id, head.tids[i - 1], &stack);
	}
	exchange->question.a = head.tids[RECORDED_THREADS - 1];
	coroutines_answer(worker, exchange);
	fwrite(&head, sizeof(head), 1, stdout);
	write_runs(argv[1]);
	return 0;
}
