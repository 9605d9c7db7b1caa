/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By offset: libbpf 1.1 cannot find versioned symbols by name.
 */
#include "source/uprobes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "source/sem_functions.h"

#define FUNCTIONS_MAX 64 /* of one process: five functions, a few versions, a few libraries */

struct uprobes {
	struct bpf_link **links;
	size_t link_count, function_count;
};

static int link_add(struct uprobes *uprobes, struct bpf_link *link)
{
	struct bpf_link **more;

	if (!link)
		return -errno;
	more = realloc(uprobes->links, (uprobes->link_count + 1) * sizeof(struct bpf_link *));
	if (!more) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	uprobes->links = more;
	more[uprobes->link_count++] = link;
	return 0;
}

static int attach(struct uprobes *uprobes, const struct bpf_program *program, bool at_return,
		  uint32_t pid, const struct sem_function *function)
{
	LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = at_return);

	return link_add(uprobes,
			bpf_program__attach_uprobe_opts(program, (pid_t)pid, function->path,
							function->offset, &options));
}

/* The return first, so that no address stays behind for a return that does not come. */
static int function_follow(struct uprobes *uprobes, const struct uprobe_programs *programs,
			   uint32_t pid, const struct sem_function *function)
{
	int error;

	if (function->posts)
		return attach(uprobes, programs->post, false, pid, function);
	error = attach(uprobes, programs->wait_exit, true, pid, function);
	return error ? error : attach(uprobes, programs->wait, false, pid, function);
}

static int process_follow(struct uprobes *uprobes, const struct uprobe_programs *programs,
			  uint32_t pid, char *why, size_t why_size)
{
	struct sem_function functions[FUNCTIONS_MAX];
	int count = sem_functions_find(pid, functions, FUNCTIONS_MAX);

	if (count < 0) {
		snprintf(why, why_size, "cannot find sem_wait in process %u: %s", pid,
			 strerror(-count));
		return count;
	}
	for (int i = 0; i < count; i++) {
		int error = function_follow(uprobes, programs, pid, &functions[i]);

		if (error) {
			snprintf(why, why_size, "cannot attach to sem_wait in process %u: %s", pid,
				 strerror(-error));
			return error;
		}
		uprobes->function_count++;
	}
	return 0;
}

int uprobes_new(const struct uprobe_programs *programs, const uint32_t *pids, size_t pid_count,
		struct uprobes **ret, char *why, size_t why_size)
{
	struct uprobes *uprobes = calloc(1, sizeof(*uprobes));
	int error = uprobes ? 0 : -ENOMEM;

	if (error)
		snprintf(why, why_size, "out of memory");
	for (size_t i = 0; i < pid_count && !error; i++)
		error = process_follow(uprobes, programs, pids[i], why, why_size);
	if (error) {
		uprobes_free(uprobes);
		return error;
	}
	*ret = uprobes;
	return 0;
}

void uprobes_free(struct uprobes *uprobes)
{
	if (!uprobes)
		return;
	for (size_t i = 0; i < uprobes->link_count; i++)
		bpf_link__destroy(uprobes->links[i]);
	free(uprobes->links);
	free(uprobes);
}

size_t uprobes_count(const struct uprobes *uprobes)
{
	return uprobes->function_count;
}
