/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "probe/demangle.h"

static void expect(const char *mangled, const char *name)
{
	char found[64];

	memset(found, 'x', sizeof(found));
	demangle(mangled, found, sizeof(found));
	cr_expect_str_eq(found, name);
	for (size_t i = strlen(found); i < sizeof(found); i++)
		cr_expect_eq(found[i], '\0');
}

Test(demangle, cxx_names_are_those_of_the_source)
{
	expect("_ZN4bank6Ledger4postEl", "bank::Ledger::post(long)");
}

Test(demangle, rust_names_have_neither_hash_nor_escapes)
{
	expect("_ZN4bank8transfer17h0123456789abcdefE", "bank::transfer");
	expect("_ZN37_$LT$bank..Ledger$u20$as$u20$Post$GT$4post17h0123456789abcdefE",
	       "<bank::Ledger as Post>::post");
}

Test(demangle, other_names_stay_as_they_are)
{
	expect("transfer", "transfer");
	expect("_Z", "_Z");
	expect("", "");
	expect("_ZN4bank8transfer17h0123", "_ZN4bank8transfer17h0123");
}

Test(demangle, name_that_would_grow_without_bounds_is_not_begun)
{
	char hostile[512] = "_Z1fI";

	for (int i = 0; i < 40; i++)
		strcat(hostile, "S0_S0_");
	strcat(hostile, "E");
	expect(hostile, "_Z1fIS0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S0_S");
}
