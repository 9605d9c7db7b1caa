/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program alone is loaded with all it needs and nothing else, so what the kernel
 * says is said of that one.
 */
#include "source/trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bpf/dltrace.skel.h"
#include "core/cleanup.h"
#include "source/bpf.h"
#include "source/refusal.h"
#include "source/way.h"

/* All that the verifier may say, so that its last line is there. */
#define LOG_SIZE (16 << 20)

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Without the many that trace one function each: way.h tries them together. */
static struct bpf_program *program_at(struct dltrace *skel, unsigned int index)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, skel->obj)
		if (bpf_program__autoload(program) && !index--)
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

void trial_explain(int error, char *why, size_t why_size)
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

void trial_explain_way(const struct way *way, int error, char *why, size_t why_size)
{
	struct dltrace *skel = dltrace__open();
	struct bpf_program *program = NULL;

	if (skel && way->probe)
		program = bpf_object__find_program_by_name(skel->obj, way->probe);
	snprintf(why, why_size, "BPF: %s", strerror(-error));
	if (program) {
		skel->rodata->memory_readable = way->sops;
		program_load_alone(skel, program, why, why_size);
	}
	dltrace__destroy(skel);
}
