/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading and attaching through the skeleton, which no other file knows, and the
 * look: a pass of the iterator, completed from /proc and indexed.
 */
#include "source/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/dltrace.skel.h"
#include "core/cleanup.h"
#include "core/look.h"
#include "source/pass.h"
#include "source/reconcile.h"
#include "source/refusal.h"
#include "source/task_list.h"

#define NS_PER_S 1000000000ULL
/* In the ring buffer an event has a header of 8 bytes (kernel/bpf/ringbuf.c). */
#define RINGBUF_DEFAULT_BYTES (30000 * (sizeof(struct event) + 8))
/* All that the verifier may say, so that its last line is there. */
#define LOG_SIZE (16 << 20)

struct bpf_source {
	struct dltrace *skel;
	struct ring_buffer *ring;
	uint64_t boot_id;
	/* Valid during bpf_source_poll(). */
	event_handler handle;
	void *context;
	int cpus;
};

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* FNV-1a of /proc/sys/kernel/random/boot_id; 0 if it cannot be read. */
static uint64_t boot_id_hash(void)
{
	uint64_t hash = 0xcbf29ce484222325;
	unsigned char text[64];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	for (ssize_t i = 0; i < length && text[i] != '\n'; i++)
		hash = (hash ^ text[i]) * 0x100000001b3;
	return length > 0 ? hash : 0;
}

static struct bpf_program *program_at(struct dltrace *skel, unsigned int index)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, skel->obj)
		if (!index--)
			return program;
	return NULL;
}

/* Loads that one program and nothing else. */
static int program_load_alone(struct dltrace *skel, struct bpf_program *chosen, char *why,
			      size_t why_size)
{
	_cleanup_free_ char *log = calloc(1, LOG_SIZE);
	struct bpf_program *program;

	if (!log)
		return -ENOMEM;
	bpf_object__for_each_program (program, skel->obj)
		bpf_program__set_autoload(program, program == chosen);
	bpf_program__set_log_buf(chosen, log, LOG_SIZE);

	int error = dltrace__load(skel);

	if (error)
		refusal_explain(error, bpf_program__name(chosen), log, why, why_size);
	return error;
}

int bpf_source_try(unsigned int index, char *ret_name, size_t name_size, char *why, size_t why_size)
{
	libbpf_print_fn_t print = libbpf_set_print(print_nothing);
	struct dltrace *skel = dltrace__open();
	struct bpf_program *program = skel ? program_at(skel, index) : NULL;
	int error = skel ? -ENOENT : -errno;

	if (program) {
		snprintf(ret_name, name_size, "%s", bpf_program__name(program));
		error = program_load_alone(skel, program, why, why_size);
	}
	dltrace__destroy(skel);
	libbpf_set_print(print);
	return error;
}

/* Something was refused: find out what, by trying each alone. */
static void explain(int error, char *why, size_t why_size)
{
	char name[64];

	if (refusal_is_obvious(why, why_size))
		return;
	for (unsigned int i = 0;; i++) {
		int result = bpf_source_try(i, name, sizeof(name), why, why_size);

		if (result == -ENOENT)
			break;
		if (result)
			return;
	}
	snprintf(why, why_size, "BPF: %s", strerror(-error));
}

/* A power of two, and at least a page, as the ring buffer demands. */
static uint32_t ringbuf_size(const struct bpf_source_options *options)
{
	size_t wanted = options->ringbuf_bytes ? options->ringbuf_bytes : RINGBUF_DEFAULT_BYTES;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	while (size < wanted && options->attach != BPF_ATTACH_NONE && size < 1U << 31)
		size *= 2;
	return (uint32_t)size;
}

static int source_load(struct bpf_source *source, const struct bpf_source_options *options)
{
	struct dltrace *skel = source->skel = dltrace__open();
	bool live = options->attach != BPF_ATTACH_NONE;

	if (!skel)
		return -errno;
	skel->rodata->page_shift = (uint32_t)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
	skel->rodata->waits_attached = live;
	skel->rodata->threshold_ns = options->threshold_ns;
	bpf_program__set_autoload(skel->progs.waits__sched_switch, live);
	bpf_program__set_autoload(skel->progs.waits__sched_process_exit, live);

	int error = bpf_map__set_max_entries(skel->maps.events, ringbuf_size(options));

	return error ? error : dltrace__load(skel);
}

static int source_handle(void *context, void *data, size_t size)
{
	const struct bpf_source *source = context;

	if (size >= sizeof(struct event))
		source->handle(data, source->context);
	return 0;
}

/* The skeleton attaches all programs that were loaded and owns their links. */
static int source_start(struct bpf_source *source, const struct bpf_source_options *options)
{
	int error = source_load(source, options);

	if (!error)
		error = dltrace__attach(source->skel);
	if (error || options->attach == BPF_ATTACH_NONE)
		return error;
	source->ring = ring_buffer__new(bpf_map__fd(source->skel->maps.events), source_handle,
					source, NULL);
	return source->ring ? 0 : -errno;
}

int bpf_source_open(const struct bpf_source_options *options, struct bpf_source **ret, char *why,
		    size_t why_size)
{
	struct bpf_source *source;
	int error;

	snprintf(why, why_size, "out of memory");
	if (refusal_is_obvious(why, why_size))
		return -EPERM;
	source = calloc(1, sizeof(*source));
	if (!source)
		return -ENOMEM;
	source->boot_id = boot_id_hash();
	source->cpus = libbpf_num_possible_cpus();
	if (!options->verbose)
		libbpf_set_print(print_nothing);
	error = source_start(source, options);
	if (error) {
		bpf_source_close(source);
		explain(error, why, why_size);
		return error;
	}
	*ret = source;
	return 0;
}

void bpf_source_close(struct bpf_source *source)
{
	if (!source)
		return;
	ring_buffer__free(source->ring);
	dltrace__destroy(source->skel);
	free(source);
}

/*
 * The kernel side dates sleeps by the scheduler's clock, and compares the two
 * clocks at the moment when this thread is switched in: so let it be, just now.
 */
static void reader_wake(struct dltrace *skel)
{
	const struct timespec shortest = { .tv_nsec = 1 };

	nanosleep(&shortest, NULL);
	skel->bss->reader_woke_ns = clock_ns(CLOCK_MONOTONIC);
}

int bpf_source_look(struct bpf_source *source, struct look *ret)
{
	__attribute__((cleanup(task_list_deinit))) struct task_list list = { 0 };
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t boot_ns = clock_ns(CLOCK_BOOTTIME);
	uint64_t wall_ns = clock_ns(CLOCK_REALTIME);
	struct hidden hidden = { 0 };

	reader_wake(source->skel);

	int error = pass_read(bpf_link__fd(source->skel->links.look__task), &list);

	if (!error)
		error = reconcile(&list, boot_ns, &hidden);
	if (!error)
		error = look_init(ret, TAKE_PTR(list.tasks), list.count);
	if (error)
		return error;
	ret->start_ns = start_ns;
	ret->wall_ns = wall_ns;
	ret->boot_id = source->boot_id;
	ret->self_pid = (uint32_t)getpid();
	ret->hidden = hidden.added + hidden.unreadable;
	if (hidden.unreadable)
		ret->incomplete |= 1ULL << INCOMPLETE_HIDDEN_TASKS;
	return 0;
}

int bpf_source_files_link(const struct bpf_source *source)
{
	return bpf_link__fd(source->skel->links.files__task_file);
}

int bpf_source_maps_link(const struct bpf_source *source)
{
	return bpf_link__fd(source->skel->links.maps__task_vma);
}

int bpf_source_events_fd(const struct bpf_source *source)
{
	return source->ring ? ring_buffer__epoll_fd(source->ring) : -1;
}

int bpf_source_poll(struct bpf_source *source, event_handler handle, void *context)
{
	if (!source->ring)
		return 0;
	source->handle = handle;
	source->context = context;
	return ring_buffer__consume(source->ring);
}

int bpf_source_lost(const struct bpf_source *source, uint64_t ret_lost[EVENT_TYPES])
{
	uint64_t sums[EVENT_TYPES] = { 0 };
	_cleanup_free_ uint64_t *each = calloc((size_t)source->cpus, sizeof(*each));

	if (!each)
		return -ENOMEM;
	for (uint32_t type = 0; type < EVENT_TYPES; type++) {
		if (bpf_map_lookup_elem(bpf_map__fd(source->skel->maps.lost), &type, each))
			return -errno;
		for (int cpu = 0; cpu < source->cpus; cpu++)
			sums[type] += each[cpu];
	}
	memcpy(ret_lost, sums, sizeof(sums));
	return 0;
}
