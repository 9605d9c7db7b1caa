/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is behind an eventfd: its counter, and whether the kernel itself may write
 * to it (KVM, VFIO, AIO, cgroups): each such user has a reference to the context
 * (struct eventfd_ctx of fs/eventfd.c). The descriptor's file points to it without
 * a type; 6.2 can be told which it is, and older kernels leave the eventfd unknown.
 */
#ifndef DLTRACE_BPF_EVENTFD_H
#define DLTRACE_BPF_EVENTFD_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"

#define EVENTFD_MOST (~0ULL - 1) /* fs/eventfd.c: a counter that no write may exceed */

struct kref___any {
	refcount_t refcount;
} __attribute__((preserve_access_index));

struct eventfd_ctx {
	struct kref___any kref;
	__u64 count;
} __attribute__((preserve_access_index));

/* The short name of an anonymous file: d_iname up to 6.13. */
union shortname_store___6_14 {
	unsigned char string[40];
} __attribute__((preserve_access_index));

struct dentry___6_14 {
	union shortname_store___6_14 d_shortname;
} __attribute__((preserve_access_index));

struct dentry___6_13 {
	unsigned char d_iname[32];
} __attribute__((preserve_access_index));

extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

static inline bool name_is_eventfd(const unsigned char *name)
{
	return name[0] == '[' && name[1] == 'e' && name[2] == 'v' && name[3] == 'e' &&
	       name[4] == 'n' && name[5] == 't' && name[6] == 'f' && name[7] == 'd' &&
	       name[8] == ']';
}

static inline bool file_is_eventfd(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;
	const struct dentry___6_14 *new = (const void *)dentry;
	const struct dentry___6_13 *old = (const void *)dentry;

	if (bpf_core_field_exists(new->d_shortname))
		return name_is_eventfd(new->d_shortname.string);
	if (bpf_core_field_exists(old->d_iname))
		return name_is_eventfd(old->d_iname);
	return false;
}

static inline void eventfd_fill(const struct file *file, struct open_file *record)
{
	const struct eventfd_ctx *context;

	record->kind = FILE_EVENTFD;
	if (!bpf_rdonly_cast)
		return;
	context = bpf_rdonly_cast(file->private_data, bpf_core_type_id_kernel(struct eventfd_ctx));
	record->users = context->kref.refcount.refs.counter;
	record->used = !context->count ? 0 : context->count < EVENTFD_MOST ? 1 : 2;
	record->size = 2;
}

#endif /* DLTRACE_BPF_EVENTFD_H */
