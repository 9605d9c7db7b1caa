/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/buffer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int buffer_open(struct buffer *buffer)
{
	buffer->text = NULL;
	buffer->length = 0;
	buffer->stream = open_memstream(&buffer->text, &buffer->length);
	return buffer->stream ? 0 : -ENOMEM;
}

int buffer_close(struct buffer *buffer)
{
	bool failed = ferror(buffer->stream);

	failed |= fclose(buffer->stream) != 0;
	buffer->stream = NULL;
	if (!failed)
		return 0;
	free(buffer->text);
	buffer->text = NULL;
	buffer->length = 0;
	return -ENOMEM;
}
