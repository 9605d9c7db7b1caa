/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiring: the layers do not know each other, so they meet here.
 */
#include "system.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kinds/kinds.h"

static const char *const event_label[EVENT_TYPES] = {
	[EVENT_WAIT] = "wait",
	[EVENT_WAKE] = "wake",
	[EVENT_EXIT] = "exit",
};

/* While no task of a process runs, its memory is changed by others at most. */
static uint64_t process_generation(void *context, uint32_t pid)
{
	const struct system *system = context;
	const struct process *process = look_process(&system->look, pid);
	uint64_t sum = 0;

	if (!process)
		return 0;
	for (uint32_t i = process->first; i < process->first + process->count; i++) {
		const struct look_task *task = &system->look.tasks[i];

		if (!(task->flags & (TASK_SLEEPING | TASK_DEAD)))
			return 0;
		sum = mix64(sum, mix64(task->tid, task->switches));
	}
	return sum;
}

static int source_open(struct system *system, const struct options *options)
{
	bool live = !options->once && options->attach != ATTACH_NONE;
	struct bpf_source_options source_options = {
		.attach = live ? BPF_ATTACH_SLEEP : BPF_ATTACH_NONE,
		.threshold_ns = options->min_wait_ns / 2,
		.ringbuf_bytes = options->ringbuf_size,
		.verbose = options->verbosity > 0,
	};
	char why[BPF_WHY_LEN];
	int err = bpf_source_open(&source_options, &system->source, why, sizeof(why));

	if (err && live && options->attach == ATTACH_AUTO) {
		source_options.attach = BPF_ATTACH_NONE;
		err = bpf_source_open(&source_options, &system->source, why, sizeof(why));
	}
	if (err)
		fprintf(stderr, "dltrace: %s\n", why);
	return err;
}

static int recording_begin(struct system *system, const struct options *options)
{
	if (!options->record)
		return 0;

	int err = recording_open(options->record, &system->recording);

	if (err)
		fprintf(stderr, "dltrace: cannot record to %s: %s\n", options->record,
			strerror(-err));
	return err;
}

int system_open(struct system *system, const struct options *options, const uint32_t *scope,
		size_t scope_count)
{
	struct judge_options judge_options = {
		.min_wait_ns = options->min_wait_ns,
		.kinds = *kinds_table(),
		.scope = scope,
		.scope_count = scope_count,
		.want_chains = scope,
	};

	*system = (struct system){ 0 };

	int err = recording_begin(system, options);

	if (!err)
		err = source_open(system, options);
	if (err) {
		system_close(system);
		return err;
	}

	struct live_probe_options probe_options = {
		.files_link_fd = bpf_source_files_link(system->source),
		.maps_link_fd = bpf_source_maps_link(system->source),
		.generation = process_generation,
		.context = system,
	};

	system->judge = judge_new(&judge_options);
	system->live = live_probe_new(&probe_options);
	for (size_t i = EVENT_WAIT; i < EVENT_TYPES; i++) {
		system->events[i - 1].label = event_label[i];
		system->events_lost[i - 1].label = event_label[i];
	}
	if (!system->judge || !system->live) {
		fprintf(stderr, "dltrace: out of memory\n");
		system_close(system);
		return -ENOMEM;
	}
	return 0;
}

void system_close(struct system *system)
{
	judge_free(system->judge);
	live_probe_free(system->live);
	answers_deinit(&system->answers);
	look_deinit(&system->look);
	bpf_source_close(system->source);
	recording_close(system->recording);
	*system = (struct system){ 0 };
}

int system_events_fd(const struct system *system)
{
	return bpf_source_events_fd(system->source);
}

static void event_take(const struct event *event, void *context)
{
	struct system *system = context;

	if (event->type < EVENT_WAIT || event->type >= EVENT_TYPES)
		return;
	system->events[event->type - 1].count++;
	judge_event(system->judge, event);
	if (system->recording)
		recording_event(system->recording, event);
}

bool system_events(struct system *system)
{
	uint64_t lost[EVENT_TYPES], sum = 0;

	if (system_events_fd(system) < 0)
		return false;
	bpf_source_poll(system->source, event_take, system);
	if (bpf_source_lost(system->source, lost))
		return false;
	for (size_t i = EVENT_WAIT; i < EVENT_TYPES; i++) {
		system->events_lost[i - 1].count = lost[i];
		sum += lost[i];
	}

	bool more = sum > system->lost;

	system->lost = sum;
	return more;
}

static int recording_add(struct system *system)
{
	if (!system->recording)
		return 0;

	int err = recording_look(system->recording, &system->look, &system->answers);

	if (err)
		fprintf(stderr, "dltrace: cannot go on recording: %s\n", strerror(-err));
	return err;
}

int system_look(struct system *system, struct findings *ret)
{
	struct look look;
	bool lost = system_events(system);
	int err = bpf_source_look(system->source, &look);

	if (err) {
		fprintf(stderr, "dltrace: cannot look at the tasks: %s\n", strerror(-err));
		return err;
	}
	/* the events that the look itself has set off */
	lost |= system_events(system);
	system->resyncs += lost;
	if (system->lost)
		look.incomplete |= 1ull << INCOMPLETE_EVENTS_LOST;
	look_deinit(&system->look);
	system->look = look;
	live_probe_new_look(system->live);
	answers_clear(&system->answers);

	struct probe probe = answers_probe(&system->answers, live_probe_view(system->live));

	err = judge_look(system->judge, &system->look, &probe, ret);
	if (err) {
		fprintf(stderr, "dltrace: cannot judge a look: %s\n", strerror(-err));
		return err;
	}
	if (live_probe_quarantined(system->live, NULL, 0))
		judge_incomplete(system->judge, INCOMPLETE_QUARANTINE);
	return recording_add(system);
}

void system_summarise(const struct system *system, struct run_summary *ret)
{
	ret->stats = judge_stats(system->judge);
	ret->events = system->events;
	ret->events_lost = system->events_lost;
	ret->resyncs = system->resyncs;
}
