/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A walk from the roots down the index of children, each process once.
 */
#include "core/scope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/graph.h"

void scope_init(struct scope *scope, const uint32_t *named, size_t named_count)
{
	*scope = (struct scope){ .named = named, .named_count = named_count, .named_alive = true };
}

void scope_deinit(struct scope *scope)
{
	free(scope->known);
	free(scope->in);
	*scope = (struct scope){ 0 };
}

bool scope_names(const struct scope *scope, uint32_t pid)
{
	for (size_t i = 0; i < scope->named_count; i++)
		if (scope->named[i] == pid)
			return true;
	return false;
}

static uint64_t process_key(const struct look *look, const struct process *process)
{
	return mix64(process->pid, look->tasks[process->first].start_ns);
}

static int key_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Everything that descends from what is marked gets marked. */
static void mark_descendants(const struct look *look, uint8_t *in, uint32_t *queue, uint32_t queued)
{
	for (uint32_t head = 0; head < queued; head++) {
		const struct process *process = &look->processes[queue[head]];
		uint32_t first, count = look_children(look, process->pid, &first);

		for (uint32_t i = first; i < first + count; i++) {
			uint32_t child = look->by_parent[i];

			if (in[child])
				continue;
			in[child] = 1;
			queue[queued++] = child;
		}
	}
}

static void scope_count(struct scope *scope, const struct look *look)
{
	scope->processes = scope->tasks = 0;
	scope->named_alive = false;
	scope->known_count = 0;
	for (uint32_t i = 0; i < look->process_count; i++) {
		const struct process *process = &look->processes[i];

		if (!scope->in[i] || process_is_dead(look, process))
			continue;
		scope->processes++;
		scope->tasks += process->count;
		scope->known[scope->known_count++] = process_key(look, process);
		scope->named_alive |= scope_names(scope, process->pid);
	}
	qsort(scope->known, scope->known_count, sizeof(*scope->known), key_compare);
}

int scope_update(struct scope *scope, const struct look *look)
{
	if (!scope->named)
		return 0;

	uint32_t n = look->process_count, queued = 0;
	_cleanup_free_ uint32_t *queue = malloc((n + 1) * sizeof(*queue));
	_cleanup_free_ uint64_t *known = malloc((n + 1) * sizeof(*known));
	_cleanup_free_ uint8_t *in = calloc(n + 1, 1);

	if (!queue || !known || !in)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t key = process_key(look, &look->processes[i]);

		if (!scope_names(scope, look->processes[i].pid) &&
		    !(scope->known_count &&
		      bsearch(&key, scope->known, scope->known_count, sizeof(key), key_compare)))
			continue;
		in[i] = 1;
		queue[queued++] = i;
	}
	mark_descendants(look, in, queue, queued);
	free(scope->known);
	free(scope->in);
	scope->known = TAKE_PTR(known);
	scope->in = TAKE_PTR(in);
	scope_count(scope, look);
	return 0;
}

bool scope_has(const struct scope *scope, const struct look *look, uint32_t pid)
{
	const struct process *process = look_process(look, pid);

	return !scope->named || (process && scope->in[process - look->processes]);
}
