/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <json-c/json.h>

#include "core/cleanup.h"
#include "report/format.h"
#include "report/printable.h"
#include "report/report.h"

#define SCHEMA 1

/* Takes value over, also on failure. */
static void add(struct json_line *line, struct json_object *parent, const char *key,
		struct json_object *value)
{
	int error = -1;

	if (parent && value)
		error = key ? json_object_object_add(parent, key, value)
			    : json_object_array_add(parent, value);
	if (error) {
		json_object_put(value);
		line->failed = true;
	}
}

void json_line_begin(struct json_line *line, const char *type)
{
	line->root = json_object_new_object();
	line->failed = !line->root;
	json_add_number(line, line->root, "schema", SCHEMA);
	json_add_text(line, line->root, "type", type);
}

int json_line_write(struct json_line *line, const struct output *output)
{
	_cleanup_free_ char *text = NULL;
	int length = -1;

	if (!line->failed) {
		const char *json = json_object_to_json_string_ext(
			line->root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

		length = json ? asprintf(&text, "%s\n", json) : -1;
	}
	json_object_put(line->root);
	line->root = NULL;
	if (length < 0)
		text = NULL; /* asprintf() leaves it undefined */
	return length < 0 ? -ENOMEM : output_write(output, text, (size_t)length);
}

struct json_object *json_add_object(struct json_line *line, struct json_object *parent,
				    const char *key)
{
	struct json_object *object = json_object_new_object();

	add(line, parent, key, object);
	return line->failed ? NULL : object;
}

struct json_object *json_add_array(struct json_line *line, struct json_object *parent,
				   const char *key)
{
	struct json_object *array = json_object_new_array();

	add(line, parent, key, array);
	return line->failed ? NULL : array;
}

void json_add_bytes(struct json_line *line, struct json_object *parent, const char *key,
		    const char *bytes, size_t size)
{
	json_add_text(line, parent, key, printable(bytes, size, PRINTABLE_TEXT).text);
}

void json_add_text(struct json_line *line, struct json_object *parent, const char *key,
		   const char *text)
{
	add(line, parent, key, json_object_new_string(text));
}

void json_add_number(struct json_line *line, struct json_object *parent, const char *key,
		     uint64_t number)
{
	add(line, parent, key, json_object_new_uint64(number));
}

void json_add_signed(struct json_line *line, struct json_object *parent, const char *key,
		     int64_t number)
{
	add(line, parent, key, json_object_new_int64(number));
}

void json_add_null(struct json_line *line, struct json_object *parent, const char *key)
{
	if (!parent || json_object_object_add(parent, key, NULL))
		line->failed = true;
}

void json_add_bool(struct json_line *line, struct json_object *parent, const char *key, bool value)
{
	add(line, parent, key, json_object_new_boolean(value));
}

void json_add_seconds(struct json_line *line, struct json_object *parent, const char *key,
		      uint64_t ns)
{
	add(line, parent, key,
	    json_object_new_double_s((double)ns / NS_PER_S, format_seconds(ns).text));
}

void json_add_address(struct json_line *line, struct json_object *parent, const char *key,
		      uint64_t address)
{
	char text[sizeof("0x0123456789abcdef")];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	json_add_text(line, parent, key, text);
}
