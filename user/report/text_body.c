/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/text_body.h"

#include <string.h>

#include "core/deadlock.h"
#include "core/kind.h"
#include "report/fold.h"
#include "report/format.h"
#include "report/label.h"
#include "report/printable.h"
#include "report/text_evidence.h"
#include "report/text_stack.h"

#define CAUSES_SHOWN  8
#define VICTIMS_SHOWN 5

static void write_party(FILE *out, const struct party *party)
{
	fprintf(out, "    %s ", label_cause(party->relation));
	label_party(out, party);
	fprintf(out, "%s\n", label_state(party->state));
	for (size_t i = 0; i < party->evidence.count; i++)
		text_evidence(out, &party->evidence.items[i]);
}

static void write_cause(FILE *out, const struct cause *cause, uint64_t now_ns)
{
	const char *call = call_name(cause->task.call), *kind = wait_kind_name[cause->kind];

	fputs("\n  ", out);
	label_task(out, &cause->task);
	fprintf(out, " has waited %s in %s", format_duration(elapsed(cause->since_ns, now_ns)).text,
		call);
	if (strcmp(call, kind))
		fprintf(out, " (%s)", kind);
	fputs("\n    for ", out);
	fold(out, printable(cause->object, sizeof(cause->object), PRINTABLE_TEXT).text, 8, 8);
	if (*cause->name)
		fprintf(out, "      %s\n",
			printable(cause->name, sizeof(cause->name), PRINTABLE_TEXT).text);
	for (size_t i = 0; i < cause->waits_for_count; i++)
		write_party(out, &cause->waits_for[i]);
	text_stack(out, cause->stack, cause->stack_count, cause->stack_missing);
}

void text_causes(FILE *out, const struct deadlock *deadlock)
{
	size_t shown = deadlock->cause_count < CAUSES_SHOWN ? deadlock->cause_count : CAUSES_SHOWN;

	for (size_t i = 0; i < shown; i++)
		write_cause(out, &deadlock->causes[i], deadlock->found_ns);
	if (deadlock->cause_count > shown)
		fprintf(out, "\n  and %zu more like them (all are in --json)\n",
			deadlock->cause_count - shown);
}

void text_victims(FILE *out, const struct deadlock *deadlock)
{
	size_t shown = deadlock->victims_listed;

	if (deadlock->victim_count == 0)
		return;
	if (shown > VICTIMS_SHOWN)
		shown = VICTIMS_SHOWN;
	fprintf(out, "\n  stuck behind them: %zu\n", deadlock->victim_count);
	for (size_t i = 0; i < shown; i++) {
		const struct victim *victim = &deadlock->victims[i];

		fputs("    ", out);
		label_task(out, &victim->task);
		fprintf(out, " waits for %s", label_relation(victim->waits_for.relation));
		label_party(out, &victim->waits_for);
		fputc('\n', out);
	}
	if (deadlock->victim_count > shown)
		fprintf(out, "    and %zu more\n", deadlock->victim_count - shown);
}
