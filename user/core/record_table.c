/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/record_table.h"

#include "core/look.h"
#include "core/record.h"

const char *const record_verb[RECORD_TYPES] = {
	[RECORD_HEADER] = "dltrace-recording",
	[RECORD_LOOK] = "look",
	[RECORD_TASK] = "task",
	[RECORD_EVENT] = "event",
	[RECORD_ANSWER] = "answer",
	[RECORD_ITEM] = "item",
};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* A field has the name of its member where nothing else is said. */
#define FIELD_AS(type, name_, member, format_, ...)                                                \
	{                                                                                          \
		.name = name_, .name_length = sizeof(name_) - 1, .offset = offsetof(type, member), \
		.size = sizeof(((type *)0)->member), .count = 1, .format = FORMAT_##format_,       \
		__VA_ARGS__                                                                        \
	}
#define NAMES(array)	   .names = (array), .name_count = LENGTH(array)
#define SAME(type, member) .absent = ABSENT_SAME, .same_as = offsetof(type, member)
#define TABLE(type, fields)                          \
	{                                            \
		fields, LENGTH(fields), sizeof(type) \
	}

static const char *const task_flags[] = {
	"sleeping", "uninterruptible", "dead",	    "exiting",	 "stopped", "traced",
	"frozen",   "sigpending",      "kthread",   "async-io",	 "timer",   "tracer",
	"compat",   "from-proc",       "io-worker", "subreaper", "execed",
};
static const char *const object_flags[] = { "read", "mapped", "shared", "file",
					    "busy", "denied", "fault" };
static const char *const blocker_kinds[BLOCKER_KINDS] = {
	[BLOCKER_NONE] = "none",
	[BLOCKER_MUTEX] = "mutex",
	[BLOCKER_SEMAPHORE] = "semaphore",
	[BLOCKER_RWSEM_READ] = "rwsem-read",
	[BLOCKER_RWSEM_WRITE] = "rwsem-write",
};
const char *const event_type_name[EVENT_TYPES] = {
	[EVENT_WAIT] = "wait",
	[EVENT_WAKE] = "wake",
	[EVENT_EXIT] = "exit",
	[EVENT_FORK] = "fork",
	[EVENT_EXEC] = "exec",
	[EVENT_SEMOP] = "semop",
	[EVENT_SEM_ACQUIRE] = "sem-acquire",
	[EVENT_SEM_POST] = "sem-post",
};
static const char *const file_kinds[FILE_KINDS] = {
	[FILE_OTHER] = "other",	      [FILE_PIPE] = "pipe",	    [FILE_SOCKET] = "socket",
	[FILE_TERMINAL] = "terminal", [FILE_DEVICE] = "device",	    [FILE_REGULAR] = "regular",
	[FILE_PIDFD] = "pidfd",	      [FILE_EVENTFD] = "eventfd",   [FILE_EPOLL] = "epoll",
	[FILE_TIMERFD] = "timerfd",   [FILE_SIGNALFD] = "signalfd", [FILE_INOTIFY] = "inotify",
	[FILE_FIFO] = "fifo",
};
static const char *const file_modes[] = { "read", "write" };
static const char *const mapping_flags[] = { "shared", "write", "read", "file", "denied", "stack",
					     "anon",   "exec",	"heap", "uffd", "bss" };

static const struct record_field look_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct look, name, __VA_ARGS__)
	FIELD("start", start_ns, DEC),
	FIELD("wall", wall_ns, DEC),
	FIELD("boot", boot_id, HEX),
	FIELD("self", self_pid, DEC),
	FIELD("hidden", hidden, DEC),
	FIELD("incomplete", incomplete, BITS, .names = incomplete_name,
	      .name_count = INCOMPLETE_REASONS),
#undef FIELD
};
const struct record_table look_table = TABLE(struct look, look_fields);

static const struct record_field task_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct look_task, name, __VA_ARGS__)
	FIELD("tid", tid, DEC, .always = true, SAME(struct look_task, pid)),
	FIELD("pid", pid, DEC, SAME(struct look_task, tid)),
	FIELD("ppid", ppid, DEC),
	FIELD("name", name, NAME),
	FIELD("start", start_ns, DEC),
	FIELD("flags", flags, BITS, NAMES(task_flags)),
	FIELD("call", call, CALL, .absent = ABSENT_NONE),
	{ .name = "args",
	  .name_length = 4,
	  .offset = offsetof(struct look_task, args),
	  .size = sizeof(__u64),
	  .count = CALL_ARGS,
	  .format = FORMAT_HEX },
	FIELD("slept", slept_ns, DEC),
	FIELD("switches", switches, DEC),
	FIELD("object_flags", object_flags, BITS, NAMES(object_flags)),
	FIELD("object_dev", object_dev, DEV),
	FIELD("object_inode", object_inode, DEC),
	FIELD("object_offset", object_offset, HEX),
	FIELD("object_nlink", object_nlink, DEC),
	FIELD("object", object, BYTES),
	FIELD("sp", sp, HEX),
	FIELD("ip", ip, HEX),
	FIELD("thread_pointer", thread_pointer, HEX),
	FIELD("clear_child_tid", clear_child_tid, HEX),
	FIELD("mm", mm, ID, .always = true, .absent = ABSENT_OWN),
	FIELD("mm_users", mm_users, DEC, .always = true, .absent = ABSENT_COUNT),
	FIELD("files", files, ID, .always = true, .absent = ABSENT_OWN),
	FIELD("files_users", files_users, DEC, .always = true, .absent = ABSENT_COUNT),
	FIELD("threads", threads, DEC, .always = true, .absent = ABSENT_COUNT),
	FIELD("caught", caught, HEX),
	FIELD("blocked_signals", blocked_signals, HEX),
	FIELD("blocker", blocker, HEX),
	FIELD("blocker_kind", blocker_kind, SYMBOL, NAMES(blocker_kinds)),
	FIELD("blocker_owner", blocker_owner, DEC),
	FIELD("uid", uid, DEC),
	FIELD("pid_ns", pid_ns, DEC),
	FIELD("ns_level", ns_level, DEC),
	FIELD("ns_tid", ns_tid, DEC, SAME(struct look_task, tid)),
	FIELD("ns_pid", ns_pid, DEC, SAME(struct look_task, pid)),
	FIELD("exit_code", exit_code, HEX),
	FIELD("tracer", tracer, DEC),
	FIELD("stop_signal", stop_signal, DEC),
#undef FIELD
};
const struct record_table task_table = TABLE(struct look_task, task_fields);

static const struct record_field event_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct event, name, __VA_ARGS__)
	FIELD("type", type, SYMBOL, NAMES(event_type_name)),
	FIELD("time", time_ns, DEC),
	FIELD("tid", tid, DEC, .always = true, SAME(struct event, pid)),
	FIELD("pid", pid, DEC, SAME(struct event, tid)),
	FIELD("start", start_ns, DEC),
	FIELD("call", call, CALL, .absent = ABSENT_NONE),
	FIELD("exit_code", exit_code, HEX),
	FIELD("object", object, HEX),
	FIELD("index", index, DEC),
	FIELD("units", units, SIGNED),
	FIELD("name", name, NAME),
#undef FIELD
};
const struct record_table event_table = TABLE(struct event, event_fields);

#define FIELD(name, ...) FIELD_AS(struct record_answer, name, __VA_ARGS__)
#define PID		 FIELD("pid", question.id, DEC)
#define FILE_KEY	 FIELD("dev", question.a, DEV, .always = true), FIELD("inode", question.b, DEC)
#define OUTCOME		 FIELD("error", error, ERROR), FIELD("partial", partial, DEC)
#define ANSWER_TEXT	 FIELD("text", bytes, TEXT)

static const struct record_field memory_fields[] = {
	PID,
	FIELD("address", question.a, HEX),
	FIELD("length", question.b, DEC, .absent = ABSENT_LENGTH),
	OUTCOME,
	FIELD("bytes", bytes, REST),
};
static const struct record_field wchan_fields[] = { FIELD("tid", question.id, DEC), OUTCOME,
						    ANSWER_TEXT };
static const struct record_field state_fields[] = { PID, FIELD("tid", question.a, DEC), OUTCOME,
						    ANSWER_TEXT };
static const struct record_field coroutines_question_fields[] = { PID,
								  FIELD("tid", question.a, DEC),
								  OUTCOME };
static const struct record_field program_fields[] = { PID, OUTCOME, ANSWER_TEXT };
static const struct record_field descriptor_fields[] = {
	PID, FIELD("fd", question.a, DEC, .always = true), OUTCOME
};
static const struct record_field semaphore_question_fields[] = {
	PID, FIELD("id", question.a, DEC, .always = true),
	FIELD("number", question.b, DEC, .always = true), OUTCOME
};
static const struct record_field waker_question_fields[] = {
	PID, FIELD("address", question.a, HEX, .always = true), OUTCOME
};
static const struct record_field queue_question_fields[] = {
	PID, FIELD("id", question.a, DEC, .always = true), OUTCOME
};
static const struct record_field path_fields[] = { PID,
						   FIELD("fd", question.a, DEC, .always = true),
						   OUTCOME, ANSWER_TEXT };
static const struct record_field mapping_question_fields[] = { PID,
							       FIELD("address", question.a, HEX),
							       OUTCOME };
static const struct record_field inode_fields[] = { FILE_KEY, OUTCOME };
static const struct record_field socket_question_fields[] = { FIELD("inode", question.a, DEC),
							      OUTCOME };
static const struct record_field stack_fields[] = { FIELD("tid", question.id, DEC), OUTCOME };
static const struct record_field process_question_fields[] = { PID, OUTCOME };
static const struct record_field search_fields[] = { PID, FIELD("value", question.a, HEX),
						     OUTCOME };
#undef FIELD

#define ANSWER(fields)                                                        \
	{                                                                     \
		fields, LENGTH(fields), offsetof(struct record_answer, bytes) \
	}

const struct record_table answer_table[QUESTION_TYPES] = {
	[ASK_MEMORY] = ANSWER(memory_fields),
	[ASK_WCHAN] = ANSWER(wchan_fields),
	[ASK_PROGRAM] = ANSWER(program_fields),
	[ASK_DESCRIPTOR] = ANSWER(descriptor_fields),
	[ASK_MAPPING] = ANSWER(mapping_question_fields),
	[ASK_HOLDERS] = ANSWER(inode_fields),
	[ASK_MAPPERS] = ANSWER(inode_fields),
	[ASK_SEARCH] = ANSWER(search_fields),
	[ASK_STACK] = ANSWER(stack_fields),
	[ASK_SYMBOL] = ANSWER(mapping_question_fields),
	[ASK_LOCKS] = ANSWER(inode_fields),
	[ASK_PATH] = ANSWER(path_fields),
	[ASK_INTERPRETER] = ANSWER(process_question_fields),
	[ASK_PYTHON_LOCKS] = ANSWER(process_question_fields),
	[ASK_GIL] = ANSWER(process_question_fields),
	[ASK_SEMAPHORE] = ANSWER(semaphore_question_fields),
	[ASK_QUEUE] = ANSWER(queue_question_fields),
	[ASK_WAKER] = ANSWER(waker_question_fields),
	[ASK_SOCKET] = ANSWER(socket_question_fields),
	[ASK_EPOLL] = ANSWER(descriptor_fields),
	[ASK_POINTERS] = ANSWER(stack_fields),
	[ASK_CGROUP] = ANSWER(wchan_fields),
	[ASK_STATE] = ANSWER(state_fields),
	[ASK_COROUTINES] = ANSWER(coroutines_question_fields),
};

static const struct record_field file_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct open_file, name, __VA_ARGS__)
	FIELD("pid", pid, DEC),
	FIELD("fd", fd, SIGNED, .always = true),
	FIELD("kind", kind, SYMBOL, NAMES(file_kinds)),
	FIELD("mode", mode, BITS, NAMES(file_modes)),
	FIELD("flags", flags, HEX),
	FIELD("dev", dev, DEV),
	FIELD("inode", inode, DEC),
	FIELD("description", description, ID),
	FIELD("table", table, ID),
	FIELD("refs", refs, DEC),
	FIELD("readers", readers, DEC),
	FIELD("writers", writers, DEC),
	FIELD("used", used, DEC),
	FIELD("size", size, DEC),
	FIELD("target", target, DEC),
	FIELD("users", users, DEC),
#undef FIELD
};

static const struct record_field mapping_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct mapping, name, __VA_ARGS__)
	FIELD("pid", pid, DEC),
	FIELD("start", start, HEX),
	FIELD("end", end, HEX),
	FIELD("offset", offset, HEX),
	FIELD("flags", flags, BITS, NAMES(mapping_flags)),
	FIELD("dev", dev, DEV),
	FIELD("inode", inode, DEC),
	FIELD("nlink", nlink, DEC),
	FIELD("mm", mm, ID),
	FIELD("writable_mappings", writable_mappings, DEC),
	FIELD("description", description, ID),
	FIELD("refs", refs, DEC),
	FIELD("dentry", dentry, ID),
	FIELD("dentry_refs", dentry_refs, DEC),
	FIELD("inode_refs", inode_refs, DEC),
#undef FIELD
};

static const char *const lock_types[LOCK_TYPES] = {
	[LOCK_OTHER] = "other",
	[LOCK_FLOCK] = "flock",
	[LOCK_POSIX] = "posix",
	[LOCK_OFD] = "ofd",
};
static const char *const lock_modes[LOCK_MODES] = { "none", "read", "write" };

static const struct record_field lock_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct file_lock, name, __VA_ARGS__)
	FIELD("type", type, SYMBOL, NAMES(lock_types)),
	FIELD("mode", mode, SYMBOL, NAMES(lock_modes)),
	FIELD("owner", owner, SIGNED),
	FIELD("start", start, DEC),
	FIELD("end", end, DEC),
	FIELD("depth", depth, DEC),
	FIELD("dev", dev, DEV),
	FIELD("inode", inode, DEC),
	FIELD("pid", pid, DEC),
	FIELD("fd", fd, SIGNED),
	FIELD("description", description, ID),
	FIELD("index", index, DEC),
#undef FIELD
};

static const struct record_field semaphore_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct sysv_semaphore, name, __VA_ARGS__)
	FIELD("value", value, DEC, .always = true),
	FIELD("space", space, DEC),
	FIELD("last", last, DEC),
#undef FIELD
};

static const struct record_field waker_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct waker, name, __VA_ARGS__)
	FIELD("tid", tid, DEC, .always = true),
	FIELD("pid", pid, DEC),
	FIELD("start", start_ns, DEC),
	FIELD("time", time_ns, DEC),
	FIELD("name", name, NAME),
#undef FIELD
};

static const struct record_field queue_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct sysv_queue, name, __VA_ARGS__)
	FIELD("messages", messages, DEC, .always = true),
	FIELD("space", space, DEC),
	FIELD("bytes", bytes, DEC),
	FIELD("limit", limit, DEC),
	FIELD("sender", sender, DEC),
	FIELD("receiver", receiver, DEC),
#undef FIELD
};

static const char *const frame_types[] = { "native", "python" };
static const char *const frame_flags[] = { "inlined", "approximate" };

static const struct record_field frame_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct stack_frame, name, __VA_ARGS__)
	FIELD("type", type, SYMBOL, NAMES(frame_types)),
	FIELD("pc", pc, HEX),
	FIELD("function", function, NAME),
	FIELD("offset", offset, HEX),
	FIELD("module", module, NAME),
	FIELD("file", file, NAME),
	FIELD("line", line, DEC),
	FIELD("flags", flags, BITS, NAMES(frame_flags)),
#undef FIELD
};

static const char *const coroutine_states[COROUTINE_STATES] = {
	[COROUTINE_WAITS] = "waits",
	[COROUTINE_READY] = "ready",
	[COROUTINE_RUNS] = "runs",
};

static const struct record_field coroutine_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct coroutine_frame, name, __VA_ARGS__)
	FIELD("task", task, HEX),
	FIELD("state", state, SYMBOL, NAMES(coroutine_states)),
	FIELD("name", name, NAME),
	FIELD("awaits", awaits, NAME),
	FIELD("holder", holder, NAME),
	FIELD("type", frame.type, SYMBOL, NAMES(frame_types)),
	FIELD("function", frame.function, NAME),
	FIELD("file", frame.file, NAME),
	FIELD("line", frame.line, DEC),
	FIELD("flags", frame.flags, BITS, NAMES(frame_flags)),
#undef FIELD
};

static const struct record_field symbol_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct symbol, name, __VA_ARGS__)
	FIELD("address", address, HEX),
	FIELD("size", size, DEC),
	FIELD("name", name, NAME),
	FIELD("module", module, NAME),
#undef FIELD
};

static const char *const interpreter_flags[] = { "known", "free-threaded" };
static const char *const python_bonds[] = { "seen", "with", "owns", "ends", "nobody" };
static const char *const python_lock_types[] = { "lock",	 "rlock",	    "condition",
						 "module",	 "thread",	    "shared-lock",
						 "shared-rlock", "shared-semaphore" };

_Static_assert(LENGTH(python_bonds) == PYTHON_BONDS, "a bond lacks its name");
_Static_assert(LENGTH(python_lock_types) == PYTHON_LOCK_TYPES, "a type of lock lacks its name");

static const struct record_field interpreter_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct interpreter, name, __VA_ARGS__)
	FIELD("version", version, HEX),
	FIELD("flags", flags, BITS, NAMES(interpreter_flags)),
	FIELD("runtime", runtime, HEX),
	FIELD("gil", gil, HEX),
#undef FIELD
};

static const struct record_field gil_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct python_gil, name, __VA_ARGS__)
	FIELD("tid", tid, DEC),
	FIELD("holder", holder, HEX),
	FIELD("tid_at", tid_at, HEX),
#undef FIELD
};

static const struct record_field python_lock_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct python_lock, name, __VA_ARGS__)
	FIELD("tid", tid, DEC),
	FIELD("bond", bond, SYMBOL, NAMES(python_bonds)),
	FIELD("type", type, SYMBOL, NAMES(python_lock_types)),
	FIELD("word", word, HEX),
	FIELD("object", object, HEX),
	FIELD("link", link, HEX),
	FIELD("where", where, HEX),
	FIELD("value", value, HEX),
	FIELD("since", since, NAME),
	FIELD("name", name, NAME),
#undef FIELD
};

static const char *const socket_flags[] = {
	"listening",  "connected",   "waiting",	    "named",	    "mutual",
	"ended",      "in-kernel",   "kept-alive",  "user-timeout", "times-known",
	"read-timed", "write-timed", "window-shut",
};

static const struct record_field socket_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct socket_state, name, __VA_ARGS__)
	FIELD("inode", inode, DEC),
	FIELD("peer", peer, DEC),
	FIELD("name", name, ID),
	FIELD("peer_name", peer_name, ID),
	FIELD("local", local, BYTES),
	FIELD("remote", remote, BYTES),
	FIELD("local_port", local_port, DEC),
	FIELD("remote_port", remote_port, DEC),
	FIELD("net", net, DEC),
	FIELD("family", family, DEC),
	FIELD("type", type, DEC),
	FIELD("flags", flags, BITS, NAMES(socket_flags)),
	FIELD("queued", queued, DEC),
	FIELD("written", written, DEC),
	FIELD("room", room, DEC),
	FIELD("peer_queued", peer_queued, DEC),
	FIELD("peer_backlog", peer_backlog, DEC),
	FIELD("on_the_way", on_the_way, DEC),
#undef FIELD
};

static const struct record_field epoll_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct epoll_target, name, __VA_ARGS__)
	FIELD("fd", fd, SIGNED, .always = true),
	FIELD("events", events, HEX),
	FIELD("dev", dev, DEV),
	FIELD("inode", inode, DEC),
	FIELD("is_file", is_file, DEC),
#undef FIELD
};

static const struct record_field pointer_fields[] = {
#define FIELD(name, ...) FIELD_AS(struct stack_pointer, name, __VA_ARGS__)
	FIELD("where", where, HEX),
	FIELD("value", value, HEX, .always = true),
#undef FIELD
};

static const struct record_field address_fields[] = {
	{ .name = "address",
	  .name_length = 7,
	  .size = sizeof(uint64_t),
	  .count = 1,
	  .format = FORMAT_HEX,
	  .always = true },
};

const struct record_table item_table[QUESTION_TYPES] = {
	[ASK_DESCRIPTOR] = TABLE(struct open_file, file_fields),
	[ASK_HOLDERS] = TABLE(struct open_file, file_fields),
	[ASK_MAPPING] = TABLE(struct mapping, mapping_fields),
	[ASK_MAPPERS] = TABLE(struct mapping, mapping_fields),
	[ASK_SEARCH] = TABLE(uint64_t, address_fields),
	[ASK_STACK] = TABLE(struct stack_frame, frame_fields),
	[ASK_SYMBOL] = TABLE(struct symbol, symbol_fields),
	[ASK_LOCKS] = TABLE(struct file_lock, lock_fields),
	[ASK_INTERPRETER] = TABLE(struct interpreter, interpreter_fields),
	[ASK_PYTHON_LOCKS] = TABLE(struct python_lock, python_lock_fields),
	[ASK_GIL] = TABLE(struct python_gil, gil_fields),
	[ASK_SEMAPHORE] = TABLE(struct sysv_semaphore, semaphore_fields),
	[ASK_QUEUE] = TABLE(struct sysv_queue, queue_fields),
	[ASK_WAKER] = TABLE(struct waker, waker_fields),
	[ASK_SOCKET] = TABLE(struct socket_state, socket_fields),
	[ASK_EPOLL] = TABLE(struct epoll_target, epoll_fields),
	[ASK_POINTERS] = TABLE(struct stack_pointer, pointer_fields),
	[ASK_COROUTINES] = TABLE(struct coroutine_frame, coroutine_fields),
};

_Static_assert(QUESTION_TYPES == 24, "a question type lacks its row in the two tables above");
_Static_assert(LENGTH(task_fields) <= 64, "the parser notes what it has seen in 64 bits");
