/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of Rust's own mangling, "v0" (the rustc book, "v0 Symbol Format"; RFC 2603),
 * which Debian 12's libiberty and libstdc++ do not offer to programs.
 */
#ifndef DLTRACE_RUST_NAME_H
#define DLTRACE_RUST_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* The name as its author wrote it, cut to size; false: it is none of Rust's, *ret is undefined. */
bool rust_name(const char *mangled, char *ret, size_t size);

#endif /* DLTRACE_RUST_NAME_H */
