/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary bytes as whatever a traced process chooses itself: its name, the
 * names of its files, its memory. Nothing of it reaches a report unescaped.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/deadlock.h"
#include "report/printable.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes what is left of the input, zeros behind it. */
static void take(const uint8_t **data, size_t *size, void *ret, size_t length)
{
	size_t taken = *size < length ? *size : length;

	memset(ret, 0, length);
	memcpy(ret, *data, taken);
	*data += taken;
	*size -= taken;
}

/* Printable, and UTF-8 as json-c and terminals understand it. */
static void text_check(const char *text)
{
	for (const char *c = text; *c; c++) {
		unsigned char byte = (unsigned char)*c;

		/* C1 controls are c2 80 to c2 9f */
		if ((byte < ' ' && byte != '\n') || byte == 0x7f ||
		    (byte == 0xc2 && (unsigned char)c[1] < 0xa0))
			abort();
	}
}

static void json_check(const char *text)
{
	const char *newline = strchr(text, '\n');
	struct json_object *object = json_tokener_parse(text);

	if (!object || !newline || newline[1])
		abort();
	text_check(text);
	json_object_put(object);
}

static void report(const struct reporter *reporter, const struct deadlock *deadlock,
		   void (*check)(const char *text))
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	struct output output;

	if (!file)
		abort();
	output_init(&output, file, COLOR_NEVER);
	if (reporter->deadlock(&output, deadlock))
		abort();
	fclose(file);
	check(text);
	free(text);
}

static void evidence_take(const uint8_t **data, size_t *size, struct evidence_list *list)
{
	struct evidence evidence = { .source = EVIDENCE_PROC, .meaning = "what it is" };

	take(data, size, evidence.what, sizeof(evidence.what) - 1);
	take(data, size, evidence.value, sizeof(evidence.value) - 1);
	if (evidence_list_add(list, &evidence))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	text_check(printable((const char *)data, size, PRINTABLE_TEXT).text);

	struct party party = { .pid = 1, .tid = 1, .relation = RELATION_HOLDS };
	struct cause cause = { .kind = WAIT_MUTEX, .waits_for = &party, .waits_for_count = 1 };
	struct deadlock deadlock = { .verdict = VERDICT_DEAD_OWNER,
				     .causes = &cause,
				     .cause_count = 1 };

	party.state = PARTY_GONE;
	take(&data, &size, cause.task.name, sizeof(cause.task.name));
	take(&data, &size, party.name, sizeof(party.name));
	take(&data, &size, deadlock.dead.name, sizeof(deadlock.dead.name));
	take(&data, &size, cause.object, sizeof(cause.object) - 1);
	take(&data, &size, party.group, sizeof(party.group) - 1);
	evidence_take(&data, &size, &party.evidence);
	deadlock.dead.tid = 2;
	report(&json_reporter, &deadlock, json_check);
	report(&text_reporter, &deadlock, text_check);
	evidence_list_deinit(&party.evidence);
	return 0;
}
