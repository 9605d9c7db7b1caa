/* SPDX-License-Identifier: BSD-2-Clause */
/* What makes the page look and act as it does: constants, without anything that is traced. */
#ifndef DLTRACE_HTML_STYLE_H
#define DLTRACE_HTML_STYLE_H

extern const char html_style[];	 /* CSS */
extern const char html_script[]; /* opens what a link leads to; the page is whole without it */

#endif /* DLTRACE_HTML_STYLE_H */
