/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/reader.h"

#include <errno.h>
#include <stdbool.h>

#define TRIES_MAX 3

void reader_init(struct reader *reader, int files_link_fd, int sockets_link_fd, int maps_link_fd,
		 uint64_t patience_ns, uint64_t memory_max)
{
	reader->worker.files_link_fd = files_link_fd;
	reader->worker.sockets_link_fd = sockets_link_fd;
	reader->worker.maps_link_fd = maps_link_fd;
	reader->worker.quarantine = &reader->quarantine;
	helper_init(&reader->helper,
		    &(struct helper_options){ .serve = worker_serve,
					      .context = &reader->worker,
					      .keep_fds = { files_link_fd, sockets_link_fd, maps_link_fd },
					      .patience_ns = patience_ns,
					      .memory_max = memory_max });
}

void reader_deinit(struct reader *reader)
{
	pid_t ended[HELPERS_ABANDONED_MAX];

	helper_stop(&reader->helper);
	helper_reap(&reader->helper, ended);
}

void reader_new_look(struct reader *reader)
{
	pid_t ended[HELPERS_ABANDONED_MAX];
	uint32_t count = helper_reap(&reader->helper, ended);

	for (uint32_t i = 0; i < count; i++)
		quarantine_release(&reader->quarantine, ended[i]);
	/* It knows the quarantine as it was when it started. */
	if (count)
		helper_stop(&reader->helper);
}

/*
 * One try. If the helper got stuck, whom it was reading goes to quarantine, and
 * *ret_again says if that was somebody else than the question is about: then the
 * next helper will pass them over.
 */
static int reader_try(struct reader *reader, const struct question *question, uint64_t look,
		      struct exchange **ret_exchange, bool *ret_again)
{
	struct exchange *exchange = helper_exchange(&reader->helper);
	uint32_t busy_with = 0;
	pid_t stuck = 0;

	*ret_again = false;
	if (!exchange)
		return -ETIMEDOUT;
	exchange->question = *question;
	exchange->look = look;
	if (reader->prepare)
		reader->prepare(reader->context, exchange);

	int err = helper_call(&reader->helper, &stuck, &busy_with);

	if (err == -ETIMEDOUT) {
		quarantine_add(&reader->quarantine, busy_with, stuck, look);
		*ret_again = !question->id || busy_with != question->id;
	}
	if (err)
		return err;
	*ret_exchange = exchange;
	return exchange->error;
}

int reader_ask(struct reader *reader, const struct question *question, uint64_t look,
	       struct exchange **ret_exchange)
{
	bool again = !question->id || !quarantine_holds(&reader->quarantine, question->id, look);
	int err = -ETIMEDOUT;

	for (int tries = 0; again && tries < TRIES_MAX; tries++)
		err = reader_try(reader, question, look, ret_exchange, &again);
	return err;
}
