/* SPDX-License-Identifier: BSD-2-Clause */
/* How a text begins and ends. */
#ifndef DLTRACE_AFFIX_H
#define DLTRACE_AFFIX_H

#include <stdbool.h>
#include <string.h>

static inline bool begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static inline bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), suffix_length = strlen(suffix);

	return length >= suffix_length && !strcmp(text + length - suffix_length, suffix);
}

#endif /* DLTRACE_AFFIX_H */
