/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words that recordings use for numbers that only this machine's headers know.
 */
#ifndef DLTRACE_RECORD_WORDS_H
#define DLTRACE_RECORD_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL if the number has none. */
const char *record_call_word(int32_t number);
bool record_call_number(const char *word, size_t length, int32_t *ret);

/* Errors are negative numbers. */
const char *record_error_word(int32_t number);
bool record_error_number(const char *word, size_t length, int32_t *ret);

/* The architecture whose calls the numbers are. */
extern const char record_arch[];

#endif /* DLTRACE_RECORD_WORDS_H */
