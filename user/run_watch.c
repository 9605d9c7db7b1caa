/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching: one thread, one epoll loop over the timer of looks, signals, live
 * events, and the command if there is one.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artifacts.h"
#include "present.h"
#include "run.h"
#include "system.h"

/* Looks take at most one part in so many of a CPU's time. */
#define LOOK_SHARE 25
#define DRAIN_NS   200000000

struct watch {
	const struct options *options;
	struct system system;
	struct present present;
	struct command *command; /* NULL: none */
	int epoll_fd, timer_fd, signal_fd;
	int drain_fd;	    /* ticks while there may be events; -1: there are none */
	uint64_t end_ns;    /* CLOCK_MONOTONIC; 0: never */
	uint64_t rested_ns; /* CLOCK_MONOTONIC; a look before it would take too large a share */
	bool done;
	bool hurried; /* the next look follows the last one at once */
	int status;   /* of the command, once it has ended */
	int failure;  /* exit status if dltrace itself failed, else 0 */
};

static const int watched_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };

static int watch_add(struct watch *watch, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return fd < 0 || !epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? 0 : -errno;
}

/* Events are taken in a few times a second: to wake up for each would cost more than it tells. */
static int watch_drain(struct watch *watch)
{
	struct itimerspec tick = { .it_value.tv_nsec = DRAIN_NS, .it_interval.tv_nsec = DRAIN_NS };

	watch->drain_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch->drain_fd < 0 || timerfd_settime(watch->drain_fd, 0, &tick, NULL))
		return -errno;
	return watch_add(watch, watch->drain_fd);
}

static int watch_fds(struct watch *watch)
{
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(watched_signals) / sizeof(watched_signals[0]); i++)
		sigaddset(&signals, watched_signals[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	watch->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	watch->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (watch->epoll_fd < 0 || watch->timer_fd < 0 || watch->signal_fd < 0)
		return -errno;

	int err = watch_add(watch, watch->timer_fd);

	if (!err)
		err = watch_add(watch, watch->signal_fd);
	if (!err && system_events_fd(&watch->system) >= 0)
		err = watch_drain(watch);
	if (!err && watch->command)
		err = watch_add(watch, watch->command->pidfd);
	return err;
}

/* The next look: one interval after the last one began, never in the past, nor after the end. */
static void watch_schedule(struct watch *watch, uint64_t at_ns)
{
	if (watch->end_ns && at_ns > watch->end_ns)
		at_ns = watch->end_ns;

	struct itimerspec when = { .it_value = { .tv_sec = at_ns / 1000000000,
						 .tv_nsec = at_ns % 1000000000 } };

	timerfd_settime(watch->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void watch_fail(struct watch *watch, int err)
{
	watch->done = true;
	watch->present.closed = err == -EPIPE;
	if (err != -EPIPE)
		watch->failure = watch->command ? STATUS_COMMAND_FAILED : STATUS_FAILED;
}

/* Where a look is dear, as with tens of thousands of tasks, looks get rarer. */
static uint64_t watch_interval(struct watch *watch, uint64_t least_ns)
{
	if (least_ns <= watch->options->interval_ns)
		return watch->options->interval_ns;
	watch->present.summary.interval_ns = least_ns;
	return least_ns;
}

static void watch_look(struct watch *watch)
{
	struct findings findings;
	uint64_t began_ns = monotonic_ns(), used_before_ns = used_ns();
	int err = system_look(&watch->system, &findings);

	if (err) {
		watch_fail(watch, err == -EPIPE ? -EIO : err);
		return;
	}
	system_summarise(&watch->system, &watch->present.summary);
	err = present_findings(&watch->present, &findings, &watch->system.look);
	if (err) {
		watch_fail(watch, err);
		return;
	}
	/* what cannot be written has been said; the command is watched all the same */
	if (watch->options->artifacts && findings.found_count)
		artifacts_write(watch->options->artifacts, &watch->present, &watch->system);
	if (watch->command && watch->options->kill && findings.active_count)
		command_kill(watch->command);
	if (!watch->command && !judge_scope_alive(watch->system.judge))
		watch->done = true;
	if (watch->end_ns && monotonic_ns() >= watch->end_ns)
		watch->done = true;

	uint64_t least_ns = (used_ns() - used_before_ns) * LOOK_SHARE;
	uint64_t interval_ns = watch_interval(watch, least_ns);

	watch->rested_ns = began_ns + least_ns;
	/* what is there to be proven is looked at once more at once, but never twice in a row */
	watch->hurried = findings.fresh && !watch->hurried;
	watch_schedule(watch, watch->hurried ? began_ns : began_ns + interval_ns);
}

/* Who ended with something that others wait for is reported now, not an interval later. */
static void watch_events(struct watch *watch)
{
	uint64_t now_ns = monotonic_ns();

	system_events(&watch->system);
	if (judge_holder_ended(watch->system.judge))
		watch_schedule(watch, now_ns > watch->rested_ns ? now_ns : watch->rested_ns);
}

static void watch_signal(struct watch *watch)
{
	struct signalfd_siginfo info;

	while (read(watch->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (watch->command)
			command_signal(watch->command, (int)info.ssi_signo);
		else if (info.ssi_signo != SIGCHLD)
			watch->done = true;
	}
}

static void watch_command_ended(struct watch *watch)
{
	int status;

	if (!command_end(watch->command, &status)) {
		watch->status = status;
		watch->done = true;
	}
}

static void watch_dispatch(struct watch *watch, int fd)
{
	uint64_t expirations;

	if (fd == watch->timer_fd) {
		if (read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
			watch_look(watch);
	} else if (fd == watch->signal_fd) {
		watch_signal(watch);
	} else if (watch->command && fd == watch->command->pidfd) {
		watch_command_ended(watch);
	} else if (fd == watch->drain_fd) {
		if (read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
			watch_events(watch);
	}
}

static void watch_loop(struct watch *watch)
{
	watch_look(watch);
	while (!watch->done) {
		struct epoll_event events[4];
		int count = epoll_wait(watch->epoll_fd, events, 4, -1);

		for (int i = 0; i < count && !watch->done; i++)
			watch_dispatch(watch, events[i].data.fd);
	}
}

static int watch_init(struct watch *watch, const uint32_t *scope, size_t scope_count)
{
	const struct options *options = watch->options;

	watch->epoll_fd = watch->timer_fd = watch->signal_fd = watch->drain_fd = -1;
	if (present_init(&watch->present, options))
		return -EIO;
	if (system_open(&watch->system, options, scope, scope_count)) {
		present_deinit(&watch->present);
		return -EIO;
	}
	watch->present.summary.scoped = scope;
	if (options->duration_ns)
		watch->end_ns = monotonic_ns() + options->duration_ns;
	return 0;
}

static void watch_deinit(struct watch *watch)
{
	present_deinit(&watch->present);
	system_close(&watch->system);
	close(watch->epoll_fd);
	close(watch->timer_fd);
	close(watch->signal_fd);
	if (watch->drain_fd >= 0)
		close(watch->drain_fd);
}

/* Watches until something ends it; the status without a command. */
static int watch_run(struct watch *watch)
{
	int err = watch_fds(watch);

	if (err) {
		fprintf(stderr, "dltrace: cannot wait for events: %s\n", strerror(-err));
		return STATUS_FAILED;
	}
	watch_loop(watch);
	if (watch->failure)
		return watch->failure;

	int status = watch->present.found
			     ? STATUS_DEADLOCK
			     : run_doubt(watch->options, judge_stats(watch->system.judge));

	if (watch->present.closed)
		return status;
	return run_write_status(present_summary(&watch->present), status);
}

int run_watch(const struct options *options)
{
	struct watch watch = { .options = options };

	if (watch_init(&watch, options->pids, options->pid_count))
		return STATUS_FAILED;

	int status = watch_run(&watch);

	watch_deinit(&watch);
	return status;
}

/* Whatever has become of the watching, the command is waited for: it is the user's. */
static int command_status(struct watch *watch, int watched)
{
	if (!watch->done || watch->status < 0)
		while (command_end(watch->command, &watch->status) == -EAGAIN)
			waitid(P_PIDFD, watch->command->pidfd, &(siginfo_t){ 0 },
			       WEXITED | WNOWAIT);
	if (watch->present.found)
		return STATUS_COMMAND_DEADLOCK;
	return watched == STATUS_FAILED || watched == STATUS_COMMAND_FAILED ? STATUS_COMMAND_FAILED
									    : watch->status;
}

int run_command(const struct options *options, const struct signal_state *inherited)
{
	struct command command;
	struct watch watch = { .options = options, .command = &command, .status = -1 };
	int status;

	if (options->artifacts && artifacts_prepare(options->artifacts))
		return STATUS_COMMAND_FAILED;

	int err = command_start(options->command, inherited, &command, &status);

	if (err) {
		fprintf(stderr, "dltrace: cannot run %s: %s\n", options->command[0],
			strerror(-err));
		return status;
	}

	uint32_t pid = command.pid;

	if (watch_init(&watch, &pid, 1)) {
		command_status(&watch, STATUS_FAILED);
		command_deinit(&command);
		return STATUS_COMMAND_FAILED;
	}
	status = command_status(&watch, watch_run(&watch));
	watch_deinit(&watch);
	command_deinit(&command);
	return status;
}
