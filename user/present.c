/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Findings in the order in which they are of use: what is new, what has gone,
 * then what merely waits; each line flushed as it is written.
 */
#include "present.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "draw.h"

static const struct reporter *const reporters[] = {
	[FORMAT_TEXT] = &text_reporter,
	[FORMAT_JSON] = &json_reporter,
	[FORMAT_DOT] = &dot_reporter,
	[FORMAT_HTML] = &html_reporter,
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

uint64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t used_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int complain(const char *what, const char *name, int err)
{
	if (err != -EPIPE)
		fprintf(stderr, "dltrace: cannot %s %s: %s\n", what, name, strerror(-err));
	return err;
}

/* What textfile_new() refuses, where the error's own name would not help. */
static int complain_textfile(const char *what, const char *path, int err)
{
	static const struct {
		int err;
		const char *message;
	} messages[] = {
		{ -EBUSY, "another dltrace keeps it up to date; give another name" },
		{ -EINVAL, "it names no file; give a path that ends in one" },
		{ -ENOTSUP, "it is a device; give the path of a file" },
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (err == messages[i].err) {
			fprintf(stderr, "dltrace: cannot %s %s: %s\n", what, path,
				messages[i].message);
			return err;
		}
	}
	return complain(what, path, err);
}

/* True if what is at the path, if anything, may be replaced by another file. */
static bool path_is_replaceable(const char *path)
{
	struct stat info;

	return lstat(path, &info) ? errno == ENOENT : S_ISREG(info.st_mode);
}

/* Opens what -o names. A page is replaced whole at each change, a stream only grows. */
static int output_open(struct present *present, const char *path)
{
	int err = 0;

	if (present->reporter->page && path_is_replaceable(path)) {
		present->replaced = textfile_new(path, &err);
		return err;
	}
	present->file = fopen(path, "we");
	return present->file ? 0 : -errno;
}

int present_init(struct present *present, const struct options *options)
{
	int err = 0;

	*present = (struct present){
		.options = options,
		.reporter = reporters[options->format],
		.started_ns = monotonic_ns(),
	};
	if (options->output) {
		err = output_open(present, options->output);
		if (err)
			return complain_textfile("write findings to", options->output, err);
	}
	if (options->textfile) {
		present->textfile = textfile_new(options->textfile, &err);
		if (!present->textfile) {
			present_deinit(present);
			return complain_textfile("keep a textfile at", options->textfile, err);
		}
	}
	output_init(&present->output, present->file ? present->file : stdout, options->color);
	present->output.lay_out = draw_lay_out;
	return 0;
}

void present_deinit(struct present *present)
{
	textfile_free(present->textfile);
	textfile_free(present->replaced);
	page_deinit(&present->page);
	if (present->file)
		fclose(present->file);
	*present = (struct present){ 0 };
}

/* A disk that is full today may have room tomorrow: said once, and tried again at each look. */
static void present_textfile(struct present *present)
{
	if (!present->textfile)
		return;

	int err = textfile_update(present->textfile, &present->summary);

	if (err && !present->textfile_failed)
		complain("update the textfile", present->options->textfile, err);
	present->textfile_failed = err;
}

/* The page as it is now, instead of what the file held. */
static int page_replace(struct present *present)
{
	struct output output = present->output;
	char *text = NULL;
	size_t length = 0;

	output.file = open_memstream(&text, &length);
	if (!output.file)
		return -ENOMEM;

	int err = present->reporter->page(&output, &present->page, &present->summary);

	if (fclose(output.file) && !err)
		err = -ENOMEM;
	if (!err)
		err = textfile_replace(present->replaced, text, length);
	free(text);
	return err;
}

/* A stream gets the page once, at the end. */
static int present_page(struct present *present, bool changed)
{
	return present->replaced && (changed || present->summary.stats->looks == 1)
		       ? page_replace(present)
		       : 0;
}

static int present_lines(const struct present *present, const struct findings *findings,
			 const struct moment *now)
{
	const struct reporter *reporter = present->reporter;
	int err = 0;

	for (size_t i = 0; i < findings->found_count && !err; i++)
		err = reporter->deadlock(&present->output, findings->found[i]);
	for (size_t i = 0; i < findings->resolved_count && !err; i++)
		err = reporter->resolved(&present->output, findings->resolved[i], now);
	for (size_t i = 0; i < findings->chain_count && !err; i++)
		err = reporter->chain(&present->output, &findings->chains[i], now);
	return err;
}

static const char *output_name(const struct present *present)
{
	return present->options->output ? present->options->output : "standard output";
}

int present_findings(struct present *present, const struct findings *findings,
		     const struct look *look)
{
	struct moment now = { .ns = look->start_ns, .wall_ns = look->wall_ns };

	present->found = 0;
	for (size_t i = 0; i < VERDICTS; i++)
		present->found += present->summary.stats->detected[i];
	present->summary.active = findings->active;
	present->summary.active_count = findings->active_count;
	present->summary.deadlocks = present->found;
	present->summary.look_wall_ns = look->wall_ns;
	present->summary.elapsed_ns = monotonic_ns() - present->started_ns;
	present_textfile(present);

	int changed = page_update(&present->page, findings, &now);
	int err = changed;

	if (changed >= 0)
		err = present->reporter->page ? present_page(present, changed)
					      : present_lines(present, findings, &now);

	return err ? complain("write findings to", output_name(present), err) : 0;
}

int present_summary(struct present *present)
{
	present->summary.elapsed_ns = monotonic_ns() - present->started_ns;

	int err = 0;

	if (present->replaced)
		err = page_replace(present);
	else if (present->reporter->page)
		err = present->reporter->page(&present->output, &present->page, &present->summary);
	else
		err = present->reporter->summary(&present->output, &present->summary);

	return err ? complain("write findings to", output_name(present), err) : 0;
}
