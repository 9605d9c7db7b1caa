/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void output_init(struct output *output, FILE *file, enum color color)
{
	const char *no_color = getenv("NO_COLOR");

	output->file = file;
	output->lay_out = NULL;
	output->color = color == COLOR_ALWAYS;
	if (color == COLOR_AUTO && !(no_color && *no_color))
		output->color = isatty(fileno(file)) == 1;
}

int output_write(const struct output *output, const char *text, size_t length)
{
	errno = 0;
	if (fwrite(text, 1, length, output->file) == length && fflush(output->file) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

uint64_t tally_sum(const struct tally *tallies)
{
	uint64_t sum = 0;

	for (; tallies && tallies->label; tallies++)
		sum += tallies->count;
	return sum;
}
