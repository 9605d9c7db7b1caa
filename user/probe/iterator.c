/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/iterator.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "probe/exchange.h"

#define READ_SIZE ((size_t)256 << 10)

int iterator_read(int link_fd, size_t record_size, struct exchange *exchange, void **ret_records,
		  size_t *ret_count)
{
	_cleanup_free_ char *bytes = NULL;
	size_t length = 0, capacity = 0;
	int fd = bpf_iter_create(link_fd);
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	do {
		if (capacity - length < READ_SIZE) {
			capacity = 2 * (capacity + READ_SIZE);

			char *more = realloc(bytes, capacity);

			if (!more) {
				close(fd);
				return -ENOMEM;
			}
			bytes = more;
		}
		got = read(fd, bytes + length, capacity - length);
		exchange_progress(exchange);
		if (got > 0)
			length += (size_t)got;
	} while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));

	int err = got < 0 ? -errno : 0;

	close(fd);
	if (err)
		return err;
	*ret_records = TAKE_PTR(bytes);
	*ret_count = length / record_size;
	return 0;
}
