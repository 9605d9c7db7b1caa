/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/boot.h"

#include <fcntl.h>
#include <unistd.h>

uint64_t boot_id_hash(void)
{
	uint64_t hash = 0xcbf29ce484222325;
	unsigned char text[64];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	for (ssize_t i = 0; i < length && text[i] != '\n'; i++)
		hash = (hash ^ text[i]) * 0x100000001b3;
	return length > 0 ? hash : 0;
}
