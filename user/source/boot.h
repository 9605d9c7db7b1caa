/* SPDX-License-Identifier: BSD-2-Clause */
/* Which boot of which machine this is. */
#ifndef DLTRACE_BOOT_H
#define DLTRACE_BOOT_H

#include <stdint.h>

/* FNV-1a of /proc/sys/kernel/random/boot_id; 0 if it cannot be read. */
uint64_t boot_id_hash(void);

#endif /* DLTRACE_BOOT_H */
