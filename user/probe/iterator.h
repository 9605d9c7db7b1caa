/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading all records of a BPF iterator.
 */
#ifndef DLTRACE_ITERATOR_H
#define DLTRACE_ITERATOR_H

#include <stddef.h>

struct exchange;

/*
 * Runs the iterator behind link_fd to its end. The caller frees *ret_records;
 * progress is marked in exchange. 0 or -errno.
 */
int iterator_read(int link_fd, size_t record_size, struct exchange *exchange, void **ret_records,
		  size_t *ret_count);

#endif /* DLTRACE_ITERATOR_H */
