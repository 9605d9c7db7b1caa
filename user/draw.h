/* SPDX-License-Identifier: BSD-2-Clause */
/* Graphviz, if it is installed, as a program that may fail or take too long. */
#ifndef DLTRACE_DRAW_H
#define DLTRACE_DRAW_H

/*
 * What `dot -Tplain` says of the graph; malloc'ed. NULL if there is no such
 * program, or if it did not answer well within a second or two: then it is ended.
 */
char *draw_lay_out(const char *graph);

#endif /* DLTRACE_DRAW_H */
