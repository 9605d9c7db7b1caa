/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Written at each look that found something new, since the command may be ended
 * at any moment. One look is enough for a recording: it is that by which all that
 * stands was proven, and a replay judges a single look as if nothing had moved.
 */
#include "artifacts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "draw.h"
#include "present.h"
#include "system.h"

static int complain(const char *what, const char *path, int err)
{
	fprintf(stderr, "dltrace: cannot %s %s: %s\n", what, path, strerror(-err));
	return err;
}

int artifacts_prepare(const char *directory)
{
	struct stat info;

	if (mkdir(directory, 0700) == 0)
		return 0;
	if (errno != EEXIST || stat(directory, &info))
		return complain("make the directory", directory, -errno);
	return S_ISDIR(info.st_mode) ? 0 : complain("write artifacts into", directory, -ENOTDIR);
}

static int write_json(const struct output *output, const struct present *present)
{
	const struct run_summary *summary = &present->summary;
	int err = 0;

	for (size_t i = 0; i < summary->active_count && !err; i++)
		err = json_reporter.deadlock(output, summary->active[i]);
	return err ? err : json_reporter.summary(output, summary);
}

static int write_html(const struct output *output, const struct present *present)
{
	return html_reporter.page(output, &present->page, &present->summary);
}

/* Composed in memory and put in its place whole. */
static int write_form(const char *path, const struct present *present,
		      int (*write)(const struct output *, const struct present *))
{
	_cleanup_free_ char *text = NULL;
	struct output output;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		return -ENOMEM;
	output_init(&output, stream, COLOR_NEVER);
	output.lay_out = draw_lay_out;

	int err = write(&output, present);

	if (fclose(stream) && !err)
		err = -ENOMEM;

	struct textfile *file = err ? NULL : textfile_new(path, &err);

	if (file)
		err = textfile_replace(file, text, length);
	textfile_free(file);
	return err;
}

static int write_recording(const char *path, const struct system *system)
{
	struct recording *recording;
	int err = recording_open(path, &recording);

	if (err)
		return err;
	err = recording_look(recording, &system->look, &system->answers);

	int closed = recording_close(recording);

	return err ? err : closed;
}

int artifacts_write(const char *directory, const struct present *present,
		    const struct system *system)
{
	_cleanup_free_ char *json = NULL, *html = NULL, *events = NULL;

	if (asprintf(&json, "%s/dltrace.json", directory) < 0 ||
	    asprintf(&html, "%s/dltrace.html", directory) < 0 ||
	    asprintf(&events, "%s/dltrace.events", directory) < 0)
		return complain("write artifacts into", directory, -ENOMEM);

	int err = write_form(json, present, write_json);

	if (err)
		complain("write", json, err);

	int html_err = write_form(html, present, write_html);

	if (html_err)
		complain("write", html, html_err);

	int events_err = write_recording(events, system);

	if (events_err)
		complain("record to", events, events_err);
	return err ? err : html_err ? html_err : events_err;
}
