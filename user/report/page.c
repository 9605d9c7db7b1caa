/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/format.h"
#include "report/sentence.h"

#define GONE_KEPT   50
#define CHAINS_KEPT 256

static int page_add_gone(struct page *page, const struct deadlock *deadlock)
{
	char *sentence = sentence_new(deadlock);

	if (!sentence)
		return -ENOMEM;
	if (page->gone_count == GONE_KEPT) {
		free(page->gone[0].sentence);
		memmove(page->gone, page->gone + 1, (GONE_KEPT - 1) * sizeof(*page->gone));
		page->gone_count--;
	}

	struct page_gone *larger =
		reallocarray(page->gone, page->gone_count + 1, sizeof(*page->gone));

	if (!larger) {
		free(sentence);
		return -ENOMEM;
	}
	page->gone = larger;
	page->gone[page->gone_count++] = (struct page_gone){
		.id = deadlock->id,
		.after_ns = elapsed(deadlock->since_ns, page->now.ns),
		.wall_ns = page->now.wall_ns,
		.verdict = deadlock->verdict,
		.sentence = sentence,
	};
	return 0;
}

static bool same_waiter(const struct chain *a, const struct chain *b)
{
	return a->count && b->count && a->links[0].task.tid == b->links[0].task.tid &&
	       a->links[0].task.start_ns == b->links[0].task.start_ns;
}

static int page_add_chain(struct page *page, const struct chain *chain)
{
	struct chain copy = *chain;
	size_t i = 0;

	if (coroutines_copy(&chain->coroutines, &copy.coroutines))
		return -ENOMEM;
	copy.links = calloc(chain->count + 1, sizeof(*copy.links));
	if (!copy.links) {
		coroutines_deinit(&copy.coroutines);
		return -ENOMEM;
	}
	memcpy(copy.links, chain->links, chain->count * sizeof(*copy.links));
	while (i < page->chain_count && !same_waiter(&page->chains[i], chain))
		i++;
	if (i < page->chain_count) {
		chain_free(&page->chains[i]);
		page->chains[i] = copy;
		return 0;
	}

	struct chain *larger =
		i < CHAINS_KEPT ? reallocarray(page->chains, i + 1, sizeof(*larger)) : NULL;

	if (!larger) {
		chain_free(&copy);
		return i < CHAINS_KEPT ? -ENOMEM : 0;
	}
	page->chains = larger;
	page->chains[page->chain_count++] = copy;
	return 0;
}

int page_update(struct page *page, const struct findings *findings, const struct moment *now)
{
	int err = 0;

	page->now = *now;
	for (size_t i = 0; i < findings->resolved_count && !err; i++)
		err = page_add_gone(page, findings->resolved[i]);
	for (size_t i = 0; i < findings->chain_count && !err; i++)
		err = page_add_chain(page, &findings->chains[i]);
	if (err)
		return err;
	return findings->found_count || findings->resolved_count || findings->chain_count;
}

void page_deinit(struct page *page)
{
	for (size_t i = 0; i < page->gone_count; i++)
		free(page->gone[i].sentence);
	for (size_t i = 0; i < page->chain_count; i++)
		chain_free(&page->chains[i]);
	free(page->gone);
	free(page->chains);
	*page = (struct page){ 0 };
}
