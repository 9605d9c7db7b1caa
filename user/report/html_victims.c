/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_victims.h"

#include <stdlib.h>

#include "core/deadlock.h"
#include "report/buffer.h"
#include "report/html_stack.h"
#include "report/html_text.h"
#include "report/label.h"
#include "report/place.h"

/* "python3[12] in wait at main.py:7 waits for child python3[13]" */
static void write_line(FILE *out, const struct victim *victim)
{
	HTML(out, label_task(HTML_OUT, &victim->task));
	if (victim->stack_count) {
		fputs(" in ", out);
		html_text(out, place_of_frame(&victim->stack[0]).text);
	}
	HTML(out, {
		fprintf(HTML_OUT, " waits for %s", label_relation(victim->waits_for.relation));
		label_party_of(HTML_OUT, &victim->waits_for, &victim->task);
	});
}

static void write_victim(FILE *out, const struct victim *victim)
{
	if (!victim->stack_count) {
		fputs("<li>", out);
		write_line(out, victim);
		fputs("</li>\n", out);
		return;
	}
	fputs("<li><details><summary>", out);
	write_line(out, victim);
	fputs("</summary>\n<div>", out);
	html_stack(out, victim->stack, victim->stack_count, victim->stack_missing);
	fputs("</div></details></li>\n", out);
}

void html_victims(FILE *out, const struct deadlock *deadlock)
{
	if (!deadlock->victim_count)
		return;
	fprintf(out,
		"<details class=\"victims\"><summary><b>%zu stuck behind them</b></summary>"
		"<div><ul class=\"plain\">\n",
		deadlock->victim_count);
	for (size_t i = 0; i < deadlock->victims_listed; i++)
		write_victim(out, &deadlock->victims[i]);
	if (deadlock->victim_count > deadlock->victims_listed)
		fprintf(out, "<li>and %zu more</li>\n",
			deadlock->victim_count - deadlock->victims_listed);
	fputs("</ul></div></details>\n", out);
}
