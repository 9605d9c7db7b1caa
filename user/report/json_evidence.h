/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence as JSON: what a checker needs to read each fact again.
 *
 *	{"source":"memory","pid":7529,"address":"0x7f48d3e09d40","bytes":"01000000","meaning":...}
 *	{"source":"kernel","what":"mappers of inode 6","kernel":3,"found":3,"meaning":...}
 *	{"source":"proc","path":"/proc/77/fd/4","value":"pipe:[1234]","meaning":...}
 *	{"source":"history","value":...,"meaning":...}
 */
#ifndef DLTRACE_JSON_EVIDENCE_H
#define DLTRACE_JSON_EVIDENCE_H

struct evidence;
struct json_line;
struct json_object;
struct look_task;

/* Appends to the array `to` the task's own call, as /proc/PID/task/TID/syscall begins. */
void json_add_call(struct json_line *line, struct json_object *to, const struct look_task *task);
void json_add_evidence(struct json_line *line, struct json_object *to,
		       const struct evidence *evidence);

#endif /* DLTRACE_JSON_EVIDENCE_H */
