/* SPDX-License-Identifier: BSD-2-Clause */
/* CPython's _multiprocessing.SemLock objects. */
#include "kinds/semlock_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HANDLE_OFFSET	 16
#define TYPE_NAME_OFFSET 24	      /* PyTypeObject.tp_name (Include/cpython/object.h) */
#define REFERENCES_MOST	 (1ull << 32) /* more is a pointer, as in a freed object */

static const char type_name[] = "_multiprocessing.SemLock";

/* The object as it lies in memory. */
struct object_bytes {
	uint64_t references;
	uint64_t type;
	uint64_t handle;
	uint64_t last_tid;
	int32_t count;
	int32_t maxvalue;
	int32_t kind;
	int32_t padding;
};

void semlock_list_deinit(struct semlock_list *list)
{
	free(list->items);
	*list = (struct semlock_list){ 0 };
}

static int list_add(struct semlock_list *list, const struct semlock *semlock)
{
	if (list->count == SEMLOCKS_MOST)
		return -E2BIG;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 8;
		struct semlock *items = reallocarray(list->items, capacity, sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = *semlock;
	return 0;
}

static bool type_is_semlock(const struct probe *probe, uint32_t pid, uint64_t type)
{
	uint64_t name;
	char text[sizeof(type_name)];

	if (probe_memory(probe, pid, type + TYPE_NAME_OFFSET, &name, sizeof(name)))
		return false;
	if (probe_memory(probe, pid, name, text, sizeof(text)))
		return false;
	return !memcmp(text, type_name, sizeof(text));
}

/* The word is also in the heap chunk of the handle and on stacks: most hits are no object. */
static bool object_read(const struct probe *probe, uint32_t pid, uint64_t hit, struct semlock *ret)
{
	struct object_bytes o;

	if (hit < HANDLE_OFFSET || probe_memory(probe, pid, hit - HANDLE_OFFSET, &o, sizeof(o)))
		return false;
	if (!o.references || o.references >= REFERENCES_MOST || !o.type || o.type % 8)
		return false;
	if (o.kind != SEMLOCK_RECURSIVE && o.kind != SEMLOCK_SEMAPHORE)
		return false;
	if (o.maxvalue < 1 || !type_is_semlock(probe, pid, o.type))
		return false;
	*ret = (struct semlock){
		.address = hit - HANDLE_OFFSET,
		.pid = pid,
		.count = o.count,
		.maxvalue = o.maxvalue,
		.kind = o.kind,
		.last_tid = o.last_tid,
	};
	return true;
}

int semlock_list_search(struct semlock_list *list, const struct probe *probe, uint32_t pid,
			uint64_t handle)
{
	struct answer answer;
	size_t before = list->count;
	int error = probe_search(probe, pid, handle, &answer);

	if (error)
		return error;

	const uint64_t *hits = answer.items;

	for (uint32_t i = 0; i < answer.count; i++) {
		struct semlock semlock;

		if (!object_read(probe, pid, hits[i], &semlock))
			continue;
		error = list_add(list, &semlock);
		if (error)
			return error;
	}
	if (answer.partial)
		return -EFAULT;
	return list->count == before ? -ENOENT : 0;
}
