/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flock(), and fcntl() with F_SETLKW and F_OFD_SETLKW. Who is in the way is in
 * lock_holders.c.
 *
 * A handler cannot release a lock, but it makes the call return (EINTR), and an
 * alarm is how such a wait is given a timeout. By custom nobody counts on other
 * handlers.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/file_call.h"
#include "kinds/lock_holders.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define FLOCK_SH     1 /* LOCK_SH and the rest: include/uapi/asm-generic/fcntl.h */
#define FCNTL_RDLCK  0
#define WHENCE_START 0

/* struct flock of 64-bit programs (include/uapi/asm-generic/fcntl.h) */
struct fcntl_lock {
	int16_t type;
	int16_t whence;
	uint32_t padding;
	int64_t start;
	int64_t length;
};

static bool is_fcntl(const struct look_task *task, uint32_t command)
{
	return call_of(task) == CALL_FCNTL && (uint32_t)task->args[1] == command;
}

static struct lock_wish flock_wish(const struct look_task *task)
{
	return (struct lock_wish){
		.type = LOCK_FLOCK,
		.mode = task->args[1] & FLOCK_SH ? LOCK_MODE_READ : LOCK_MODE_WRITE,
		.end = LOCK_TO_END,
		.ranged = true,
	};
}

/* Only from the start of the file the range needs no position and no size, which may change. */
static int fcntl_wish(const struct kind_context *context, const struct look_task *task,
		      struct lock_wish *ret)
{
	struct fcntl_lock lock;
	int err = probe_memory(context->probe, task->pid, task->args[2], &lock, sizeof(lock));

	if (err)
		return err;
	*ret = (struct lock_wish){
		.type = is_fcntl(task, FCNTL_SETLKW) ? LOCK_POSIX : LOCK_OFD,
		.mode = lock.type == FCNTL_RDLCK ? LOCK_MODE_READ : LOCK_MODE_WRITE,
		.start = (uint64_t)lock.start,
		.end = lock.length ? (uint64_t)lock.start + (uint64_t)lock.length - 1 : LOCK_TO_END,
		.ranged = lock.whence == WHENCE_START,
	};
	if (lock.length < 0) {
		ret->end = (uint64_t)lock.start - 1;
		ret->start = (uint64_t)lock.start + (uint64_t)lock.length;
	}
	return 0;
}

static int wish_of(const struct kind_context *context, const struct look_task *task,
		   struct lock_wish *ret)
{
	if (call_of(task) == CALL_FCNTL)
		return fcntl_wish(context, task, ret);
	*ret = flock_wish(task);
	return 0;
}

static enum cost file_lock_resolve(const struct kind_context *context, const struct look_task *task,
				   enum cost budget, struct wait_builder *b)
{
	const struct open_file *file;
	struct lock_wish wish;

	if (budget < COST_READ)
		return COST_READ;

	int err = file_of_call(context, task, (int32_t)task->args[0], &file);

	if (!err)
		err = wish_of(context, task, &wish);
	if (err) {
		wait_open_error(b, err);
		return COST_DONE;
	}
	wait_object(b, file->dev, file->inode, wish.type);
	if (budget < COST_TABLE)
		return COST_TABLE;
	lock_holders_edges(context, task, file->dev, file->inode, &wish, b);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void describe_range(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	struct lock_wish wish;

	ret[0] = '\0';
	if (call_of(task) != CALL_FCNTL || fcntl_wish(context, task, &wish))
		return;
	if (!wish.ranged)
		snprintf(ret, size, ", some bytes");
	else if (wish.end != LOCK_TO_END)
		snprintf(ret, size, ", bytes %" PRIu64 " to %" PRIu64, wish.start, wish.end);
	else if (wish.start)
		snprintf(ret, size, ", bytes from %" PRIu64, wish.start);
}

static void file_lock_describe(const struct kind_context *context, const struct look_task *task,
			       char *ret, size_t size)
{
	int fd = (int32_t)task->args[0];
	const char *path;
	char range[64];

	describe_range(context, task, range, sizeof(range));
	if (probe_path(context->probe, file_table(context->look, task), fd, &path))
		snprintf(ret, size, "lock on descriptor %d%s", fd, range);
	else
		snprintf(ret, size, "lock on %.100s%s", path, range);
}

static bool flock_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_FLOCK;
}

static bool posix_lock_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return is_fcntl(task, FCNTL_SETLKW);
}

static bool ofd_lock_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return is_fcntl(task, FCNTL_OFD_SETLKW);
}

/* fs/locks.c: up to the system call, as far as it is inlined. */
static const char *const file_lock_wchan[] = {
	"locks_lock_inode_wait", "flock_lock_inode_wait",
	"posix_lock_inode_wait", "do_lock_file_wait",
	"fcntl_setlk",		 "__do_sys_flock",
	"__x64_sys_flock",	 "__se_sys_flock",
	"__arm64_sys_flock",	 NULL,
};

const struct kind flock_kind = {
	.kind = WAIT_FLOCK,
	.wchan = file_lock_wchan,
	.recognise = flock_recognise,
	.resolve = file_lock_resolve,
	.describe = file_lock_describe,
};

const struct kind posix_lock_kind = {
	.kind = WAIT_POSIX_LOCK,
	.wchan = file_lock_wchan,
	.recognise = posix_lock_recognise,
	.resolve = file_lock_resolve,
	.describe = file_lock_describe,
};

const struct kind ofd_lock_kind = {
	.kind = WAIT_OFD_LOCK,
	.wchan = file_lock_wchan,
	.recognise = ofd_lock_recognise,
	.resolve = file_lock_resolve,
	.describe = file_lock_describe,
};
