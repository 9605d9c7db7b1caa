/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of C++ and Rust as their authors wrote them. Whoever made the symbol
 * chose its bytes, so work and result are bounded.
 */
#ifndef DLTRACE_DEMANGLE_H
#define DLTRACE_DEMANGLE_H

#include <stddef.h>

/* The name as people know it, or as it is; cut to size and zero behind its NUL. */
void demangle(const char *name, char *ret, size_t size);

#endif /* DLTRACE_DEMANGLE_H */
