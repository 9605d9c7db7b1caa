/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/record.h"

static char line[RECORD_LINE_MAX];
static struct record record;

/* Parses the line behind a header. */
static int parse(struct record_parser *parser, const char *text)
{
	if (!parser->started)
		cr_assert_eq(record_parse(parser, "dltrace-recording 1", 19, &record), 0);
	return record_parse(parser, text, strlen(text), &record);
}

static void parse_ok(const char *text)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(parse(&parser, text), 0, "%s", parser.why);
}

static void refuse(const char *text, const char *why)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(parse(&parser, text), -EINVAL, "accepted: %s", text);
	cr_assert_str_eq(parser.why, why);
}

/* Any bytes, the same each time. */
static void fill(void *bytes, size_t size, unsigned int seed)
{
	unsigned char *at = bytes;

	srand(seed);
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(rand() >> 4);
}

static void parse_formatted(int length)
{
	struct record_parser parser = { 0 };

	cr_assert_gt(length, 0);
	cr_assert_eq(line[length - 1], '\n');
	line[length - 1] = '\0';
	cr_assert_eq(parse(&parser, line), 0, "%s: %s", parser.why, line);
}

static void name_fill(char name[TASK_NAME_LEN], unsigned int seed)
{
	fill(name, TASK_NAME_LEN, seed);
	for (int i = 0; i < TASK_NAME_LEN - 1; i++)
		if (!name[i])
			name[i] = ' ';
	memset(name + seed % TASK_NAME_LEN, 0, TASK_NAME_LEN - seed % TASK_NAME_LEN);
}

Test(record, task_survives_being_written_and_read)
{
	for (unsigned int seed = 1; seed <= 200; seed++) {
		struct look_task task;

		fill(&task, sizeof(task), seed);
		name_fill(task.name, seed);
		task.threads &= 0xffff; /* all ones means that it is not known */
		task.mm_users &= 0xffff;
		task.files_users &= 0xffff;
		task.blocker_kind %= BLOCKER_KINDS;
		parse_formatted(record_format_task(&task, NULL, line, sizeof(line)));
		cr_assert_eq(memcmp(&record.task, &task, sizeof(task)), 0, "%s", line);
	}
}

Test(record, empty_task_survives)
{
	struct look_task task = { .tid = 1 };

	parse_formatted(record_format_task(&task, NULL, line, sizeof(line)));
	cr_assert_eq(memcmp(&record.task, &task, sizeof(task)), 0, "%s", line);
}

Test(record, event_survives)
{
	for (unsigned int seed = 1; seed <= 100; seed++) {
		struct event event;

		fill(&event, sizeof(event), seed);
		name_fill(event.name, seed);
		event.type = EVENT_WAIT + seed % (EVENT_TYPES - EVENT_WAIT);
		event.reserved = 0;
		parse_formatted(record_format_event(&event, line, sizeof(line)));
		cr_assert_eq(memcmp(&record.event, &event, sizeof(event)), 0, "%s", line);
	}
}

Test(record, look_survives)
{
	struct look look = { .start_ns = 5,
			     .wall_ns = 6,
			     .boot_id = UINT64_MAX,
			     .self_pid = 7,
			     .hidden = 1,
			     .incomplete = 1ull << INCOMPLETE_QUARANTINE | 1ull << 60 };

	parse_formatted(record_format_look(&look, line, sizeof(line)));
	cr_assert_eq(memcmp(&record.look, &look, sizeof(look)), 0, "%s", line);
}

static void item_survives(enum question_type type, const void *item)
{
	struct record_parser parser = { .started = true, .item_type = type, .takes_items = true };
	int length = record_format_item(type, item, NULL, line, sizeof(line));

	cr_assert_gt(length, 0);
	cr_assert_eq(record_parse(&parser, line, (size_t)length - 1, &record), 0, "%s: %s",
		     parser.why, line);
	cr_assert_eq(memcmp(&record.file, item, answer_item_size[type]), 0, "%s", line);
}

/* A name of any bytes but NUL, cut to what fits. */
static void fill_name(char *name, size_t size, unsigned int seed)
{
	fill(name, size, seed);
	for (size_t i = 0; i < size; i++)
		if (!name[i] || i >= seed % size)
			name[i] = i >= seed % size ? '\0' : '%';
}

static struct stack_frame some_frame(unsigned int seed)
{
	struct stack_frame frame;

	fill(&frame, sizeof(frame), seed);
	frame.type = seed % FRAME_TYPES;
	frame.reserved = 0;
	fill_name(frame.function, sizeof(frame.function), seed);
	fill_name(frame.file, sizeof(frame.file), seed + 1);
	fill_name(frame.module, sizeof(frame.module), seed + 2);
	return frame;
}

static struct symbol some_symbol(unsigned int seed)
{
	struct symbol symbol;

	fill(&symbol, sizeof(symbol), seed);
	fill_name(symbol.name, sizeof(symbol.name), seed);
	fill_name(symbol.module, sizeof(symbol.module), seed + 1);
	return symbol;
}

Test(record, items_survive)
{
	for (unsigned int seed = 1; seed <= 100; seed++) {
		struct open_file file;
		struct mapping mapping;
		struct stack_frame frame = some_frame(seed);
		struct symbol symbol = some_symbol(seed);
		uint64_t address = seed * 0x123456789ull;
		struct socket_state socket;
		struct epoll_target target;
		struct stack_pointer pointer;
		struct coroutine_frame coroutine = { 0 };

		fill(&file, sizeof(file), seed);
		file.kind = seed % FILE_KINDS;
		file.reserved = 0;
		fill(&mapping, sizeof(mapping), seed);
		item_survives(ASK_HOLDERS, &file);
		item_survives(ASK_DESCRIPTOR, &file);
		item_survives(ASK_MAPPERS, &mapping);
		item_survives(ASK_MAPPING, &mapping);
		item_survives(ASK_SEARCH, &address);
		item_survives(ASK_STACK, &frame);
		item_survives(ASK_SYMBOL, &symbol);
		fill(&socket, sizeof(socket), seed);
		fill(&target, sizeof(target), seed);
		item_survives(ASK_SOCKET, &socket);
		item_survives(ASK_EPOLL, &target);
		fill(&pointer, sizeof(pointer), seed);
		item_survives(ASK_POINTERS, &pointer);
		coroutine.frame = frame;
		coroutine.frame.pc = coroutine.frame.offset = 0;
		memset(coroutine.frame.module, 0, sizeof(coroutine.frame.module));
		coroutine.task = address;
		coroutine.state = seed % COROUTINE_STATES;
		name_copy(coroutine.name, sizeof(coroutine.name), symbol.name);
		name_copy(coroutine.awaits, sizeof(coroutine.awaits), symbol.name);
		name_copy(coroutine.holder, sizeof(coroutine.holder), symbol.module);
		item_survives(ASK_COROUTINES, &coroutine);
	}
}

static void answer_survives(struct question question, struct answer answer)
{
	parse_formatted(record_format_answer(&question, &answer, line, sizeof(line)));

	const struct record_answer *read = &record.answer;

	cr_assert_eq(memcmp(&read->question, &question, sizeof(question)), 0, "%s", line);
	cr_assert_eq(read->error, answer.error, "%s", line);
	cr_assert_eq(read->partial, answer.partial, "%s", line);
	if (record_has_items(question.type))
		return;
	cr_assert_eq(read->length, answer.count, "%s", line);
	cr_assert_eq(memcmp(read->bytes, answer.items, answer.count), 0, "%s", line);
}

Test(record, answers_survive)
{
	static unsigned char bytes[MEMORY_ANSWER_MAX];
	static char text[MEMORY_ANSWER_MAX];

	fill(bytes, sizeof(bytes), 3);
	memset(text, '\x1b', sizeof(text) - 1);
	answer_survives((struct question){ ASK_MEMORY, 5, 0x7f0000000000, sizeof(bytes) },
			(struct answer){ 0, 0, sizeof(bytes), bytes });
	answer_survives((struct question){ ASK_MEMORY, 5, 16, 8 },
			(struct answer){ .error = -EFAULT, .items = "" });
	answer_survives((struct question){ .type = ASK_WCHAN, .id = 5 },
			(struct answer){ 0, 0, 14, "futex_do_wait" });
	answer_survives((struct question){ .type = ASK_WCHAN, .id = 5 },
			(struct answer){ 0, 0, 1, "" });
	answer_survives((struct question){ .type = ASK_CGROUP, .id = 5 },
			(struct answer){ .count = 3, .items = "/a" });
	answer_survives((struct question){ .type = ASK_PROGRAM, .id = 5 },
			(struct answer){ 0, 0, sizeof(text), text });
	answer_survives((struct question){ ASK_DESCRIPTOR, 5, 0, 0 },
			(struct answer){ .count = 1 });
	answer_survives((struct question){ ASK_DESCRIPTOR, 5, 1 << 20, 0 },
			(struct answer){ .error = -77 });
	answer_survives((struct question){ ASK_MAPPING, 5, UINT64_MAX, 0 },
			(struct answer){ .count = 1 });
	answer_survives((struct question){ ASK_HOLDERS, 0, 14, 30411 },
			(struct answer){ .partial = 1 });
	answer_survives((struct question){ ASK_SOCKET, 0, 30411, 0 },
			(struct answer){ .count = 1 });
	answer_survives((struct question){ ASK_EPOLL, 5, 3, 0 }, (struct answer){ .count = 2 });
	answer_survives((struct question){ ASK_POINTERS, 5, 0, 0 },
			(struct answer){ .count = 1, .partial = 1 });
	answer_survives((struct question){ ASK_MAPPERS, 0, UINT64_MAX, 1 },
			(struct answer){ .error = -ETIMEDOUT });
	answer_survives((struct question){ ASK_SEARCH, 5, 0x7f48d49ea000, 0 },
			(struct answer){ .partial = 1 });
}

Test(record, task_by_hand_says_only_what_matters)
{
	parse_ok(
		"  task tid=7 flags=sleeping,timer call=futex args=0x10,0x80,2 name=a\\x20b # why");
	cr_assert_eq(record.type, RECORD_TASK);
	cr_assert_eq(record.task.tid, 7);
	cr_assert_eq(record.task.pid, 7);
	cr_assert_eq(record.task.ns_tid, 7);
	cr_assert_eq(record.task.flags, TASK_SLEEPING | TASK_TIMER);
	cr_assert_eq(record.task.call, SYS_futex);
	cr_assert_eq(record.task.args[0], 0x10);
	cr_assert_eq(record.task.args[2], 2);
	cr_assert_eq(record.task.args[3], 0);
	cr_assert_str_eq(record.task.name, "a b");
	cr_assert_neq(record.task.mm, 0);
	cr_assert_eq(record.task.threads, RECORD_COUNT_UNKNOWN);
}

Test(record, task_by_hand_may_be_named_by_pid_alone)
{
	parse_ok("task pid=7");
	cr_assert_eq(record.task.tid, 7);
	cr_assert_eq(record.task.call, -1, "a task is in no call unless it is said");
}

Test(record, dead_task_by_hand_has_no_memory)
{
	parse_ok("task tid=7 flags=dead");
	cr_assert_eq(record.task.mm, 0);
	cr_assert_eq(record.task.files, 0);
}

Test(record, counts_that_were_not_given_are_counted)
{
	static const char *const lines[] = { "task tid=1", "task tid=2 pid=1", "task tid=3",
					     "task tid=4 flags=dead",
					     "task tid=5 pid=3 threads=9" };
	struct look_task tasks[5];

	for (int i = 0; i < 5; i++) {
		parse_ok(lines[i]);
		tasks[i] = record.task;
	}
	cr_assert_eq(record_count_users(tasks, 5), 0);
	cr_assert_eq(tasks[0].mm_users, 2);
	cr_assert_eq(tasks[1].files_users, 2);
	cr_assert_eq(tasks[1].threads, 2);
	cr_assert_eq(tasks[2].mm_users, 2);
	cr_assert_eq(tasks[2].threads, 2);
	cr_assert_eq(tasks[3].mm_users, 0);
	cr_assert_eq(tasks[3].threads, 1);
	cr_assert_eq(tasks[4].threads, 9, "what was given stays");
}

Test(record, memory_by_hand_needs_no_length)
{
	parse_ok("answer memory pid=7 address=0x1000 bytes=02000000.00000000.07");
	cr_assert_eq(record.answer.question.b, 9);
	cr_assert_eq(record.answer.bytes[8], 7);
}

Test(record, equal_ids_become_equal_small_numbers)
{
	struct ordinals ids = { 0 };
	struct look_task task = { .tid = 1, .mm = 0xffff888012345678, .files = 0xffff888000000000 };

	for (int i = 0; i < 2; i++) {
		cr_assert_gt(record_format_task(&task, &ids, line, sizeof(line)), 0);
		cr_assert_not_null(strstr(line, " mm=1 "));
		cr_assert_not_null(strstr(line, " files=2 "));
		cr_assert_null(strstr(line, "ffff"));
	}
	for (uint64_t id = 1; id < 5000; id++) {
		uint32_t number = 0, again = 0;

		cr_assert_eq(ordinals_get(&ids, id << 40, &number), 0);
		cr_assert_eq(ordinals_get(&ids, id << 40, &again), 0);
		cr_assert_eq(number, id + 2);
		cr_assert_eq(again, number);
	}
	ordinals_deinit(&ids);
}

Test(record, blank_lines_and_comments_say_nothing)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(record_parse(&parser, "", 0, &record), 0);
	cr_assert_eq(record.type, RECORD_NONE);
	cr_assert_eq(record_parse(&parser, " \t# a comment", 13, &record), 0);
	cr_assert_eq(record.type, RECORD_NONE);
	cr_assert_eq(parser.line, 2);
}

Test(record, file_that_is_no_recording_is_refused)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(record_parse(&parser,
				  "\x7f"
				  "ELF\x02",
				  5, &record),
		     -EINVAL);
	cr_assert_str_eq(parser.why, "line 1: not a recording: it must begin with "
				     "'dltrace-recording 1'");
}

Test(record, other_versions_and_machines_are_refused)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(record_parse(&parser, "dltrace-recording 2", 19, &record), -EINVAL);
	parser = (struct record_parser){ 0 };
	cr_assert_eq(record_parse(&parser, "dltrace-recording 1 arch=vax", 28, &record), -EINVAL);
	cr_assert_not_null(strstr(parser.why, "made on 'vax'"));
}

Test(record, malformed_lines_are_refused_with_line_and_reason)
{
	refuse("tsak tid=1", "line 2: unknown verb 'tsak'");
	refuse("task tid=1 foo=2", "line 2: unknown field 'foo'");
	refuse("task tid", "line 2: field 'tid' has no value");
	refuse("task tid=", "line 2: field 'tid' is not a number");
	refuse("task tid=0x", "line 2: field 'tid' is not a number");
	refuse("task tid=12abc", "line 2: field 'tid' is not a number");
	refuse("task tid=-1", "line 2: field 'tid' is not a number");
	refuse("task tid=4294967296", "line 2: field 'tid' is too large");
	refuse("task tid=1 start=18446744073709551616", "line 2: field 'start' is not a number");
	refuse("task tid=1 tid=1", "line 2: field 'tid' is there twice");
	refuse("task flags=sleeping", "line 2: a task needs a tid");
	refuse("task tid=1 flags=sleepin", "line 2: field 'flags' has an unknown name");
	refuse("task tid=1 flags=", "line 2: field 'flags' has an unknown name");
	refuse("task tid=1 flags=sleeping,", "line 2: field 'flags' has an unknown name");
	refuse("task tid=1 call=fetux", "line 2: field 'call' is not known");
	refuse("task tid=1 args=1,2,3,4,5,6,7", "line 2: field 'args' has too many values");
	refuse("task tid=1 object=123", "line 2: field 'object' is too long or not hex");
	refuse("task tid=1 object=1x", "line 2: field 'object' is too long or not hex");
	refuse("task tid=1 name=sixteen-bytes-xx",
	       "line 2: field 'name' is too long or not well written");
	refuse("task tid=1 name=\\x00", "line 2: field 'name' is too long or not well written");
	refuse("task tid=1 name=\\n", "line 2: field 'name' is too long or not well written");
	refuse("task tid=1 object_dev=1:1048576", "line 2: field 'object_dev' is not major:minor");
	refuse("event tid=1", "line 2: an event needs a type");
	refuse("event type=3", "line 2: field 'type' has an unknown name");
	refuse("item pid=1", "line 2: an item without an answer that takes items");
	refuse("answer", "line 2: an answer needs its question");
	refuse("answer colour", "line 2: unknown question 'colour'");
	refuse("answer wchan tid=1", "line 2: this answer needs a text, or an error");
	refuse("answer memory pid=1 length=8 bytes=00",
	       "line 2: length is 8, but there are 1 bytes");
	refuse("answer memory pid=1 length=4097 error=EFAULT",
	       "line 2: at most 4096 bytes are asked for at a time");
	refuse("answer memory pid=1 error=EFAULT bytes=00",
	       "line 2: an answer is an error or something, not both");
	refuse("answer memory pid=1 error=14", "line 2: an error is a name, or a negative number");
	refuse("dltrace-recording 1", "line 2: a recording begins only once");
}

Test(record, items_end_with_the_next_line_that_is_none)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(parse(&parser, "answer search pid=1 value=8"), 0);
	cr_assert_eq(parse(&parser, "item address=0x10"), 0);
	cr_assert_eq(parse(&parser, "item address=0x18"), 0);
	cr_assert_eq(record.address, 0x18);
	cr_assert_eq(parse(&parser, "task tid=1"), 0);
	cr_assert_eq(parse(&parser, "item address=0x20"), -EINVAL);
}

Test(record, answer_that_is_an_error_takes_no_items)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(parse(&parser, "answer search pid=1 value=8 error=ETIMEDOUT"), 0);
	cr_assert_eq(parse(&parser, "item address=0x10"), -EINVAL);
}

Test(record, reason_is_printable_whatever_the_file_holds)
{
	struct record_parser parser = { 0 };

	cr_assert_eq(parse(&parser, "task \x1b[31m\xff=1"), -EINVAL);
	cr_assert_str_eq(parser.why, "line 2: unknown field '?[31m?'");
}

Test(record, hostile_lines_never_crash)
{
	static const char *const seeds[] = {
		"task tid=1 flags=sleeping call=202 args=1,2 object=0011 name=x\\x41",
		"answer memory pid=1 address=0x10 bytes=0011.2233",
		"answer holders dev=0:14 inode=3",
		"item pid=1 kind=pipe mode=read,write fd=-3",
		"look start=1 incomplete=quarantine",
		"event type=exit tid=3 name=a",
	};
	struct record_parser parser = { .started = true, .item_type = ASK_HOLDERS };

	srand(1);
	for (int round = 0; round < 200000; round++) {
		char text[128];
		size_t length = strlen(seeds[round % 6]);

		memcpy(text, seeds[round % 6], length);
		for (int i = rand() % 4; i >= 0; i--)
			text[(size_t)rand() % length] = (char)rand();
		length -= (size_t)rand() % 4;
		parser.takes_items = true;
		record_parse(&parser, text, length, &record);
	}
}
