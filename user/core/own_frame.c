/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/own_frame.h"

#include <stddef.h>
#include <string.h>

#include "core/affix.h"
#include "core/stack.h"

/*
 * Beginnings of the names of libraries that are machinery as a whole. Of Python's own extensions
 * (its lib-dynload) those that wait, or call what does; one's own are named alike.
 */
static const char *const modules[] = {
	"libc.so",   "libc-2.",		 "libpthread",	 "ld-linux",   "ld-2.",	   "ld-musl",
	"libc.musl", "linux-vdso",	 "libstdc++",	 "libgcc_s",   "libc++",   "libpython",
	"python2",   "python3",		 "pypy",	 "_multiproc", "libgomp.", "libtsan.",
	"libasan.",  "libffi.",		 "_ctypes.",	 "_asyncio.",  "_queue.",  "_socket.",
	"_ssl.",     "_posixsubprocess", "_posixshmem.", "_sqlite3.",  "select.",  "fcntl.",
};

/*
 * Beginnings of the names of functions that are, wherever they were linked to: the C library's own
 * are reserved names (C11, 7.1.3), the others are what locks and waits are called.
 */
static const char *const functions[] = {
	"__",	    "_IO_",	   "pthread_", "sem_",	 "futex_",  "lll_",
	"syscall",  "std::",	   "<std::",   "core::", "<core::", "alloc::",
	"<alloc::", "parking_lot", "runtime.", "sync.",	 "sync::",  "syscall::",
};

/* Wrappers of system calls, in a program that the C library is linked into. */
static const char *const calls[] = {
	"read",	   "write",   "poll",	    "ppoll",	 "select",   "pselect",	   "wait4",
	"waitpid", "waitid",  "wait",	    "pause",	 "semop",    "semtimedop", "epoll_wait",
	"recv",	   "recvmsg", "accept",	    "nanosleep", "flock",    "fcntl",	   "fcntl64",
	"open",	   "open64",  "sigsuspend", "thrd_join", "mtx_lock", "cnd_wait",
};

static bool begins_with_any(const char *name, const char *const *beginnings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (begins_with(name, beginnings[i]))
			return true;
	return false;
}

static bool is_any(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

bool module_is_machinery(const char *module)
{
	return begins_with_any(module, modules, LENGTH(modules));
}

/* Python's own library, but not what was installed beside it. */
static bool python_is_machinery(const struct stack_frame *frame)
{
	return !strncmp(frame->file, "<frozen ", 8) ||
	       (strstr(frame->file, "/lib/python3") && !strstr(frame->file, "-packages/"));
}

static bool native_is_machinery(const struct stack_frame *frame)
{
	/* of a stripped program the offset will do */
	return (!*frame->function && !*frame->module) || module_is_machinery(frame->module) ||
	       begins_with_any(frame->function, functions, LENGTH(functions)) ||
	       is_any(frame->function, calls, LENGTH(calls));
}

static bool frame_is_machinery(const struct stack_frame *frame)
{
	return frame->type == FRAME_PYTHON ? python_is_machinery(frame)
					   : native_is_machinery(frame);
}

size_t own_frame_find(const struct stack_frame *frames, size_t count, size_t from)
{
	while (from < count && frame_is_machinery(&frames[from]))
		from++;
	return from;
}
