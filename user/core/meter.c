/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/meter.h"

static void meter_ask(void *context, const struct question *question, struct answer *ret)
{
	struct meter *meter = context;
	enum cost cost = question_cost[question->type];

	meter->asked[cost]++;
	meter->dear += cost > meter->allowed;
	meter->probe->ask(meter->probe->context, question, ret);
}

struct probe meter_probe(struct meter *meter)
{
	return (struct probe){ .ask = meter_ask, .context = meter };
}
