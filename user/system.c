/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiring: the layers do not know each other, so they meet here.
 */
#include "system.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/record.h"
#include "kinds/kinds.h"
#include "present.h"
#include "source/privilege.h"

static const enum bpf_attach attach_way[] = {
	[ATTACH_AUTO] = BPF_ATTACH_AUTO,
	[ATTACH_SLEEP] = BPF_ATTACH_SLEEP,
	[ATTACH_SYSCALL] = BPF_ATTACH_SYSCALL,
	[ATTACH_NONE] = BPF_ATTACH_NONE,
};

/* The kernel side knows calls, the metrics kinds. */
static const enum wait_kind call_kind[WAIT_CALLS] = {
	[WAIT_CALL_FUTEX] = WAIT_FUTEX,
	[WAIT_CALL_WAIT4] = WAIT_WAIT4,
	[WAIT_CALL_WAITID] = WAIT_WAITID,
	[WAIT_CALL_SEMOP] = WAIT_SYSV_SEM,
};

_Static_assert(sizeof(struct durations) == sizeof(struct wait_durations) &&
		       DURATION_BUCKETS == WAIT_BUCKETS,
	       "the kernel side's buckets are the report's");

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

static uint64_t task_generation(void *context, uint32_t tid)
{
	const struct look *look = &((const struct system *)context)->look;
	uint32_t index = look_find(look, tid);
	const struct look_task *task = index == NO_TASK ? NULL : &look->tasks[index];

	return task && task->flags & TASK_SLEEPING ? mix64(task->start_ns, task->switches) : 0;
}

static uint32_t hidden_processes(void *context, uint32_t *ret_pids, uint32_t max)
{
	const struct look *look = &((const struct system *)context)->look;
	uint32_t count = 0;

	for (uint32_t i = 0; i < look->process_count; i++) {
		if (!(look->tasks[look->processes[i].first].flags & TASK_FROM_PROC))
			continue;
		if (count < max)
			ret_pids[count] = look->processes[i].pid;
		count++;
	}
	return count;
}

static int task_registers(void *context, uint32_t tid, struct task_regs *ret)
{
	const struct system *system = context;

	return system->source ? bpf_source_registers(system->source, tid, ret) : -EOPNOTSUPP;
}

static uint64_t process_mm(const struct look *look, uint32_t pid)
{
	const struct process *process = look_process(look, pid);

	for (uint32_t i = 0; process && i < process->count; i++)
		if (look->tasks[process->first + i].mm)
			return look->tasks[process->first + i].mm;
	return 0;
}

/* An address space may be where another one was, and then it was another process, too. */
static int last_waker(void *context, uint32_t pid, uint64_t address, struct waker *ret)
{
	const struct system *system = context;
	uint64_t mm = process_mm(&system->look, pid);
	int err = -EOPNOTSUPP;

	if (system->source)
		err = mm ? bpf_source_waker(system->source, mm, address, ret) : -ESRCH;
	return !err && ret->pid != pid ? -ENOENT : err;
}

static int bpf_open(struct system *system, const struct options *options, const uint32_t *scope,
		    size_t scope_count, char *why, size_t why_size)
{
	bool live = !options->once && options->attach != ATTACH_NONE;
	struct bpf_source_options source_options = {
		.attach = live ? attach_way[options->attach] : BPF_ATTACH_NONE,
		.threshold_ns = options->min_wait_ns / 2,
		.ringbuf_bytes = options->ringbuf_size,
		.scoped = scope,
		/* births and semops are many: only where calls are followed anyway */
		.ownership = options->attach == ATTACH_SYSCALL,
		.uprobes = options->uprobes,
		.verbose = options->verbosity > 0,
	};
	int err = bpf_source_open(&source_options, &system->source, why, why_size);

	if (!err && options->verbosity >= 0 && !privilege_to_read())
		fprintf(stderr, "dltrace: CAP_SYS_PTRACE is missing: waits that need the memory of "
				"other users' processes are left open (run it as root)\n");

	if (!err && scope)
		err = bpf_source_scope(system->source, scope, scope_count);
	if (!err && options->uprobes) {
		int found = bpf_source_uprobes(system->source, scope, scope_count, why, why_size);

		err = found < 0 ? found : 0;
	}
	return err;
}

/* Before the system's own probe is there, which depends on the source. */
static bool proc_suffices(const uint32_t *scope, size_t scope_count)
{
	struct live_probe_options options = { .files_link_fd = -1,
					      .sockets_link_fd = -1,
					      .maps_link_fd = -1 };
	struct live_probe *live = live_probe_new(&options);
	bool suffices = live && proc_source_suffices(live_probe_view(live), scope, scope_count);

	live_probe_free(live);
	return suffices;
}

static int proc_open(struct system *system, const uint32_t *scope, size_t scope_count, char *why,
		     size_t why_size)
{
	if (scope && !proc_suffices(scope, scope_count)) {
		snprintf(why, why_size,
			 "--source proc tells nothing of other users' processes; run it as their "
			 "user or as root");
		return -EPERM;
	}
	system->proc = proc_source_new();
	snprintf(why, why_size, "out of memory");
	return system->proc ? 0 : -ENOMEM;
}

/* Without the privilege for BPF, /proc will do for one's own processes. */
static bool proc_may_serve(const struct options *options, const uint32_t *scope, size_t scope_count)
{
	return options->source == SOURCE_AUTO && !options->uprobes && scope &&
	       proc_suffices(scope, scope_count);
}

static int source_open(struct system *system, const struct options *options, const uint32_t *scope,
		       size_t scope_count)
{
	char why[BPF_WHY_LEN] = "";
	int err;

	if (options->source == SOURCE_PROC) {
		err = proc_open(system, scope, scope_count, why, sizeof(why));
	} else {
		err = bpf_open(system, options, scope, scope_count, why, sizeof(why));
		if (err && !system->source && proc_may_serve(options, scope, scope_count)) {
			if (options->verbosity >= 0)
				fprintf(stderr,
					"dltrace: %s; going on with --source proc, which is enough "
					"for your own processes\n",
					why);
			err = proc_open(system, scope, scope_count, why, sizeof(why));
		}
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
		.stalled_after_ns = scope || options->once ? 0 : options->stalled_after_ns,
		.stacks = options->stacks,
	};

	*system = (struct system){ .sums_wanted = options->textfile };

	int err = recording_begin(system, options);

	if (!err)
		err = source_open(system, options, scope, scope_count);
	if (err) {
		system_close(system);
		return err;
	}

	struct live_probe_options probe_options = {
		.files_link_fd = system->source ? bpf_source_files_link(system->source) : -1,
		.sockets_link_fd = system->source ? bpf_source_sockets_link(system->source) : -1,
		.maps_link_fd = system->source ? bpf_source_maps_link(system->source) : -1,
		.process_generation = process_generation,
		.task_generation = task_generation,
		.hidden = hidden_processes,
		.registers = task_registers,
		.waker = last_waker,
		.context = system,
	};

	system->judge = judge_new(&judge_options);
	system->live = live_probe_new(&probe_options);
	for (size_t i = EVENT_WAIT; i < EVENT_TYPES; i++)
		system->events[i - 1].label = event_type_name[i];
	for (uint32_t i = EVENT_WAIT; i < LOSSES; i++)
		system->events_lost[i - 1].label = bpf_loss_name(i);
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
	proc_source_free(system->proc);
	recording_close(system->recording);
	*system = (struct system){ 0 };
}

int system_events_fd(const struct system *system)
{
	return system->source ? bpf_source_events_fd(system->source) : -1;
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

void system_events(struct system *system)
{
	if (system_events_fd(system) >= 0)
		bpf_source_poll(system->source, event_take, system);
}

/* True if more was lost since the last look. */
static bool losses_update(struct system *system)
{
	uint64_t losses[LOSSES];
	bool more = false;

	if (system_events_fd(system) < 0 || bpf_source_losses(system->source, losses))
		return false;
	for (uint32_t i = EVENT_WAIT; i < LOSSES; i++) {
		uint64_t *known = &system->events_lost[i - 1].count;

		if (losses[i] == *known)
			continue;
		*known = losses[i];
		judge_events_lost(system->judge, i);
		more = true;
	}
	system->lost |= more;
	return more;
}

/* Descendants that were there before tracing began are in scope from the second look on. */
static int scope_pass_on(struct system *system)
{
	const struct look *look = &system->look;
	const struct judge_stats *stats = judge_stats(system->judge);
	_cleanup_free_ uint32_t *pids = NULL;
	size_t count = 0;

	if (!system->source || !judge_is_scoped(system->judge) ||
	    stats->scope_processes == system->scoped)
		return 0;
	pids = malloc((look->process_count + 1) * sizeof(*pids));
	if (!pids)
		return -ENOMEM;
	for (uint32_t i = 0; i < look->process_count; i++)
		if (judge_in_scope(system->judge, look, look->processes[i].pid))
			pids[count++] = look->processes[i].pid;
	system->scoped = stats->scope_processes;
	return bpf_source_scope(system->source, pids, count);
}

static void durations_update(struct system *system)
{
	struct wait_durations durations[WAIT_CALLS];

	if (!system->sums_wanted || system_events_fd(system) < 0 ||
	    bpf_source_durations(system->source, durations))
		return;
	for (size_t i = 0; i < WAIT_CALLS; i++)
		memcpy(&system->durations[call_kind[i]], &durations[i], sizeof(durations[i]));
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

static int look_take(struct system *system, struct look *ret)
{
	live_probe_new_look(system->live);
	answers_clear(&system->answers);

	const struct probe *direct = live_probe_view(system->live);

	if (system->source)
		return bpf_source_look(system->source, direct, ret);

	struct probe probe = answers_probe(&system->answers, direct);

	return proc_source_look(system->proc, direct, &probe, ret);
}

static void look_end(struct system *system)
{
	if (system->source)
		bpf_source_reuse(system->source, &system->look);
	else
		look_deinit(&system->look);
}

int system_look(struct system *system, struct findings *ret)
{
	struct look look;
	uint64_t began_ns = monotonic_ns();
	int err = look_take(system, &look);

	if (err) {
		fprintf(stderr, "dltrace: cannot look at the tasks: %s\n", strerror(-err));
		return err;
	}
	/* those that the look itself has set off are among them */
	system_events(system);

	/* what was lost, this look makes up for */
	bool lost = losses_update(system);

	system->resyncs += lost;
	if (lost && !system->lost_ns)
		system->lost_ns = system->look.wall_ns ? system->look.wall_ns : look.wall_ns;
	if (system->lost)
		look.incomplete |= 1ull << INCOMPLETE_EVENTS_LOST;
	look_end(system);
	system->look = look;

	struct probe probe = answers_probe(&system->answers, live_probe_view(system->live));

	err = judge_look(system->judge, &system->look, &probe, ret);
	if (err) {
		fprintf(stderr, "dltrace: cannot judge a look: %s\n", strerror(-err));
		return err;
	}
	judge_look_took(system->judge, monotonic_ns() - began_ns);
	durations_update(system);
	if (scope_pass_on(system))
		fprintf(stderr, "dltrace: the waits of new descendants are not summed\n");
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
	ret->lost_since_wall_ns = system->lost_ns;
	ret->durations = system_events_fd(system) < 0 ? NULL : system->durations;
}
