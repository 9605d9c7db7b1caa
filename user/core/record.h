/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of recordings: one line a fact, easy to write by hand and to diff.
 *
 *	dltrace-recording 1 arch=x86_64
 *	event type=exit time=4100000000 start=900 tid=7527 exit_code=9 name=python3
 *	look start=5000000000 boot=0x9f0c2d11
 *	task tid=7528 start=1000 slept=1200000000 flags=sleeping call=futex \
 *		args=0x7f48d49ea000,0x109 ppid=7486 name=python3
 *	answer memory pid=7528 address=0x7f48d49ea000 bytes=00000000
 *	answer holders dev=0:14 inode=30411
 *	item description=1 refs=1 kind=pipe mode=write pid=7486 fd=4
 *
 * (A line cannot be continued; it is shown folded here.) A look is its line,
 * and the tasks, answers and items that follow; an answer's items follow it;
 * events belong to the look after them. What is not said is 0, but for
 *	tid, pid		each is the other
 *	call			the task is in no call
 *	mm, files		its process has its own; none, if it is dead or of the kernel
 *	mm_users, files_users,
 *	threads			as many tasks as the look has of them
 *	ns_tid, ns_pid		the same as tid and pid
 *	length of memory	as many bytes as there are
 * Numbers are decimal or 0x..., devices major:minor, calls names or numbers,
 * flags names with commas; in names and texts \xNN stands for a byte. '#'
 * begins a comment. Kernel addresses never get in: ids are small ordinals.
 * Anything else is an error, with the number of its line.
 */
#ifndef DLTRACE_RECORD_H
#define DLTRACE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/look.h"
#include "core/ordinals.h"
#include "core/probe.h"

#define RECORD_LINE_MAX	     32768 /* bytes of a line with its newline */
#define RECORD_COUNT_UNKNOWN UINT32_MAX

enum record_type {
	RECORD_NONE, /* a blank line or a comment */
	RECORD_HEADER,
	RECORD_LOOK,
	RECORD_TASK,
	RECORD_EVENT,
	RECORD_ANSWER,
	RECORD_ITEM,
	RECORD_TYPES,
};

/* What recordings call events, and the metrics that count them. */
extern const char *const event_type_name[EVENT_TYPES];

/* A line with an answer: its items follow, or are these bytes (of memory, or of a text). */
struct record_answer {
	struct question question;
	int32_t error;
	uint32_t partial;
	uint32_t length;
	uint8_t bytes[MEMORY_ANSWER_MAX];
};

struct record {
	enum record_type type;
	union {
		struct look look; /* without tasks */
		struct look_task task;
		struct event event;
		struct record_answer answer;
		/* An item of the answer before it, by that answer's type. */
		struct open_file file;
		struct mapping mapping;
		uint64_t address;
		struct stack_frame frame;
		struct symbol symbol;
		struct socket_state socket;
		struct epoll_target target;
		struct stack_pointer pointer;
	};
};

/* All zero is the start of a recording. */
struct record_parser {
	unsigned long line;
	bool started;	    /* the first line was there */
	uint32_t item_type; /* enum question_type of the answer that items belong to ... */
	bool takes_items;   /* ... if there is one */
	char why[160];	    /* after an error: "line 12: unknown field 'foo'"; printable */
};

/*
 * Parses the next line, without its newline. 0, or -EINVAL and the reason in
 * parser->why. Counts that were not given are RECORD_COUNT_UNKNOWN.
 */
int record_parse(struct record_parser *parser, const char *line, size_t length, struct record *ret);

/* Replaces RECORD_COUNT_UNKNOWN by counting the tasks of a look. 0 or -ENOMEM. */
int record_count_users(struct look_task *tasks, uint32_t count);

/*
 * Each writes one line with newline and NUL, and returns its length; -ENOSPC if
 * it does not fit (RECORD_LINE_MAX always does) or -ENOMEM. ids gives ids their
 * numbers; NULL: they are written as they are.
 */
int record_format_header(char *ret, size_t size);
int record_format_look(const struct look *look, char *ret, size_t size);
int record_format_task(const struct look_task *task, struct ordinals *ids, char *ret, size_t size);
int record_format_event(const struct event *event, char *ret, size_t size);
int record_format_answer(const struct question *question, const struct answer *answer, char *ret,
			 size_t size);
/* True if the answer's items are lines of their own. */
bool record_has_items(enum question_type type);
int record_format_item(enum question_type type, const void *item, struct ordinals *ids, char *ret,
		       size_t size);

#endif /* DLTRACE_RECORD_H */
