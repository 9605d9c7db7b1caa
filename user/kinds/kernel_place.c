/* SPDX-License-Identifier: BSD-2-Clause */
#include "kinds/kernel_place.h"

#include <stddef.h>
#include <string.h>

#include "core/affix.h"

/* Prefixes of functions: kernel/seccomp.c, fs/userfaultfd.c, fs/notify/fanotify, fs/fuse, io_uring,
 * security/keys, net/sunrpc, mm/filemap.c, fs/exec.c, drivers/block/nbd.c. */
static const struct {
	const char *function, *awaited;
} places[] = {
	{ "seccomp_do_user_notification", "an answer of its seccomp supervisor" },
	{ "handle_userfault", "whoever serves its page faults (userfaultfd)" },
	{ "fanotify_", "a fanotify permission" },
	{ "request_wait_answer", "an answer of a FUSE server" },
	{ "fuse_", "an answer of a FUSE server" },
	{ "io_cqring_wait", "completions of its io_uring" },
	{ "wait_for_key_construction", "a key that is being made (request_key)" },
	{ "rpc_wait", "an answer of an NFS server" },
	{ "folio_wait", "pages of a file" },
	{ "wait_on_page", "pages of a file" },
	{ "do_coredump", "a core dump" },
	{ "de_thread", "the end of the other threads (execve)" },
	{ "nbd_", "a network block device" },
};

const char *kernel_place(const char *function)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (begins_with(function, places[i].function))
			return places[i].awaited;
	return NULL;
}
