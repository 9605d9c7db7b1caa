/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptors that a task polls or selects. */
#include "kinds/poll_set.h"

#include <asm/poll.h>
#include <errno.h>
#include <stdlib.h>

/* poll(2) */
struct pollfd_bytes {
	int32_t fd;
	int16_t events;
	int16_t revents;
};

#define CHUNK (MEMORY_ANSWER_MAX / sizeof(struct pollfd_bytes))
#define WORDS (POLL_SET_MOST / 64)

void poll_set_deinit(struct poll_set *set)
{
	free(set->items);
	*set = (struct poll_set){ 0 };
}

static void set_add(struct poll_set *set, int32_t fd, uint32_t events, uint64_t address)
{
	set->items[set->count++] = (struct poll_watch){ fd, events, address };
}

/* A negative descriptor is ignored. */
static int read_pollfds(const struct probe *probe, const struct look_task *task, uint32_t count,
			struct poll_set *set)
{
	struct pollfd_bytes chunk[CHUNK];

	for (uint32_t first = 0; first < count; first += CHUNK) {
		uint32_t n = count - first < CHUNK ? count - first : CHUNK;
		uint64_t address = task->args[0] + first * sizeof(chunk[0]);
		int error = probe_memory(probe, task->pid, address, chunk, n * sizeof(chunk[0]));

		if (error)
			return error;
		for (uint32_t i = 0; i < n; i++)
			if (chunk[i].fd >= 0)
				set_add(set, chunk[i].fd, (uint16_t)chunk[i].events,
					address + i * sizeof(chunk[0]));
	}
	return 0;
}

/* One fd_set of select(2): bit n of the array of 64-bit words is descriptor n. */
static int read_bits(const struct probe *probe, const struct look_task *task, uint64_t address,
		     uint32_t count, uint64_t *ret_words)
{
	if (!address)
		return 0;
	return probe_memory(probe, task->pid, address, ret_words, (count + 63) / 64 * 8);
}

static int read_fd_sets(const struct probe *probe, const struct look_task *task, uint32_t count,
			struct poll_set *set)
{
	static const uint32_t events[] = { POLLIN, POLLOUT, POLLPRI };
	uint64_t words[3][WORDS] = { 0 };

	for (int i = 0; i < 3; i++) {
		int error = read_bits(probe, task, task->args[1 + i], count, words[i]);

		if (error)
			return error;
	}
	for (uint32_t fd = 0; fd < count; fd++) {
		uint32_t wanted = 0;
		uint64_t address = 0;

		for (int i = 0; i < 3; i++) {
			if (!(words[i][fd / 64] >> fd % 64 & 1))
				continue;
			wanted |= events[i];
			if (!address)
				address = task->args[1 + i] + fd / 64 * 8;
		}
		if (wanted)
			set_add(set, (int32_t)fd, wanted, address);
	}
	return 0;
}

int poll_set_read(const struct probe *probe, const struct look_task *task, struct poll_set *ret)
{
	enum call call = call_of(task);
	bool polls = call == CALL_POLL || call == CALL_PPOLL;
	uint64_t count = polls ? (uint32_t)task->args[1] : (uint32_t)task->args[0];

	if (count > POLL_SET_MOST)
		return -E2BIG;

	struct poll_set set = { .items = malloc((count + 1) * sizeof(*set.items)) };

	if (!set.items)
		return -ENOMEM;

	int error = polls ? read_pollfds(probe, task, count, &set)
			  : read_fd_sets(probe, task, count, &set);

	if (error) {
		poll_set_deinit(&set);
		return error;
	}
	*ret = set;
	return 0;
}
