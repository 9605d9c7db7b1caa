/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading and attaching through the skeleton, which no other file knows, and the
 * look: a pass of the iterator, completed from /proc and indexed.
 */
#include "source/bpf.h"

#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/dltrace.skel.h"
#include "core/cleanup.h"
#include "core/look.h"
#include "source/boot.h"
#include "source/pass.h"
#include "source/percpu.h"
#include "source/privilege.h"
#include "source/reconcile.h"
#include "source/refusal.h"
#include "source/registers.h"
#include "source/task_list.h"
#include "source/trial.h"
#include "source/uprobes.h"
#include "source/way.h"

#define NS_PER_S 1000000000ULL
/* In the ring buffer an event has a header of 8 bytes (kernel/bpf/ringbuf.c). */
#define RINGBUF_DEFAULT_BYTES (30000 * (sizeof(struct event) + 8))
#define BIG_BYTES	      (256 << 10)

struct bpf_source {
	struct dltrace *skel;
	struct ring_buffer *ring;
	struct uprobes *uprobes; /* NULL: none */
	struct bpf_attached attached;
	struct reconciler reconciler;
	struct task_list spare; /* for the next look, empty */
	uint32_t scope_generation;
	bool reads_all; /* what the look leads to can be read of every process */
	uint64_t boot_id;
	/* Valid during bpf_source_poll(). */
	event_handler handle;
	void *context;
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

/* A power of two, and at least a page, as the ring buffer demands. */
static uint32_t ringbuf_size(const struct bpf_source_options *options)
{
	size_t wanted = options->ringbuf_bytes ? options->ringbuf_bytes : RINGBUF_DEFAULT_BYTES;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	bool needed = options->attach != BPF_ATTACH_NONE || options->uprobes;

	while (size < wanted && needed && size < 1U << 31)
		size *= 2;
	return (uint32_t)size;
}

static int source_load(struct bpf_source *source, const struct bpf_source_options *options,
		       const struct way *way)
{
	struct dltrace *skel = source->skel = dltrace__open();

	if (!skel)
		return -errno;
	skel->rodata->page_shift = (uint32_t)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
	skel->rodata->waits_attached = way->attach != BPF_ATTACH_NONE;
	skel->rodata->threshold_ns = options->threshold_ns;
	skel->rodata->scoped = options->scoped;
	skel->rodata->ownership_wanted = options->ownership;
	skel->rodata->memory_readable = options->ownership && way->sops;
	way_choose(way, options->uprobes, skel->obj);
	/* its links are made for one task each, when asked for */
	bpf_program__set_autoattach(skel->progs.regs__task, false);

	int error = bpf_map__set_max_entries(skel->maps.events, ringbuf_size(options));

	/* an LRU takes all its memory at once, and only calls are followed to it */
	if (!error && way->attach != BPF_ATTACH_SYSCALL)
		error = bpf_map__set_autocreate(skel->maps.wakers, false);

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
static int source_start(struct bpf_source *source, const struct bpf_source_options *options,
			const struct way *way)
{
	int error = source_load(source, options, way);

	if (!error)
		error = dltrace__attach(source->skel);
	if (!error && (way->attach != BPF_ATTACH_NONE || options->uprobes)) {
		source->ring = ring_buffer__new(bpf_map__fd(source->skel->maps.events),
						source_handle, source, NULL);
		error = source->ring ? 0 : -errno;
	}
	if (error) {
		dltrace__destroy(source->skel);
		source->skel = NULL;
		return error;
	}
	source->attached.attach = way->attach;
	source->attached.label = way->label;
	source->attached.sops = options->ownership && way->sops;
	return 0;
}

/* The first way that the kernel takes; of others before it, why the first was refused. */
static int source_find_way(struct bpf_source *source, const struct bpf_source_options *options)
{
	int error = -EINVAL;

	for (const struct way *way = ways; way->label; way++) {
		if (!way_allowed(way, options->attach))
			continue;
		error = source_start(source, options, way);
		if (!error)
			return 0;
		if (!source->attached.refused[0])
			trial_explain_way(way, error, source->attached.refused,
					  sizeof(source->attached.refused));
	}
	return error;
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
	/*
	 * What is big comes and goes with loading: types of the kernel, logs. Given back at once,
	 * it adds up to no peak; left to itself malloc would keep it in the heap from the second
	 * time on (mallopt(3), M_MMAP_THRESHOLD), and fill it with zeroes, too.
	 */
	mallopt(M_MMAP_THRESHOLD, BIG_BYTES);
	source->boot_id = boot_id_hash();
	source->reads_all = privilege_to_read();
	if (!options->verbose)
		libbpf_set_print(print_nothing);
	error = source_find_way(source, options);
	if (error) {
		bpf_source_close(source);
		trial_explain(error, why, why_size);
		return error;
	}
	/* the kernel's type information is needed for loading only, and is several megabytes */
	malloc_trim(0);
	*ret = source;
	return 0;
}

void bpf_source_close(struct bpf_source *source)
{
	if (!source)
		return;
	uprobes_free(source->uprobes);
	ring_buffer__free(source->ring);
	dltrace__destroy(source->skel);
	reconciler_deinit(&source->reconciler);
	task_list_deinit(&source->spare);
	free(source);
}

/*
 * The kernel side dates sleeps by the scheduler's clock, and compares the two
 * clocks at the moment when this thread is switched in: so let it be, just now.
 */
static void reader_wake(struct dltrace *skel)
{
	const struct timespec shortest = { .tv_nsec = 1 };
	struct rusage usage;

	nanosleep(&shortest, NULL);
	getrusage(RUSAGE_THREAD, &usage);
	skel->bss->reader_switches = (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
	skel->bss->reader_woke_ns = clock_ns(CLOCK_MONOTONIC);
}

int bpf_source_look(struct bpf_source *source, const struct probe *direct, struct look *ret)
{
	__attribute__((cleanup(task_list_deinit))) struct task_list list = source->spare;
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t boot_ns = clock_ns(CLOCK_BOOTTIME);
	uint64_t wall_ns = clock_ns(CLOCK_REALTIME);
	struct hidden hidden = { 0 };

	source->spare = (struct task_list){ 0 };
	reader_wake(source->skel);

	int error = pass_read(bpf_link__fd(source->skel->links.look__task), &list);

	if (!error)
		error = reconcile(&source->reconciler, &list, boot_ns, direct, &hidden);
	if (error)
		return error;
	task_list_fit(&list);
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
	if (!source->reads_all)
		ret->incomplete |= 1ULL << INCOMPLETE_PRIVILEGE;
	return 0;
}

void bpf_source_reuse(struct bpf_source *source, struct look *look)
{
	task_list_deinit(&source->spare);
	source->spare.capacity = look->task_count;
	source->spare.tasks = TAKE_PTR(look->tasks);
	look_deinit(look);
}

int bpf_source_registers(struct bpf_source *source, uint32_t tid, struct task_regs *ret)
{
	return registers_read(bpf_program__fd(source->skel->progs.regs__task), tid, ret);
}

int bpf_source_waker(const struct bpf_source *source, uint64_t mm, uint64_t address,
		     struct waker *ret)
{
	struct waker_key key = { .mm = mm, .address = address };

	if (source->attached.attach != BPF_ATTACH_SYSCALL)
		return -EOPNOTSUPP;
	return bpf_map_lookup_elem(bpf_map__fd(source->skel->maps.wakers), &key, ret) ? -errno : 0;
}

int bpf_source_files_link(const struct bpf_source *source)
{
	return bpf_link__fd(source->skel->links.files__task_file);
}

int bpf_source_sockets_link(const struct bpf_source *source)
{
	return bpf_link__fd(source->skel->links.sockets__task_file);
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

int bpf_source_losses(const struct bpf_source *source, uint64_t ret_losses[LOSSES])
{
	return percpu_sum(bpf_map__fd(source->skel->maps.losses), LOSSES, 1, ret_losses);
}

const char *bpf_loss_name(uint32_t reason)
{
	static const char *const names[LOSSES] = {
		[EVENT_WAIT] = "ringbuf-wait",
		[EVENT_WAKE] = "ringbuf-wake",
		[EVENT_EXIT] = "ringbuf-exit",
		[EVENT_FORK] = "ringbuf-fork",
		[EVENT_EXEC] = "ringbuf-exec",
		[EVENT_SEMOP] = "ringbuf-semop",
		[EVENT_SEM_ACQUIRE] = "ringbuf-sem-acquire",
		[EVENT_SEM_POST] = "ringbuf-sem-post",
		[LOSS_STORAGE] = "storage",
		[LOSS_MEMORY] = "memory",
		[LOSS_MANY] = "many-operations",
	};

	return reason < LOSSES ? names[reason] : NULL;
}

int bpf_source_durations(const struct bpf_source *source,
			 struct wait_durations ret_durations[WAIT_CALLS])
{
	return percpu_sum(bpf_map__fd(source->skel->maps.durations), WAIT_CALLS,
			  sizeof(*ret_durations) / sizeof(uint64_t), (uint64_t *)ret_durations);
}

const struct bpf_attached *bpf_source_attached(const struct bpf_source *source)
{
	return &source->attached;
}

int bpf_source_scope(struct bpf_source *source, const uint32_t *pids, size_t count)
{
	int map = bpf_map__fd(source->skel->maps.scope);
	const uint32_t generation = ++source->scope_generation;
	uint32_t pid, next, found;

	for (size_t i = 0; i < count; i++)
		if (bpf_map_update_elem(map, &pids[i], &generation, BPF_ANY))
			return -errno;
	/* A key must stay until the one behind it is known. */
	for (int more = !bpf_map_get_next_key(map, NULL, &pid); more; pid = next) {
		more = !bpf_map_get_next_key(map, &pid, &next);
		if (!bpf_map_lookup_elem(map, &pid, &found) && found != generation)
			bpf_map_delete_elem(map, &pid);
	}
	return 0;
}

int bpf_source_uprobes(struct bpf_source *source, const uint32_t *pids, size_t count, char *why,
		       size_t why_size)
{
	const struct uprobe_programs programs = {
		.wait = source->skel->progs.uprobes__sem_wait,
		.wait_exit = source->skel->progs.uprobes__sem_wait_exit,
		.post = source->skel->progs.uprobes__sem_post,
	};
	struct uprobes *uprobes;
	int error = uprobes_new(&programs, pids, count, &uprobes, why, why_size);

	if (error)
		return error;
	uprobes_free(source->uprobes);
	source->uprobes = uprobes;
	return (int)uprobes_count(uprobes);
}
