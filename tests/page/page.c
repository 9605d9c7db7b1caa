/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a page of made-up findings, for the checks of what browsers, graphviz and
 * parsers make of it: page FORMAT SCENE, FORMAT one of text, json, dot, html.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "report/metrics.h"
#include "report/page.h"
#include "report/report.h"
#include "report/usage.h"
#include "sample_deadlock.h"

#define MOST 4

struct scene {
	struct deadlock *active[MOST];
	size_t count;
	struct findings findings;
	struct chain chain;
	struct deadlock *gone[1];
};

static void scene_add(struct scene *scene, struct deadlock *deadlock)
{
	deadlock->id += scene->count;
	scene->active[scene->count++] = deadlock;
}

static void places(struct scene *scene)
{
	scene_add(scene, sample_two_places());
}

static void nothing(struct scene *scene)
{
	scene->chain = sample_chain();
	scene->findings.chains = &scene->chain;
	scene->findings.chain_count = 1;
}

static void several(struct scene *scene)
{
	places(scene);
	sample_victims(scene->active[0], 70);
	scene_add(scene, sample_undrained_queue());
	scene_add(scene, sample_dead_owner(9));
	scene_add(scene, sample_no_waker(30));
	nothing(scene);
	scene->gone[0] = sample_self(WAIT_MUTEX);
	scene->findings.resolved = scene->gone;
	scene->findings.resolved_count = 1;
}

static void loop(struct scene *scene)
{
	scene_add(scene, sample_event_loop());
}

/* Names as compilers make them, and a crowd. */
static void long_names(struct scene *scene)
{
	static const char *const functions[] = {
		"boost::asio::detail::executor_op<boost::asio::detail::binder0<void "
		"(ledger::Accounts::*)(std::shared_ptr<ledger::Transaction>)>>::do_complete",
		"<tokio::runtime::task::core::Core<alloc::sync::Arc<ledger::Shard>, S> as "
		"core::future::future::Future>::poll::{{closure}}::{{closure}}",
	};
	struct deadlock *deadlock = sample_two_locks();

	for (size_t i = 0; i < 2; i++) {
		sample_frame(deadlock, i, "pthread_mutex_lock", "", 0, "libc.so.6");
		sample_frame(deadlock, i, functions[i],
			     "/builds/ledger/src/third_party/accounts/transaction_executor.cpp",
			     1441, "ledger-transaction-server");
		sample_frame(deadlock, i, "main", "/builds/ledger/src/main.cpp", 12, "ledger");
		strcpy(deadlock->causes[i].name,
		       i ? "ledger::detail::shard_map<std::string, ledger::Shard>::index_lock"
			 : "ledger::detail::shard_map<std::string, ledger::Shard>::instance_+0x1d40");
	}
	free(deadlock->victims);
	sample_victims(deadlock, 50);
	scene_add(scene, deadlock);
}

/* Names as programs would choose them that want to break a form. */
static const char *const hostile[] = {
	"</script><script>document.title='broken'</script>",
	"]]><svg onload=\"document.title='broken'\">",
	"\"];\nbroken [label=\"\n\"",
	"\\\"\\N\\G\\\\",
	"&lt;&#0;&quot;'`{}<>",
	"\x1b]0;broken\x07\x1b[31m\r\n\t",
	"\xe2\x80\xae\xe2\x81\xa6turned\xe2\x80\x8f",
	"\xff\xfe\xc0\x80\xed\xa0\x80",
	"--><!-- <!DOCTYPE x [",
	"'); alert(1); ('",
};
#define HOSTILE (sizeof(hostile) / sizeof(*hostile))

/* Cut to what fits, as the kernel and the probes cut names. */
static void set(char *field, size_t size, const char *text)
{
	memset(field, 0, size);
	memcpy(field, text, strnlen(text, size - 1));
}

#define SET(field, text) set(field, sizeof(field), text)

static void coroutines_of_hostile(struct coroutines *ret, size_t n)
{
	struct coroutine_frame items[3] = { 0 };

	for (size_t i = 0; i < 3; i++) {
		items[i].task = i;
		items[i].frame.type = FRAME_PYTHON;
		SET(items[i].name, hostile[n++ % HOSTILE]);
		SET(items[i].awaits, hostile[n++ % HOSTILE]);
		SET(items[i].holder, hostile[n++ % HOSTILE]);
		SET(items[i].frame.function, hostile[n++ % HOSTILE]);
		SET(items[i].frame.file, hostile[n++ % HOSTILE]);
	}
	if (coroutines_take(items, 3, ret))
		abort();
}

static struct deadlock *hostile_deadlock(size_t first)
{
	struct deadlock *deadlock = sample_two_places();
	size_t n = first;

	for (size_t c = 0; c < deadlock->cause_count; c++) {
		struct cause *cause = &deadlock->causes[c];

		SET(cause->task.name, hostile[n++ % HOSTILE]);
		SET(cause->name, hostile[n++ % HOSTILE]);
		SET(cause->object, hostile[n++ % HOSTILE]);
		for (size_t i = 0; i < cause->stack_count; i++) {
			SET(cause->stack[i].function, hostile[n++ % HOSTILE]);
			SET(cause->stack[i].file, hostile[n++ % HOSTILE]);
			SET(cause->stack[i].module, hostile[n++ % HOSTILE]);
		}
		for (size_t i = 0; i < cause->waits_for_count; i++) {
			struct party *party = &cause->waits_for[i];

			SET(party->name, hostile[n++ % HOSTILE]);
			for (size_t e = 0; e < party->evidence.count; e++) {
				SET(party->evidence.items[e].what, hostile[n++ % HOSTILE]);
				SET(party->evidence.items[e].value, hostile[n++ % HOSTILE]);
			}
		}
	}
	SET(deadlock->victims[0].task.name, hostile[n++ % HOSTILE]);
	SET(deadlock->victims[0].waits_for.name, hostile[n++ % HOSTILE]);
	coroutines_of_hostile(&deadlock->causes[0].coroutines, n);
	SET(deadlock->release.name, hostile[n++ % HOSTILE]);
	return deadlock;
}

static void hostile_scene(struct scene *scene)
{
	for (size_t i = 0; i < MOST; i++)
		scene_add(scene, hostile_deadlock(i));
	nothing(scene);
	SET(scene->chain.links[0].task.name, hostile[0]);
	SET(scene->chain.links[1].task.name, hostile[2]);
	SET(scene->chain.links[0].object, hostile[4]);
}

/* The metrics of the page's findings, as if they were a form. */
static int write_metrics(const struct output *output, const struct page *page,
			 const struct run_summary *summary)
{
	struct usage usage = usage_now();

	(void)page;
	metrics_write(output->file, summary, &usage);
	return 0;
}

static const struct reporter metrics_reporter = { .page = write_metrics };

static const struct {
	const char *name;
	void (*make)(struct scene *scene);
} scenes[] = {
	{ "places", places },	{ "several", several }, { "hostile", hostile_scene },
	{ "nothing", nothing }, { "loop", loop },	{ "long", long_names },
};

static const struct {
	const char *name;
	const struct reporter *reporter;
} forms[] = { { "text", &text_reporter },
	      { "json", &json_reporter },
	      { "dot", &dot_reporter },
	      { "html", &html_reporter },
	      { "textfile", &metrics_reporter } };

static int write_lines(const struct reporter *reporter, const struct output *output,
		       const struct scene *scene, const struct moment *now)
{
	int err = 0;

	for (size_t i = 0; i < scene->count && !err; i++)
		err = reporter->deadlock(output, scene->active[i]);
	for (size_t i = 0; i < scene->findings.chain_count && !err; i++)
		err = reporter->chain(output, &scene->findings.chains[i], now);
	return err;
}

static int write_scene(const struct reporter *reporter, const struct scene *scene)
{
	struct moment now = { .ns = 1000 * SAMPLE_NS, .wall_ns = 1769860800 * SAMPLE_NS };
	struct judge_stats stats = sample_stats();
	struct run_summary summary = { .stats = &stats,
				       .active = scene->active,
				       .active_count = scene->count };
	struct output output;
	struct page page = { 0 };
	int err;

	output_init(&output, stdout, COLOR_NEVER);
	output.lay_out = getenv("COLUMNS_ONLY") ? NULL : draw_lay_out;
	if (!reporter->page)
		return write_lines(reporter, &output, scene, &now);
	err = page_update(&page, &scene->findings, &now) < 0;
	if (!err)
		err = reporter->page(&output, &page, &summary);
	page_deinit(&page);
	return err;
}

int main(int argc, char **argv)
{
	struct scene scene = { 0 };
	const struct reporter *reporter = NULL;

	for (size_t i = 0; argc == 3 && i < sizeof(forms) / sizeof(*forms); i++)
		if (!strcmp(forms[i].name, argv[1]))
			reporter = forms[i].reporter;
	for (size_t i = 0; reporter && i < sizeof(scenes) / sizeof(*scenes); i++)
		if (!strcmp(scenes[i].name, argv[2]))
			scenes[i].make(&scene);
	if (!scene.count && !scene.findings.chain_count) {
		fputs("usage: page text|json|dot|html|textfile SCENE\n", stderr);
		return 2;
	}

	int err = write_scene(reporter, &scene);

	for (size_t i = 0; i < scene.count; i++)
		deadlock_free(scene.active[i]);
	deadlock_free(scene.gone[0]);
	chain_free(&scene.chain);
	return err ? 1 : 0;
}
