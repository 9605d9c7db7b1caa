// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Every shared mapping of a file (also of shared anonymous memory, which is
 * tmpfs), once for each process, with the kernel's count of those that are
 * writable: who could change the memory that a task waits on, or wake a task
 * there, for which it is enough to read it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "bpf/config.h"
#include "bpf/event.h"
#include "bpf/file.h"
#include "bpf/mount.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* include/linux/mm.h */
#define VM_READ		0x1
#define VM_WRITE	0x2
#define VM_EXEC		0x4
#define VM_SHARED	0x8  /* not of a file that was opened for reading only ... */
#define VM_MAYSHARE	0x80 /* ... this of every MAP_SHARED */
#define VM_UFFD_MISSING 0x200
#define VM_UFFD_WP	0x1000

static __u32 mapping_flags(const struct vm_area_struct *vma, __u64 magic)
{
	__u64 vm_flags = vma->vm_flags;
	__u32 flags = MAPPING_FILE;

	if (vm_flags & VM_SHARED)
		flags |= MAPPING_SHARED;
	if (vm_flags & VM_READ)
		flags |= MAPPING_READ;
	if (vm_flags & VM_WRITE)
		flags |= MAPPING_WRITE;
	if (vm_flags & VM_EXEC)
		flags |= MAPPING_EXEC;
	if (vm_flags & (VM_UFFD_MISSING | VM_UFFD_WP))
		flags |= MAPPING_UFFD;
	if (!mount_is_local(magic))
		flags |= MAPPING_DENIED;
	return flags;
}

SEC("iter/task_vma")
int maps__task_vma(struct bpf_iter__task_vma *ctx)
{
	const struct vm_area_struct *vma = ctx->vma;
	const struct task_struct *task = ctx->task;
	struct mapping record = {};
	const struct inode *inode;
	const struct file *file;

	if (!task || !vma || !(vma->vm_flags & VM_MAYSHARE) || !vma->vm_file)
		return 0;
	file = vma->vm_file;
	inode = file->f_inode;
	record.start = vma->vm_start;
	record.end = vma->vm_end;
	record.offset = (__u64)vma->vm_pgoff << page_shift;
	record.inode = inode->i_ino;
	record.mm = (__u64)vma->vm_mm;
	record.dev = inode->i_sb->s_dev;
	record.pid = task->tgid;
	record.flags = mapping_flags(vma, inode->i_sb->s_magic);
	record.nlink = inode->i_nlink;
	record.writable_mappings = inode->i_mapping->i_mmap_writable.counter;
	record.description = (__u64)file;
	record.dentry = (__u64)file->f_path.dentry;
	record.refs = file_refs(file);
	record.dentry_refs = file->f_path.dentry->d_lockref.count;
	record.inode_refs = inode->i_count.counter;
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
