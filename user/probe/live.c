/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/live.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/answers.h"
#include "core/arena.h"
#include "probe/found.h"
#include "probe/reader.h"

#define PATIENCE_NS	 ((uint64_t)200000000)
#define STACK_TRIES	 3
#define NAMES_MEMORY_MAX ((uint64_t)512 << 20)

struct live_probe {
	struct probe probe;
	struct probe page_probe; /* what stands behind pages */
	struct live_probe_options options;
	uint64_t look;
	struct arena items;   /* of this look's answers */
	struct answers pages; /* memory that was read in this look */
	struct found found;   /* by earlier looks, of what has not run since */
	uint64_t hidden_look; /* the look whose hidden processes these are */
	uint32_t hidden[HIDDEN_MAX], hidden_count;
	struct task_regs regs; /* of the task whose stack is asked for */
	struct reader facts, names;
};

typedef uint64_t (*generation)(void *context, uint32_t id);
typedef void (*asker)(struct live_probe *live, const struct question *question, struct answer *ret);

/* Asks only if whoever the question is about has run since it was asked last. */
static void ask_once(struct live_probe *live, generation generation_of,
		     const struct question *question, asker ask, struct answer *ret)
{
	uint64_t state = generation_of ? generation_of(live->options.context, question->id) : 0;

	if (state && found_get(&live->found, question, state, ret))
		return;
	ask(live, question, ret);
	if (state && !ret->error)
		found_put(&live->found, question, state, ret);
}

/* Has a reader answer, and keeps its answer for as long as the look lasts. */
static void ask_reader(struct live_probe *live, struct reader *reader,
		       const struct question *question, struct answer *ret)
{
	struct exchange *exchange = NULL;
	int err = reader_ask(reader, question, live->look, &exchange);

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

static void ask_facts(struct live_probe *live, const struct question *question, struct answer *ret)
{
	ask_reader(live, &live->facts, question, ret);
}

static void ask_wchan(struct live_probe *live, const struct question *question, struct answer *ret)
{
	ask_once(live, live->options.task_generation, question, ask_facts, ret);
}

static void ask_program(struct live_probe *live, const struct question *question,
			struct answer *ret)
{
	ask_once(live, live->options.process_generation, question, ask_facts, ret);
}

static void ask_names(struct live_probe *live, const struct question *question, struct answer *ret)
{
	ask_reader(live, &live->names, question, ret);
}

/*
 * The registers come from the kernel at once, and a stack from memory that does not change while
 * the task sleeps: if it has run meanwhile, what was read is of no one moment.
 */
static void ask_stack_once(struct live_probe *live, struct reader *reader,
			   const struct question *question, struct answer *ret)
{
	const struct live_probe_options *options = &live->options;
	struct task_regs after;
	int err = options->registers
			  ? options->registers(options->context, question->id, &live->regs)
			  : -EOPNOTSUPP;

	if (!err)
		ask_reader(live, reader, question, ret);
	else
		*ret = (struct answer){ .error = err };
	if (ret->error)
		return;
	err = options->registers(options->context, question->id, &after);
	if (err || after.start_ns != live->regs.start_ns || after.switches != live->regs.switches)
		*ret = (struct answer){ .error = err ? err : -EAGAIN };
}

/* Some wake up every few milliseconds: once everything is at hand, that is time enough. */
static void ask_stack_of(struct live_probe *live, struct reader *reader,
			 const struct question *question, struct answer *ret)
{
	for (int i = 0; i < STACK_TRIES; i++) {
		ask_stack_once(live, reader, question, ret);
		if (ret->error != -EAGAIN)
			return;
	}
}

static void ask_stack(struct live_probe *live, const struct question *question, struct answer *ret)
{
	ask_stack_of(live, &live->names, question, ret);
}

static void ask_pointers(struct live_probe *live, const struct question *question,
			 struct answer *ret)
{
	ask_stack_of(live, &live->facts, question, ret);
}

static void ask_page(void *context, const struct question *question, struct answer *ret)
{
	ask_facts(context, question, ret);
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

static void ask_search(struct live_probe *live, const struct question *question, struct answer *ret)
{
	ask_once(live, live->options.process_generation, question, ask_facts, ret);
}

static void ask_waker(struct live_probe *live, const struct question *question, struct answer *ret)
{
	const struct live_probe_options *options = &live->options;
	struct waker *waker = arena_take(&live->items, sizeof(*waker));
	int error = -EOPNOTSUPP;

	if (options->waker)
		error = waker ? options->waker(options->context, question->id, question->a, waker)
			      : -ENOMEM;
	*ret = error ? (struct answer){ .error = error }
		     : (struct answer){ .count = 1, .items = waker };
}

static void (*const ask_of[QUESTION_TYPES])(struct live_probe *live,
					    const struct question *question, struct answer *ret) = {
	[ASK_MEMORY] = ask_memory,     [ASK_WCHAN] = ask_wchan,	       [ASK_PROGRAM] = ask_program,
	[ASK_DESCRIPTOR] = ask_facts,  [ASK_MAPPING] = ask_facts,      [ASK_HOLDERS] = ask_facts,
	[ASK_MAPPERS] = ask_facts,     [ASK_SEARCH] = ask_search,      [ASK_STACK] = ask_stack,
	[ASK_SYMBOL] = ask_names,      [ASK_LOCKS] = ask_facts,	       [ASK_PATH] = ask_facts,
	[ASK_INTERPRETER] = ask_facts, [ASK_PYTHON_LOCKS] = ask_facts, [ASK_SEMAPHORE] = ask_facts,
	[ASK_QUEUE] = ask_facts,       [ASK_WAKER] = ask_waker,	       [ASK_SOCKET] = ask_facts,
	[ASK_EPOLL] = ask_facts,       [ASK_POINTERS] = ask_pointers,  [ASK_CGROUP] = ask_facts,
	[ASK_GIL] = ask_facts,	       [ASK_STATE] = ask_facts,	       [ASK_COROUTINES] = ask_names,
};

static void live_ask(void *context, const struct question *question, struct answer *ret)
{
	if (question->type < QUESTION_TYPES)
		ask_of[question->type](context, question, ret);
	else
		*ret = (struct answer){ .error = -EINVAL };
}

/* The hidden are the same for all of a look's questions, of which there may be thousands. */
static void prepare_facts(void *context, struct exchange *exchange)
{
	struct live_probe *live = context;
	const struct live_probe_options *options = &live->options;

	if (live->hidden_look != live->look && options->hidden)
		live->hidden_count = options->hidden(options->context, live->hidden, HIDDEN_MAX);
	live->hidden_look = live->look;
	exchange->hidden_count = live->hidden_count;
	memcpy(exchange->hidden, live->hidden, sizeof(live->hidden));
	exchange->regs = live->regs;
}

static void prepare_regs(void *context, struct exchange *exchange)
{
	exchange->regs = ((const struct live_probe *)context)->regs;
}

struct live_probe *live_probe_new(const struct live_probe_options *options)
{
	struct live_probe *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	live->probe = (struct probe){ .ask = live_ask, .context = live };
	live->page_probe = (struct probe){ .ask = ask_page, .context = live };
	live->options = *options;
	live->facts.prepare = prepare_facts;
	live->facts.context = live;
	reader_init(&live->facts, options->files_link_fd, options->sockets_link_fd,
		    options->maps_link_fd, PATIENCE_NS, 0);
	live->names.prepare = prepare_regs;
	live->names.context = live;
	reader_init(&live->names, -1, -1, -1, PATIENCE_NS, NAMES_MEMORY_MAX);
	return live;
}

void live_probe_free(struct live_probe *live)
{
	if (!live)
		return;
	reader_deinit(&live->facts);
	reader_deinit(&live->names);
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
	reader_new_look(&live->facts);
	reader_new_look(&live->names);
	arena_clear(&live->items);
	answers_clear(&live->pages);
	found_age(&live->found);
	live->look++;
}

uint32_t live_probe_quarantined(const struct live_probe *live, uint32_t *ret_pids, uint32_t max)
{
	return quarantine_list(&live->facts.quarantine, live->look, ret_pids, max);
}
