/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By which cgroup a task is frozen: the innermost that was told to freeze among its own and those
 * around it (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/freezer-subsystem.rst). Where the
 * hierarchy is not mounted at a usual place, or not here, the task's own is named.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "probe/procfs.h"
#include "probe/worker.h"

#define PATH_SIZE 4096

static const struct hierarchy {
	const char *mark; /* before the path in /proc/PID/cgroup, see cgroups(7) */
	const char *file; /* says "1" where the group itself was frozen */
	const char *mounts[2];
} hierarchies[] = {
	{ "0::", "cgroup.freeze", { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" } },
	{ ":freezer:", "freezer.self_freezing", { "/sys/fs/cgroup/freezer", NULL } },
};

#define HIERARCHIES (sizeof(hierarchies) / sizeof(hierarchies[0]))

/* The task's group in the hierarchy; false if it is in none, or at the root, which never freezes.
 */
static bool own_group(const char *text, const struct hierarchy *hierarchy, char ret[PATH_SIZE])
{
	const char *line = strstr(text, hierarchy->mark);

	if (!line)
		return false;
	line += strlen(hierarchy->mark);
	snprintf(ret, PATH_SIZE, "%.*s", (int)strcspn(line, "\n"), line);
	return ret[0] == '/' && ret[1];
}

static bool is_frozen_here(const char *mount, const char *group, const char *file)
{
	char path[2 * PATH_SIZE], byte = 0;

	snprintf(path, sizeof(path), "%s%s/%s", mount, group, file);

	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, &byte, 1) != 1)
		byte = 0;
	close(fd);
	return byte == '1';
}

/* Leaves in the group the innermost one that was frozen; false: none that can be seen. */
static bool climb(const struct hierarchy *hierarchy, char *group)
{
	for (char *end = group + strlen(group); end > group; end = strrchr(group, '/')) {
		*end = '\0';
		for (int i = 0; i < 2 && hierarchy->mounts[i]; i++)
			if (is_frozen_here(hierarchy->mounts[i], group, hierarchy->file))
				return true;
	}
	return false;
}

void cgroup_answer(struct worker *worker, struct exchange *exchange)
{
	struct text text = { 0 };
	char group[PATH_SIZE], own[PATH_SIZE] = "";
	bool found = false;

	(void)worker;
	exchange->error = procfs_read(exchange->question.id, "cgroup", &text);
	for (size_t i = 0; i < HIERARCHIES && !exchange->error && !found; i++) {
		if (!own_group(text.bytes, &hierarchies[i], group))
			continue;
		strcpy(own, group);
		found = climb(&hierarchies[i], group);
	}
	text_deinit(&text);
	if (!exchange->error && (found || *own))
		exchange_add_text(exchange, found ? group : own,
				  (uint32_t)strlen(found ? group : own));
	else if (!exchange->error)
		exchange->error = -ENOENT;
}
