/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The objects that this look has read already. The threads of a pool all wait
 * at one word, and to read it again for each of them took as long as all else
 * that the look asks of a task.
 *
 * So a word may have been read before its waiter was looked at. No verdict rests
 * on that: what it rests on must be the same at the next look, which reads the
 * word anew, after this one saw the waiter asleep and before itself finds that it
 * has not run since (user/core/judge.c).
 */
#ifndef DLTRACE_OBJECT_SEEN_H
#define DLTRACE_OBJECT_SEEN_H

#include <bpf/bpf_helpers.h>

#include "bpf/event.h"

#define SEEN_BITS 9

struct seen_object {
	__u64 look;
	__u64 address;
	__u64 inode;
	__u64 offset;
	__u32 dev;
	__u32 flags;
	__u32 nlink;
	__u32 pid;
	__u8 bytes[OBJECT_LEN];
};

static struct seen_object seen_objects[1 << SEEN_BITS];
/* Only one pass is under way at a time. */
static __u64 seen_look;

static inline void seen_forget(void)
{
	seen_look++;
}

/* One place for each object, and several for one place: the last one has it. */
static inline struct seen_object *seen_place(__u32 pid, __u64 address)
{
	return &seen_objects[(address ^ (__u64)pid << 32) * 0x9e3779b97f4a7c15ULL >>
			     (64 - SEEN_BITS)];
}

static inline bool seen_take(__u64 address, struct look_task *record)
{
	const struct seen_object *seen = seen_place(record->pid, address);

	if (seen->look != seen_look || seen->address != address || seen->pid != record->pid)
		return false;
	record->object_inode = seen->inode;
	record->object_offset = seen->offset;
	record->object_dev = seen->dev;
	record->object_flags = seen->flags;
	record->object_nlink = seen->nlink;
	__builtin_memcpy(record->object, seen->bytes, OBJECT_LEN);
	return true;
}

/* What could not be read now, the next one may be able to. */
static inline void seen_keep(__u64 address, const struct look_task *record)
{
	struct seen_object *seen = seen_place(record->pid, address);

	if (!(record->object_flags & OBJECT_READ))
		return;
	seen->look = seen_look;
	seen->address = address;
	seen->inode = record->object_inode;
	seen->offset = record->object_offset;
	seen->dev = record->object_dev;
	seen->flags = record->object_flags;
	seen->nlink = record->object_nlink;
	seen->pid = record->pid;
	__builtin_memcpy(seen->bytes, record->object, OBJECT_LEN);
}

#endif /* DLTRACE_OBJECT_SEEN_H */
