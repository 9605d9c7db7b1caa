/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "report/printable.h"

static void check(const char *bytes, const char *expected)
{
	struct printable result = printable(bytes, strlen(bytes), PRINTABLE_NAME);

	cr_expect_str_eq(result.text, expected);
}

Test(printable, keeps_what_can_be_shown)
{
	check("python3", "python3");
	check("a\"b\\c'd {}", "a\"b\\c'd {}");
	check("Gr\xc3\xbc\xc3\x9f\x65 \xe4\xbd\xa0 \xf0\x9f\x90\x8d",
	      "Gr\xc3\xbc\xc3\x9f\x65 \xe4\xbd\xa0 \xf0\x9f\x90\x8d");
	check("", "");
}

Test(printable, escapes_controls)
{
	check("\x1b[31m\n\t\r\x7f", "\\x1b[31m\\x0a\\x09\\x0d\\x7f");
	check("\xc2\x9b", "\\xc2\\x9b"); /* CSI as one C1 character */
	check("\xc2\x85", "\\xc2\\x85"); /* next line */
}

Test(printable, escapes_marks_that_turn_or_break_the_text)
{
	check("\xe2\x80\xae", "\\xe2\\x80\\xae");
	check("\xe2\x81\xa6", "\\xe2\\x81\\xa6");
	check("\xe2\x80\x8f", "\\xe2\\x80\\x8f");
	check("\xd8\x9c", "\\xd8\\x9c");
	check("\xe2\x80\xa8", "\\xe2\\x80\\xa8");
	check("\xe2\x80\xa6", "\xe2\x80\xa6"); /* a neighbour that is harmless */
}

Test(printable, escapes_what_is_no_utf8)
{
	check("\xff\x80", "\\xff\\x80");
	check("\xc0\xaf", "\\xc0\\xaf");		   /* overlong */
	check("\xed\xa0\x80", "\\xed\\xa0\\x80");	   /* surrogate */
	check("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
	check("ab\xc3", "ab\\xc3");			   /* cut by the kernel's 15 bytes */
	check("\xc3(", "\\xc3(");
}

Test(printable, needs_no_terminating_nul)
{
	char name[TASK_NAME_LEN];

	memset(name, 'x', sizeof(name));
	cr_expect_str_eq(printable_name(name).text, "xxxxxxxxxxxxxxxx");
}

Test(printable, never_cuts_a_task_name)
{
	char name[TASK_NAME_LEN];
	char expected[4 * TASK_NAME_LEN + 1] = "";

	memset(name, '\xff', sizeof(name));
	for (size_t i = 0; i < sizeof(name); i++)
		strcat(expected, "\\xff");
	cr_expect_str_eq(printable_name(name).text, expected);
}

Test(printable, cuts_at_the_limit_and_says_so)
{
	cr_expect_str_eq(printable("12345678", 8, 8).text, "12345678");
	cr_expect_str_eq(printable("123456789", 9, 8).text, "1234567\xe2\x80\xa6");
	cr_expect_str_eq(printable("123456\xff"
				   "8",
				   8, 8)
				 .text,
			 "123456\xe2\x80\xa6");
}

/* Decodes one character of what must be valid UTF-8; 0 at the end. */
static unsigned int next_code(const char **text)
{
	const unsigned char *p = (const unsigned char *)*text;
	int more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
	unsigned int code = more ? *p & (0x3fu >> more) : *p;

	for (int i = 1; i <= more; i++) {
		cr_assert((p[i] & 0xc0) == 0x80);
		code = code << 6 | (p[i] & 0x3f);
	}
	*text += more + 1;
	return code;
}

Test(printable, is_safe_for_any_bytes)
{
	unsigned int seed = 20260131;

	cr_log_info("seed %u", seed);
	for (int round = 0; round < 20000; round++) {
		char bytes[200];
		size_t size = (size_t)rand_r(&seed) % sizeof(bytes);
		size_t limit = 1 + (size_t)rand_r(&seed) % PRINTABLE_TEXT;
		size_t columns = 0;

		/* Lead bytes and those near U+2028 and U+2066 more often than by chance. */
		for (size_t i = 0; i < size; i++) {
			static const char likely[] = "\xe2\x80\xae\x81\xa6\xc2\x9b\xf0\xd8\x9c";

			bytes[i] = rand_r(&seed) % 2 ? likely[(size_t)rand_r(&seed) % 10]
						     : (char)rand_r(&seed);
		}

		struct printable result = printable(bytes, size, limit);
		const char *text = result.text;
		unsigned int code;

		while ((code = next_code(&text))) {
			cr_assert(code >= 0x20 && !(code >= 0x7f && code <= 0x9f));
			cr_assert(code != 0x61c && !(code >= 0x2028 && code <= 0x202e));
			cr_assert(!(code >= 0x2066 && code <= 0x2069));
			columns++;
		}
		cr_assert(columns <= limit);
	}
}
