/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of JSON, built as a tree and written whole. A lack of memory is
 * remembered, and such a line is never written: adding needs no checks.
 */
#ifndef DLTRACE_JSON_LINE_H
#define DLTRACE_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct output;

struct json_line {
	struct json_object *root; /* owned until json_line_write() */
	bool failed;
};

/* Begins an object with schema and type. */
void json_line_begin(struct json_line *line, const char *type);
/* Writes the line and frees the tree. As output_write(), or -ENOMEM. */
int json_line_write(struct json_line *line, const struct output *output);

/*
 * Each adds to parent, an object, under key, a string constant; or, without key, to the end of
 * parent, an array. json_add_object() and json_add_array() return what they added, which the tree
 * owns (NULL if there was no memory, and that is a valid parent).
 */
struct json_object *json_add_object(struct json_line *line, struct json_object *parent,
				    const char *key);
struct json_object *json_add_array(struct json_line *line, struct json_object *parent,
				   const char *key);
/* Bytes from a traced process, up to size or the first NUL, made printable. */
void json_add_bytes(struct json_line *line, struct json_object *parent, const char *key,
		    const char *bytes, size_t size);
/* Text of dltrace's own, or made printable before. */
void json_add_text(struct json_line *line, struct json_object *parent, const char *key,
		   const char *text);
void json_add_number(struct json_line *line, struct json_object *parent, const char *key,
		     uint64_t number);
void json_add_signed(struct json_line *line, struct json_object *parent, const char *key,
		     int64_t number);
void json_add_null(struct json_line *line, struct json_object *parent, const char *key);
void json_add_bool(struct json_line *line, struct json_object *parent, const char *key, bool value);
/* A number of seconds. */
void json_add_seconds(struct json_line *line, struct json_object *parent, const char *key,
		      uint64_t ns);
/* A string: consumers' numbers may be doubles, which hold no 64-bit address. */
void json_add_address(struct json_line *line, struct json_object *parent, const char *key,
		      uint64_t address);

#endif /* DLTRACE_JSON_LINE_H */
