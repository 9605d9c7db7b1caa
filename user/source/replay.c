/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines come from a buffer that is filled block by block, so that neither the
 * length of a recording nor that of a line is taken on trust. A look ends where
 * something begins that is not part of it; that line is kept for the next one.
 */
#include "source/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/record.h"
#include "source/task_list.h"

#define BUFFER_SIZE (8 * RECORD_LINE_MAX)

struct replay {
	int fd;
	struct record_parser parser;
	struct record record; /* the line that was read last ... */
	bool pending;	      /* ... and is still to be used */
	char why[200];
	void (*take_event)(const struct event *event, void *context);
	void *context;
	/* The answer that is being put together. */
	struct record_answer answer;
	bool has_answer;
	char *items;
	size_t item_count, items_size; /* items_size: bytes there are */
	/* Input that was not parsed yet: buffer[start .. end). */
	size_t start, end;
	char buffer[BUFFER_SIZE];
};

__attribute__((format(printf, 3, 4))) static int replay_fail(struct replay *replay, int error,
							     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(replay->why, sizeof(replay->why), format, args);
	va_end(args);
	return error;
}

static int replay_malformed(struct replay *replay, const char *what)
{
	return replay_fail(replay, -EINVAL, "line %lu: %s", replay->parser.line, what);
}

/* Reads more behind what is left, which moves to the front. 1, 0 at the end of the file. */
static int buffer_fill(struct replay *replay)
{
	ssize_t got;

	memmove(replay->buffer, replay->buffer + replay->start, replay->end - replay->start);
	replay->end -= replay->start;
	replay->start = 0;
	do
		got = read(replay->fd, replay->buffer + replay->end, BUFFER_SIZE - replay->end);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return replay_fail(replay, -errno, "%s", strerror(errno));
	replay->end += (size_t)got;
	return got > 0;
}

/* 1 and the next line without its newline, 0 at the end. */
static int line_next(struct replay *replay, const char **ret_line, size_t *ret_length)
{
	int more = 1;

	for (;;) {
		size_t left = replay->end - replay->start;
		char *line = replay->buffer + replay->start;
		char *newline = memchr(line, '\n', left);

		if (newline) {
			*ret_line = line;
			*ret_length = (size_t)(newline - line);
			replay->start += *ret_length + 1;
			return 1;
		}
		if (!more && !left)
			return 0;
		if (!more) {
			replay->parser.line++;
			return replay_malformed(replay,
						"it ends in the middle of a line; was it cut off?");
		}
		if (left >= RECORD_LINE_MAX) {
			replay->parser.line++;
			return replay_malformed(replay, "the line is too long");
		}
		more = buffer_fill(replay);
		if (more < 0)
			return more;
	}
}

/* 1 and the next line that says something in replay->record, 0 at the end. */
static int record_next(struct replay *replay)
{
	if (replay->pending) {
		replay->pending = false;
		return 1;
	}
	do {
		const char *line = NULL;
		size_t length = 0;
		int more = line_next(replay, &line, &length);

		if (more <= 0)
			return more;
		if (record_parse(&replay->parser, line, length, &replay->record))
			return replay_fail(replay, -EINVAL, "%s", replay->parser.why);
	} while (replay->record.type == RECORD_NONE || replay->record.type == RECORD_HEADER);
	return 1;
}

/* The events up to the next look. 1: there is one. */
static int replay_seek(struct replay *replay)
{
	int more;

	while ((more = record_next(replay)) > 0) {
		if (replay->record.type == RECORD_LOOK)
			return 1;
		if (replay->record.type != RECORD_EVENT)
			return replay_malformed(replay, "outside of a look");
		replay->take_event(&replay->record.event, replay->context);
	}
	return more;
}

static int replay_add_item(struct replay *replay)
{
	size_t size = answer_item_size[replay->answer.question.type];

	if ((replay->item_count + 1) * size > replay->items_size) {
		size_t items_size = replay->items_size ? 2 * replay->items_size : 4096;
		char *more = realloc(replay->items, items_size);

		if (!more)
			return replay_fail(replay, -ENOMEM, "out of memory");
		replay->items = more;
		replay->items_size = items_size;
	}
	memcpy(replay->items + replay->item_count++ * size, &replay->record.file, size);
	return 0;
}

static bool answer_is_whole(const struct record_answer *answer, size_t item_count)
{
	bool single =
		answer->question.type == ASK_DESCRIPTOR || answer->question.type == ASK_MAPPING;

	return !single || answer->error || item_count == 1;
}

/* Puts the answer whose items have all been read into the table. */
static int replay_end_answer(struct replay *replay, struct answers *answers)
{
	const struct record_answer *from = &replay->answer;

	if (!replay->has_answer)
		return 0;
	replay->has_answer = false;
	if (!answer_is_whole(from, replay->item_count))
		return replay_malformed(replay, "the answer before this needs exactly one item");

	bool has_items = record_has_items(from->question.type);
	struct answer answer = {
		.error = from->error,
		.partial = from->partial,
		.count = has_items ? (uint32_t)replay->item_count : from->length,
		.items = has_items ? (const void *)replay->items : from->bytes,
	};
	int err = answers_put(answers, &from->question, &answer);

	if (err == -EEXIST)
		return replay_malformed(replay, "the question before this was answered already");
	return err ? replay_fail(replay, err, "out of memory") : 0;
}

static void replay_begin_answer(struct replay *replay)
{
	const struct record_answer *from = &replay->record.answer;

	memcpy(&replay->answer, from, offsetof(struct record_answer, bytes) + from->length);
	replay->has_answer = true;
	replay->item_count = 0;
}

/* Everything that belongs to the look, up to the first line that does not. */
static int replay_collect(struct replay *replay, struct task_list *list, struct answers *answers)
{
	int more;

	while ((more = record_next(replay)) > 0) {
		int err =
			replay->record.type == RECORD_ITEM ? 0 : replay_end_answer(replay, answers);

		if (err)
			return err;
		switch (replay->record.type) {
		case RECORD_TASK:
			if (task_list_add(list, &replay->record.task))
				return replay_fail(replay, -ENOMEM, "out of memory");
			break;
		case RECORD_ANSWER:
			replay_begin_answer(replay);
			break;
		case RECORD_ITEM:
			err = replay_add_item(replay);
			if (err)
				return err;
			break;
		default:
			replay->pending = true;
			return 0;
		}
	}
	return more ? more : replay_end_answer(replay, answers);
}

/* The recorded header, around the tasks. */
static int look_build(const struct look *header, struct task_list *list, struct look *ret)
{
	int err = record_count_users(list->tasks, list->count);
	struct look look;

	if (err)
		return err;
	if (!list->tasks)
		list->tasks = malloc(sizeof(*list->tasks));
	if (!list->tasks)
		return -ENOMEM;
	err = look_init(&look, TAKE_PTR(list->tasks), list->count);
	if (err)
		return err;
	look.start_ns = header->start_ns;
	look.wall_ns = header->wall_ns;
	look.boot_id = header->boot_id;
	look.self_pid = header->self_pid;
	look.hidden = header->hidden;
	look.incomplete = header->incomplete;
	*ret = look;
	return 0;
}

static int look_next(struct replay *replay, struct look *ret_look, struct answers *ret_answers)
{
	__attribute__((cleanup(task_list_deinit))) struct task_list list = { 0 };
	int more = replay_seek(replay);

	if (more <= 0)
		return more;
	answers_clear(ret_answers);
	replay->has_answer = false;

	struct look header = replay->record.look;
	int err = replay_collect(replay, &list, ret_answers);

	if (err)
		return err;
	err = look_build(&header, &list, ret_look);
	return err ? replay_fail(replay, err, "out of memory") : 1;
}

int replay_next(struct replay *replay, struct look *ret_look, struct answers *ret_answers,
		char *why, size_t size)
{
	int more = look_next(replay, ret_look, ret_answers);

	if (more < 0)
		snprintf(why, size, "%s", replay->why);
	return more;
}

/* The first lines tell whether the file is a recording at all. */
static int replay_begin(struct replay *replay, const char *path)
{
	replay->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (replay->fd < 0)
		return replay_fail(replay, -errno, "%s", strerror(errno));

	int more = record_next(replay);

	if (more < 0)
		return more;
	if (!replay->parser.started)
		return replay_fail(replay, -EINVAL, "not a recording: it is empty");
	replay->pending = more;
	return 0;
}

int replay_open(const char *path, void (*take_event)(const struct event *event, void *context),
		void *context, struct replay **ret_replay, char *why, size_t size)
{
	struct replay *replay = calloc(1, sizeof(*replay));

	if (!replay) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	replay->fd = -1;
	replay->take_event = take_event;
	replay->context = context;

	int err = replay_begin(replay, path);

	if (err) {
		snprintf(why, size, "%s", replay->why);
		replay_close(replay);
		return err;
	}
	*ret_replay = replay;
	return 0;
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	if (replay->fd >= 0)
		close(replay->fd);
	free(replay->items);
	free(replay);
}
