/* SPDX-License-Identifier: BSD-2-Clause */
/* For what a task sleeps in the kernel, whatever its call is. */
#ifndef DLTRACE_KERNEL_PLACE_H
#define DLTRACE_KERNEL_PLACE_H

/* For people: what is awaited in that function of the kernel; NULL: not known. Valid for ever. */
const char *kernel_place(const char *function);

#endif /* DLTRACE_KERNEL_PLACE_H */
