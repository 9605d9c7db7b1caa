/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What user space sets before the programs are loaded. */
#ifndef DLTRACE_CONFIG_H
#define DLTRACE_CONFIG_H

#include <bpf/bpf_helpers.h>

/* log2 of the page size: arm64 kernels come with 4, 16 and 64 KiB. */
const volatile __u32 page_shift __weak = 12;
/* Programs that follow waits are attached: report those that have lasted this long. */
const volatile bool waits_attached __weak = false;
const volatile __u64 threshold_ns __weak = 1000000000;
/* Sum only the waits of the processes in the map `scope`, and of their descendants. */
const volatile bool scoped __weak = false;
/* Send EVENT_FORK, EVENT_EXEC and, if their operations may be read, EVENT_SEMOP. */
const volatile bool ownership_wanted __weak = false;
/* Arguments that lie in user memory, of whoever runs. */
const volatile bool memory_readable __weak = false;

#endif /* DLTRACE_CONFIG_H */
