/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/record_words.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

struct word {
	const char *word;
	int32_t number;
};

/* The calls that tasks are found asleep in, the most frequent first. */
static const struct word calls[] = {
	{ "futex", SYS_futex },
	{ "wait4", SYS_wait4 },
	{ "waitid", SYS_waitid },
	{ "read", SYS_read },
	{ "write", SYS_write },
	{ "readv", SYS_readv },
	{ "writev", SYS_writev },
	{ "ppoll", SYS_ppoll },
	{ "pselect6", SYS_pselect6 },
	{ "epoll_pwait", SYS_epoll_pwait },
	{ "nanosleep", SYS_nanosleep },
	{ "clock_nanosleep", SYS_clock_nanosleep },
	{ "restart_syscall", SYS_restart_syscall },
	{ "rt_sigsuspend", SYS_rt_sigsuspend },
	{ "rt_sigtimedwait", SYS_rt_sigtimedwait },
	{ "semop", SYS_semop },
	{ "semtimedop", SYS_semtimedop },
	{ "msgrcv", SYS_msgrcv },
	{ "msgsnd", SYS_msgsnd },
	{ "accept", SYS_accept },
	{ "accept4", SYS_accept4 },
	{ "connect", SYS_connect },
	{ "recvfrom", SYS_recvfrom },
	{ "recvmsg", SYS_recvmsg },
	{ "sendto", SYS_sendto },
	{ "sendmsg", SYS_sendmsg },
	{ "flock", SYS_flock },
	{ "splice", SYS_splice },
	{ "fcntl", SYS_fcntl },
	{ "openat", SYS_openat },
	{ "futex_waitv", 449 }, /* asm-generic/unistd.h; not in all headers */
	{ "futex_wait", 455 },
#ifdef SYS_poll /* newer architectures have only the general forms */
	{ "poll", SYS_poll },
	{ "select", SYS_select },
	{ "pause", SYS_pause },
	{ "epoll_wait", SYS_epoll_wait },
	{ "vfork", SYS_vfork },
#endif
};

#define ERROR(name)          \
	{                    \
#name, -name \
	}
static const struct word errors[] = {
	ERROR(EPERM),  ERROR(ENOENT),	 ERROR(ESRCH),	 ERROR(EINTR),
	ERROR(EIO),    ERROR(EBADF),	 ERROR(EAGAIN),	 ERROR(ENOMEM),
	ERROR(EACCES), ERROR(EFAULT),	 ERROR(EBUSY),	 ERROR(EINVAL),
	ERROR(ENOSYS), ERROR(EOVERFLOW), ERROR(ENODATA), ERROR(ETIMEDOUT),
};

#if defined(__x86_64__)
const char record_arch[] = "x86_64";
#elif defined(__aarch64__)
const char record_arch[] = "aarch64";
#endif

static const char *word_of(const struct word *words, size_t count, int32_t number)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].number == number)
			return words[i].word;
	return NULL;
}

static bool number_of(const struct word *words, size_t count, const char *word, size_t length,
		      int32_t *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(words[i].word) != length || memcmp(words[i].word, word, length))
			continue;
		*ret = words[i].number;
		return true;
	}
	return false;
}

const char *record_call_word(int32_t number)
{
	return word_of(calls, sizeof(calls) / sizeof(*calls), number);
}

bool record_call_number(const char *word, size_t length, int32_t *ret)
{
	return number_of(calls, sizeof(calls) / sizeof(*calls), word, length, ret);
}

const char *record_error_word(int32_t number)
{
	return word_of(errors, sizeof(errors) / sizeof(*errors), number);
}

bool record_error_number(const char *word, size_t length, int32_t *ret)
{
	return number_of(errors, sizeof(errors) / sizeof(*errors), word, length, ret);
}
