/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files without a path say what they are by their link's name (users of anon_inode_getfile()).
 * What comes through these, the kernel itself writes, on account of whoever does something that
 * is watched: nobody in particular.
 */
#include "kinds/file_name.h"
#include "kinds/file_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/affix.h"
#include "kinds/reasons.h"

static const struct {
	const char *link, *name;
} anonymous[] = {
	{ "anon_inode:[fanotify]", "fanotify group" },
	{ "anon_inode:[userfaultfd]", "userfaultfd" },
	{ "anon_inode:[perf_event]", "perf event" },
	{ "anon_inode:seccomp notify", "seccomp notifications" },
	{ "anon_inode:[io_uring]", "io_uring" },
	{ "anon_inode:bpf-map", "BPF map" },
	{ "anon_inode:kvm-vcpu", "virtual CPU" },
};

static const char *anonymous_name(const struct kind_context *context, const struct look_task *task,
				  int fd)
{
	const char *link;

	if (probe_path(context->probe, file_table(context->look, task), fd, &link))
		return NULL;
	for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++)
		if (begins_with(link, anonymous[i].link))
			return anonymous[i].name;
	return NULL;
}

void wait_open_descriptor(const struct kind_context *context, const struct look_task *task, int fd,
			  const struct open_file *file, struct wait_builder *b)
{
	if (file->kind == FILE_OTHER && anonymous_name(context, task, fd))
		wait_open(b, OPEN_IN_KERNEL);
	else
		wait_open_file(b, file->kind);
}

/* All of these share one inode, whose number says nothing. */
static bool is_anonymous(uint32_t kind)
{
	return kind == FILE_INOTIFY || kind == FILE_TIMERFD || kind == FILE_SIGNALFD;
}

void file_describe(const struct kind_context *context, const struct look_task *task, int fd,
		   const struct open_file *file, char *ret, size_t size)
{
	const char *name = file->kind == FILE_OTHER ? anonymous_name(context, task, fd) : NULL;
	const char *kind = file_kind_name(file->kind), *path;
	bool has_path = file->kind == FILE_TERMINAL || file->kind == FILE_DEVICE;

	if (name || is_anonymous(file->kind))
		snprintf(ret, size, "%s of descriptor %d", name ? name : kind, fd);
	else if (has_path &&
		 !probe_path(context->probe, file_table(context->look, task), fd, &path))
		snprintf(ret, size, "%s %s", kind, path);
	else
		snprintf(ret, size, "%s %" PRIu64, kind, (uint64_t)file->inode);
}
