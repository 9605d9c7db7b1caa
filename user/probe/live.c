/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/answers.h"
#include "core/arena.h"
#include "probe/found.h"
#include "probe/helper.h"
#include "probe/procfs.h"
#include "probe/worker.h"

#define PATIENCE_NS ((uint64_t)200000000)
#define TRIES_MAX   3

struct live_probe {
	struct probe probe;
	struct probe page_probe; /* what stands behind pages */
	struct live_probe_options options;
	uint64_t look;
	struct arena items;   /* of this look's answers */
	struct answers pages; /* memory that was read in this look */
	struct helper helper;
	struct quarantine quarantine;
	struct found found; /* by earlier searches */
	struct worker worker;
};

static void answer_text(struct live_probe *live, const char *text, size_t length,
			struct answer *ret)
{
	const char *copy = arena_copy(&live->items, text, length + 1);

	*ret = copy ? (struct answer){ .count = (uint32_t)length + 1, .items = copy }
		    : (struct answer){ .error = -ENOMEM };
}

/* The kernel's own notes: no lock of the target is taken (fs/proc/base.c, proc_pid_wchan). */
static void ask_wchan(struct live_probe *live, const struct question *question, struct answer *ret)
{
	char name[128];
	int fd = procfs_open(question->id, "wchan", O_RDONLY);
	ssize_t length = fd < 0 ? fd : read(fd, name, sizeof(name) - 1);

	if (fd >= 0) {
		if (length < 0)
			length = -errno;
		close(fd);
	}
	if (length < 0) {
		*ret = (struct answer){ .error = (int)length };
		return;
	}
	name[length] = '\0';
	answer_text(live, name, (size_t)length, ret);
}

static void ask_program(struct live_probe *live, const struct question *question,
			struct answer *ret)
{
	char path[PATH_MAX];
	int length = procfs_link(question->id, "exe", path, sizeof(path));

	if (length < 0)
		*ret = (struct answer){ .error = length };
	else
		answer_text(live, path, (size_t)length, ret);
}

/* Not read through: what the name leads to is nobody's business. */
static void ask_path(struct live_probe *live, const struct question *question, struct answer *ret)
{
	char name[32], path[PATH_MAX];

	snprintf(name, sizeof(name), "fd/%d", (int)question->a);

	int length = procfs_link(procfs_thread(question->id), name, path, sizeof(path));

	if (length < 0)
		*ret = (struct answer){ .error = length };
	else
		answer_text(live, path, (size_t)length, ret);
}

/*
 * One try. If the helper got stuck, whom it was reading goes to quarantine, and
 * *ret_again says if that was somebody else than the question is about: then the
 * next helper will pass them over.
 */
static int helper_try(struct live_probe *live, const struct question *question,
		      struct exchange **ret_exchange, bool *ret_again)
{
	struct exchange *exchange = helper_exchange(&live->helper);
	uint32_t busy_with = 0;
	pid_t stuck = 0;

	*ret_again = false;
	if (!exchange)
		return -ETIMEDOUT;
	exchange->question = *question;
	exchange->look = live->look;
	exchange->hidden_count =
		live->options.hidden
			? live->options.hidden(live->options.context, exchange->hidden, HIDDEN_MAX)
			: 0;

	int err = helper_call(&live->helper, &stuck, &busy_with);

	if (err == -ETIMEDOUT) {
		quarantine_add(&live->quarantine, busy_with, stuck, live->look);
		*ret_again = !question->id || busy_with != question->id;
	}
	if (err)
		return err;
	*ret_exchange = exchange;
	return exchange->error;
}

static void ask_helper(struct live_probe *live, const struct question *question, struct answer *ret)
{
	struct exchange *exchange = NULL;
	bool again = true;
	int err = -ETIMEDOUT;

	if (question->id && quarantine_holds(&live->quarantine, question->id, live->look))
		again = false;
	for (int tries = 0; again && tries < TRIES_MAX; tries++)
		err = helper_try(live, question, &exchange, &again);
	if (err) {
		*ret = (struct answer){ .error = err };
		return;
	}

	const void *items = arena_copy(&live->items, exchange->items,
				       (size_t)exchange->count * exchange->item_size);

	*ret = items ? (struct answer){ .partial = exchange->partial,
					.count = exchange->count,
					.items = items }
		     : (struct answer){ .error = -ENOMEM };
}

static void ask_page(void *context, const struct question *question, struct answer *ret)
{
	ask_helper(context, question, ret);
}

/*
 * Memory is read by the page and served from there: what lies together is mostly asked for
 * together, and a question to the helper costs two context switches.
 */
static void ask_memory(struct live_probe *live, const struct question *question, struct answer *ret)
{
	const struct probe pages = answers_probe(&live->pages, &live->page_probe);
	uint64_t at = question->a, end = at + question->b;
	char *bytes =
		question->b <= MEMORY_ANSWER_MAX ? arena_take(&live->items, question->b) : NULL;

	*ret = (struct answer){ .error = bytes ? 0 : -ENOMEM };
	while (at < end && !ret->error) {
		uint64_t offset = at % MEMORY_ANSWER_MAX, page = at - offset;
		uint64_t length = MEMORY_ANSWER_MAX - offset;
		struct answer answer;

		if (length > end - at)
			length = end - at;
		pages.ask(pages.context,
			  &(struct question){ ASK_MEMORY, question->id, page, MEMORY_ANSWER_MAX },
			  &answer);
		ret->error = answer.error;
		if (!answer.error)
			memcpy(bytes + (at - question->a), (const char *)answer.items + offset,
			       length);
		at += length;
	}
	if (!ret->error)
		*ret = (struct answer){ .count = (uint32_t)question->b, .items = bytes };
}

/* The memory of a process that did not run since is as it was. */
static void ask_search(struct live_probe *live, const struct question *question, struct answer *ret)
{
	const struct live_probe_options *options = &live->options;
	uint64_t generation =
		options->generation ? options->generation(options->context, question->id) : 0;

	if (generation && found_get(&live->found, question->id, question->a, generation, ret))
		return;
	ask_helper(live, question, ret);
	if (generation && !ret->error)
		found_put(&live->found, question->id, question->a, generation, ret);
}

static void (*const ask_of[QUESTION_TYPES])(struct live_probe *live,
					    const struct question *question, struct answer *ret) = {
	[ASK_MEMORY] = ask_memory,	[ASK_WCHAN] = ask_wchan,
	[ASK_PROGRAM] = ask_program,	[ASK_DESCRIPTOR] = ask_helper,
	[ASK_MAPPING] = ask_helper,	[ASK_HOLDERS] = ask_helper,
	[ASK_MAPPERS] = ask_helper,	[ASK_SEARCH] = ask_search,
	[ASK_STACK] = ask_helper,	[ASK_SYMBOL] = ask_helper,
	[ASK_LOCKS] = ask_helper,	[ASK_PATH] = ask_path,
	[ASK_INTERPRETER] = ask_helper, [ASK_PYTHON_LOCKS] = ask_helper,
};

static void live_ask(void *context, const struct question *question, struct answer *ret)
{
	if (question->type < QUESTION_TYPES)
		ask_of[question->type](context, question, ret);
	else
		*ret = (struct answer){ .error = -EINVAL };
}

struct live_probe *live_probe_new(const struct live_probe_options *options)
{
	struct live_probe *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	live->probe = (struct probe){ .ask = live_ask, .context = live };
	live->page_probe = (struct probe){ .ask = ask_page, .context = live };
	live->options = *options;
	live->worker.files_link_fd = options->files_link_fd;
	live->worker.maps_link_fd = options->maps_link_fd;
	live->worker.quarantine = &live->quarantine;
	helper_init(&live->helper, &(struct helper_options){ .serve = worker_serve,
							     .context = &live->worker,
							     .keep_fds = { options->files_link_fd,
									   options->maps_link_fd },
							     .patience_ns = PATIENCE_NS });
	return live;
}

void live_probe_free(struct live_probe *live)
{
	pid_t ended[HELPERS_ABANDONED_MAX];

	if (!live)
		return;
	helper_stop(&live->helper);
	helper_reap(&live->helper, ended);
	found_deinit(&live->found);
	arena_deinit(&live->items);
	answers_deinit(&live->pages);
	free(live);
}

const struct probe *live_probe_view(const struct live_probe *live)
{
	return &live->probe;
}

void live_probe_new_look(struct live_probe *live)
{
	pid_t ended[HELPERS_ABANDONED_MAX];
	uint32_t count = helper_reap(&live->helper, ended);

	for (uint32_t i = 0; i < count; i++)
		quarantine_release(&live->quarantine, ended[i]);
	/* It knows the quarantine as it was when it started. */
	if (count)
		helper_stop(&live->helper);
	arena_clear(&live->items);
	answers_clear(&live->pages);
	found_age(&live->found);
	live->look++;
}

uint32_t live_probe_quarantined(const struct live_probe *live, uint32_t *ret_pids, uint32_t max)
{
	return quarantine_list(&live->quarantine, live->look, ret_pids, max);
}

uint32_t live_probe_stuck(const struct live_probe *live)
{
	return live->helper.abandoned_count;
}
