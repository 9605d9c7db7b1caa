/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where CPython keeps things: offsets in bytes, by version. They are measured
 * on builds with debug information for x86-64 (3.8.18, 3.9.18, 3.10.13, 3.11.2,
 * 3.11.7, 3.12.1, 3.13.0) and believed only after python_open() has checked
 * them against the interpreter itself.
 */
#ifndef DLTRACE_PYTHON_LAYOUT_H
#define DLTRACE_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#define PYTHON_VERSION(major, minor) ((uint32_t)(major) << 24 | (uint32_t)(minor) << 16)

/* What is laid out alike in all of them (Include/object.h, Include/cpython). */
enum {
	OBJECT_TYPE = 8,
	OBJECT_HEAD = 16, /* behind it an object's own fields begin */
	TYPE_NAME = 24,
	TYPE_BASICSIZE = 32,
	TYPE_FLAGS = 168,
	TYPE_DICTOFFSET = 288,
	BYTES_LENGTH = 16,
	BYTES_DATA = 32,
	TUPLE_LENGTH = 16,
	TUPLE_ITEMS = 24,
	LIST_LENGTH = 16,
	LIST_ITEMS = 24, /* a pointer to them */
	DICT_KEYS = 32,
	DICT_VALUES = 40,
	BUILTIN_DEF = 16, /* PyCFunctionObject.m_ml; its first word is the name */
	BUILTIN_SELF = 24,
	METHOD_FUNCTION = 16,
	METHOD_SELF = 24,
	MODULE_DICT = 16,
	INT_DIGITS_MOST = 3, /* of 30 bits: enough for a pthread_t */
	LOCK_WORD = 16,	     /* lockobject.lock_lock, rlockobject.rlock_lock */
	LOCK_LOCKED = 32,    /* lockobject.locked */
	LOCK_BYTE_SIZE = 24, /* sizeof(lockobject) where it is a head and a PyMutex */
	RLOCK_OWNER = 24,
	RLOCK_COUNT = 32,
	TASK_LOOP = 16,	    /* TaskObj.task_loop */
	TASK_COROUTINE = 8, /* task_coro and task_name, behind task_fut_waiter */
	TASK_NAME = 16,
	SET_MASK = 32, /* PySetObject (Include/cpython/setobject.h) */
	SET_TABLE = 40,
	SET_ENTRY_SIZE = 16,
	TYPE_BASE = 256,
	SEMLOCK_HANDLE = 16, /* SemLockObject (Modules/_multiprocessing/semaphore.c) */
	SEMLOCK_MAXVALUE = 36,
	SEMLOCK_KIND = 40,
	HANDLE_POINTER = 16, /* PyThreadHandleObject.handle, since 3.13 */
	HANDLE_IDENT = 32,
	HANDLE_EVENT = 57,	/* ThreadHandle.thread_is_exiting: joining threads park here */
	NODE_OF_THREAD = 8,	/* tstate.next */
	THREAD_ACTIVE = 1 << 4, /* tstate._status.active */
};

/* How the table of lines is encoded (Objects/lnotab_notes.txt, Objects/locations.md). */
enum python_lines { LINES_LNOTAB, LINES_RANGES, LINES_LOCATIONS };

/* How a suspended frame says how high its value stack is. */
enum python_top {
	TOP_POINTER, /* f_stacktop (3.8, 3.9) */
	TOP_DEPTH,   /* f_stackdepth (3.10) */
	TOP_INDEX,   /* stacktop, counted from the first local (3.11) */
};

/* Where an object keeps its attributes. */
enum python_attributes {
	ATTRIBUTES_DICT,   /* at tp_dictoffset */
	ATTRIBUTES_BEFORE, /* values before the object, then the dict (3.11) */
	ATTRIBUTES_TAGGED, /* one pointer before the object; odd: values (3.12) */
	ATTRIBUTES_INLINE, /* the dict before the object, or values behind it (3.13) */
};

struct python_layout {
	uint32_t version;   /* PYTHON_VERSION */
	uint8_t lines;	    /* enum python_lines */
	uint8_t attributes; /* enum python_attributes */
	uint8_t top;	    /* enum python_top */
	bool inline_calls;  /* one call of the evaluator runs many frames (3.11) */
	bool shims;	    /* ... with a frame of owner 3 below them (3.12) */
	bool debug_offsets; /* the interpreter says itself where most is: debug_offsets.c (3.13) */
	bool parking;	    /* joins and the like wait at Python/parking_lot.c (3.13) */
	uint16_t runtime_interpreters, runtime_gil, interpreter_gil; /* gil: 0 where it is not */
	uint16_t interpreter_next, interpreter_threads, interpreter_modules;
	uint16_t thread_ident, thread_native, thread_frame; /* native: 0 if there is none */
	uint16_t runtime_current; /* up to 3.11: the thread state that has the GIL, if any has */
	uint16_t thread_status;	  /* since 3.12: bits, one of which says the same */
	uint16_t cframe_frame;	  /* the frame is in a CFrame at this offset, plus 1; 0: directly */
	uint16_t frame_code, frame_previous, frame_instruction, frame_globals, frame_locals;
	uint16_t frame_values, frame_blocks, frame_block_stack; /* up to 3.10 */
	uint16_t frame_entry; /* 3.11: one byte: the first of its call of the evaluator */
	uint16_t frame_owner; /* since 3.11: one byte */
	uint16_t frame_size;  /* to read of a frame: up to the first local */
	uint16_t frame_top;   /* of the value stack of a frame that is suspended */
	uint16_t generator_frame;
	bool generator_inline; /* the frame lies in the generator; else there is a pointer to it */
	uint16_t code_file, code_name, code_qualname, code_first_line, code_lines;
	uint16_t code_exceptions, code_names, code_stack_size, code_locals, code_instructions;
	uint16_t code_local_names, code_cells, code_frees;
	uint16_t code_bytes; /* up to 3.10: a bytes object; since, code_instructions */
	uint8_t opcode_with; /* what enters a with statement: SETUP_WITH, BEFORE_WITH */
	uint16_t string_ascii, string_compact;
	uint16_t type_cached_keys;
	uint16_t keys_count, keys_indices;
	uint16_t function_code;
	uint16_t task_state, task_waiter; /* TaskObj.task_state, .task_fut_waiter */
};

/* The highest code offset in any version, with its size: a code object is read at once. */
#define CODE_HEAD_SIZE 208

/* NULL if the version is not known. */
const struct python_layout *python_layout_find(uint32_t version);

#endif /* DLTRACE_PYTHON_LAYOUT_H */
