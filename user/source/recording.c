/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ordinals.h"
#include "core/record.h"

struct recording {
	FILE *file;
	int error; /* the first; nothing is written after it ... */
	bool reported;
	struct ordinals ids;
	char line[RECORD_LINE_MAX];
};

static int recording_report(struct recording *recording)
{
	if (recording->reported)
		return 0;
	recording->reported = recording->error;
	return recording->error;
}

/* length: of recording->line, or the error of what should have made it. */
static int line_write(struct recording *recording, int length)
{
	if (length < 0)
		return length;
	errno = EIO;
	return fwrite(recording->line, 1, (size_t)length, recording->file) == (size_t)length
		       ? 0
		       : -errno;
}

static int recording_flush(struct recording *recording)
{
	return fflush(recording->file) ? -errno : 0;
}

int recording_open(const char *path, struct recording **ret_recording)
{
	struct recording *recording = calloc(1, sizeof(*recording));

	if (!recording)
		return -ENOMEM;

	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);

	recording->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!recording->file) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		free(recording);
		return err;
	}

	int err = line_write(recording,
			     record_format_header(recording->line, sizeof(recording->line)));

	if (!err)
		err = recording_flush(recording);
	if (err) {
		recording_close(recording);
		return err;
	}
	*ret_recording = recording;
	return 0;
}

void recording_event(struct recording *recording, const struct event *event)
{
	if (!recording->error)
		recording->error =
			line_write(recording, record_format_event(event, recording->line,
								  sizeof(recording->line)));
}

static int write_answer(struct recording *recording, const struct answer_entry *entry)
{
	enum question_type type = entry->question.type;
	size_t size = answer_item_size[type];
	int err = line_write(recording,
			     record_format_answer(&entry->question, &entry->answer, recording->line,
						  sizeof(recording->line)));

	if (!record_has_items(type))
		return err;
	for (uint32_t i = 0; i < entry->answer.count && !err; i++)
		err = line_write(recording,
				 record_format_item(type,
						    (const char *)entry->answer.items + i * size,
						    &recording->ids, recording->line,
						    sizeof(recording->line)));
	return err;
}

static int write_look(struct recording *recording, const struct look *look,
		      const struct answers *answers)
{
	int err = line_write(recording,
			     record_format_look(look, recording->line, sizeof(recording->line)));

	for (uint32_t i = 0; i < look->task_count && !err; i++)
		err = line_write(recording,
				 record_format_task(&look->tasks[i], &recording->ids,
						    recording->line, sizeof(recording->line)));
	for (uint32_t i = 0; i < answers->count && !err; i++)
		err = write_answer(recording, &answers->entries[i]);
	return err ? err : recording_flush(recording);
}

int recording_look(struct recording *recording, const struct look *look,
		   const struct answers *answers)
{
	if (!recording->error)
		recording->error = write_look(recording, look, answers);
	return recording_report(recording);
}

int recording_close(struct recording *recording)
{
	if (!recording)
		return 0;

	int err = fclose(recording->file) ? -errno : 0;

	if (!recording->error)
		recording->error = err;
	err = recording_report(recording);
	ordinals_deinit(&recording->ids);
	free(recording);
	return err;
}
