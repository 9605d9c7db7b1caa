/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/thread_index.h"

#include <errno.h>
#include <stdlib.h>

#include "core/look.h"

int thread_index_init(struct thread_index *index, const struct look *look,
		      uint64_t (*address)(const struct look_task *task))
{
	index->address = address;
	index->entries = calloc(look->task_count + 1, sizeof(*index->entries));
	index->known = calloc(look->process_count + 1, sizeof(*index->known));
	return index->entries && index->known ? 0 : -ENOMEM;
}

void thread_index_deinit(struct thread_index *index)
{
	free(index->entries);
	free(index->known);
	*index = (struct thread_index){ 0 };
}

static int entries_compare(const void *a, const void *b)
{
	const struct thread_entry *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

/* Returns how many entries the process has. */
static uint32_t index_process(const struct thread_index *index, const struct look *look,
			      const struct process *process)
{
	struct thread_entry *entries = &index->entries[process->first];
	uint32_t count = 0;

	for (uint32_t i = process->first; i < process->first + process->count; i++) {
		const struct look_task *task = &look->tasks[i];
		uint64_t address = task->flags & TASK_DEAD ? 0 : index->address(task);

		if (address)
			entries[count++] = (struct thread_entry){ address, i };
	}
	qsort(entries, count, sizeof(*entries), entries_compare);
	return count;
}

uint32_t thread_index_find(const struct thread_index *index, const struct look *look,
			   const struct process *process, uint64_t address)
{
	uint32_t *known = &index->known[process - look->processes];
	const struct thread_entry *entries = &index->entries[process->first];

	if (!*known)
		*known = index_process(index, look, process) + 1;

	uint32_t count = *known - 1, low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (entries[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && entries[low].address == address ? entries[low].task : NO_TASK;
}
