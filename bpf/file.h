/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * References to an open file description: struct file of include/linux/fs.h.
 */
#ifndef DLTRACE_BPF_FILE_H
#define DLTRACE_BPF_FILE_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* 6.13 keeps the number of references less one. */
struct file_ref_t___6_13 {
	atomic_long_t refcnt;
} __attribute__((preserve_access_index));

struct file___6_13 {
	struct file_ref_t___6_13 f_ref;
} __attribute__((preserve_access_index));

struct file___6_12 {
	atomic_long_t f_count;
} __attribute__((preserve_access_index));

static __u32 file_refs(const struct file *file)
{
	const struct file___6_13 *new = (const void *)file;
	const struct file___6_12 *old = (const void *)file;

	if (bpf_core_field_exists(new->f_ref))
		return *(const __s64 *)&new->f_ref + 1;
	return old->f_count.counter;
}

#endif /* DLTRACE_BPF_FILE_H */
