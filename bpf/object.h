/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The object that a task waits on: what its address is mapped from, and its
 * first bytes where they can be read without holding anybody up.
 */
#ifndef DLTRACE_OBJECT_H
#define DLTRACE_OBJECT_H

#include <bpf/bpf_helpers.h>

#include "bpf/config.h"
#include "bpf/event.h"
#include "bpf/mount.h"
#include "bpf/task.h"

#define EBUSY	      16
#define SMALLEST_PAGE 4096ULL
#define VM_WRITE      0x2
#define VM_SHARED     0x8
#define VM_MAYSHARE   0x80 /* MAP_SHARED, also of a file that was opened for reading only */
#define VM_PFNMAP     0x400
#define VM_IO	      0x4000

struct object_place {
	__u64 address;
	__u64 end; /* of the mapping */
	__u64 inode;
	__u64 offset;
	__u32 dev;
	__u32 nlink;
	__u32 flags; /* enum object_flag */
	__u32 readable;
};

/*
 * Anonymous memory, memory file systems, and private mappings that have pages
 * of their own: a static lock lies in a file's .data, and was written to. The
 * anon_vma speaks for the mapping and not for the page, so the file must be
 * local as well. Where nothing may be written the page is likely the file's.
 */
static inline bool place_is_readable(const struct vm_area_struct *vma, __u64 magic)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return false;
	if (!vma->vm_file)
		return true;
	if (!(vma->vm_flags & (VM_WRITE | VM_MAYSHARE)))
		return false;
	if (mount_is_memory(magic))
		return true;
	return !(vma->vm_flags & VM_SHARED) && vma->anon_vma && mount_is_local(magic);
}

static long place_fill(struct task_struct *task, struct vm_area_struct *vma,
		       struct object_place *place)
{
	__u64 magic = 0;

	place->flags = OBJECT_MAPPED;
	place->end = vma->vm_end;
	if (vma->vm_flags & VM_MAYSHARE)
		place->flags |= OBJECT_SHARED;
	if (vma->vm_file) {
		struct inode *inode = vma->vm_file->f_inode;

		magic = inode->i_sb->s_magic;
		place->flags |= OBJECT_FILE;
		if (!mount_is_local(magic))
			place->flags |= OBJECT_DENIED;
		place->inode = inode->i_ino;
		place->dev = inode->i_sb->s_dev;
		place->nlink = inode->i_nlink;
		place->offset = (vma->vm_pgoff << page_shift) + place->address - vma->vm_start;
	}
	place->readable = place_is_readable(vma, magic);
	return 0;
}

/*
 * One try. The length is never above the limit; only the verifier does not know,
 * and must be shown on the register that the helper then gets.
 */
static inline bool object_copy(struct task_struct *task, __u64 address, __u32 length,
			       struct look_task *record)
{
	barrier_var(length);
	if (length > OBJECT_LEN)
		return false;
	if (bpf_copy_from_user_task(record->object, length, (const void *)address, task, 0))
		return false;
	record->object_flags |= length < OBJECT_LEN ? OBJECT_READ | OBJECT_CUT : OBJECT_READ;
	return true;
}

/* Up to the end of the mapping, or else of the page, if the next one cannot be read. */
static inline void object_read(struct task_struct *task, const struct object_place *place,
			       struct look_task *record)
{
	__u64 mapped = place->end - place->address;
	__u32 page = SMALLEST_PAGE - (place->address & (SMALLEST_PAGE - 1));

	if (mapped > OBJECT_LEN)
		mapped = OBJECT_LEN;
	if (object_copy(task, place->address, mapped, record))
		return;
	if (page >= mapped || !object_copy(task, place->address, page, record))
		record->object_flags |= OBJECT_FAULT;
}

static inline void object_look(struct task_struct *task, __u64 address, struct look_task *record)
{
	struct object_place place = { .address = address };
	long error = bpf_find_vma(task, address, place_fill, &place, 0);

	if (error) {
		record->object_flags = error == -EBUSY ? OBJECT_BUSY : 0;
		return;
	}
	record->object_flags = place.flags;
	record->object_inode = place.inode;
	record->object_offset = place.offset;
	record->object_dev = place.dev;
	record->object_nlink = place.nlink;
	if (place.readable)
		object_read(task, &place, record);
}

#endif /* DLTRACE_OBJECT_H */
