/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/printable.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS     "\xe2\x80\xa6"
#define ESCAPE_WIDTH 4 /* \xNN */

/*
 * Length of the character at p in bytes, and which it is; 0 if there is none: stray, missing or
 * overlong bytes, surrogates, beyond Unicode (RFC 3629, section 3).
 */
static size_t utf8_decode(const unsigned char *p, size_t size, uint32_t *ret_code)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t form = 0; form < 4; form++) {
		if ((p[0] & forms[form].mask) != forms[form].lead)
			continue;
		if (form >= size)
			return 0;
		uint32_t code = p[0] & (uint8_t)~forms[form].mask;
		for (size_t i = 1; i <= form; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (p[i] & 0x3f);
		}
		if (code < forms[form].least || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff))
			return 0;
		*ret_code = code;
		return form + 1;
	}
	return 0;
}

/* Characters that act on what displays them instead of being displayed. */
static bool code_is_control(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} controls[] = {
		{ 0x00, 0x1f },	    /* C0 */
		{ 0x7f, 0x9f },	    /* DEL, C1 */
		{ 0x61c, 0x61c },   /* Arabic letter mark */
		{ 0x200e, 0x200f }, /* left-to-right and right-to-left mark */
		{ 0x2028, 0x202e }, /* line, paragraph separator; embeddings and overrides */
		{ 0x2066, 0x2069 }, /* isolates */
	};

	for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
		if (code >= controls[i].first && code <= controls[i].last)
			return true;
	}
	return false;
}

struct printable printable(const char *bytes, size_t size, size_t limit)
{
	const unsigned char *p = (const unsigned char *)bytes;
	struct printable ret;
	char *out = ret.text;
	size_t columns = 0;

	assert(limit > 0 && limit <= PRINTABLE_TEXT);
	size = strnlen(bytes, size);
	while (size > 0) {
		uint32_t code;
		size_t length = utf8_decode(p, size, &code);
		bool keep = length > 0 && !code_is_control(code);

		if (length == 0)
			length = 1;
		size_t width = keep ? 1 : ESCAPE_WIDTH * length;
		/* As long as anything follows, the ellipsis must still fit. */
		if (columns + width + (size > length) > limit) {
			out = stpcpy(out, ELLIPSIS);
			break;
		}
		if (keep)
			out = mempcpy(out, p, length);
		for (size_t i = 0; !keep && i < length; i++)
			out += sprintf(out, "\\x%02x", p[i]);
		columns += width;
		p += length;
		size -= length;
	}
	*out = '\0';
	return ret;
}
