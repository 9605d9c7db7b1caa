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
	expect("_ZN4bank8transfer17h0123456789abcdefE.llvm.1234", "bank::transfer");
	expect("_ZN37_$LT$bank..Ledger$u20$as$u20$Post$GT$4post17h0123456789abcdefE",
	       "<bank::Ledger as Post>::post");
}

Test(demangle, rust_names_of_the_newer_kind_have_their_paths_generics_and_closures)
{
	expect("_RNvNtCsjwARXiLdWeB_5locks4bank8CHECKING", "locks::bank::CHECKING");
	expect("_RNCNvCs64ewPNIWJEp_1v4main0B3_", "v::main::{closure#0}");
	expect("_RNCNvCs64ewPNIWJEp_1v4mains_0B3_", "v::main::{closure#1}");
	expect("_RNvMNtCsjwARXiLdWeB_5locks4bankINtB2_5ClerkmE4saveB4_",
	       "<locks::bank::Clerk<u32>>::save");
	expect("_RNvXNtCs64ewPNIWJEp_1v4bankINtB2_6LedgermKj3_ENtB2_4Post4postB4_",
	       "<v::bank::Ledger<u32, 3> as v::bank::Post>::post");
	expect("_RINvCs64ewPNIWJEp_1v4flagKb1_Kc78_Kln7_EB2_", "v::flag::<true, 'x', -7>");
	expect("_RNvC1a4main.llvm.1234", "a::main");
}

Test(demangle, rust_types_are_spelt_as_in_the_source)
{
	expect("_RINvC1a1fRlQShPuONtB2_1TE", "a::f::<&i32, &mut [u8], *const (), *mut a::T>");
	expect("_RINvC1a1fAhj4_TmETxyEFUKCclEuE",
	       "a::f::<[u8; 4], (u32,), (i64, u64), unsafe extern \"C\" fn(char, ");
	expect("_RINvC1a1fFUKCclEuE", "a::f::<unsafe extern \"C\" fn(char, i32)>");
	expect("_RINvC1a1fDINtB2_1TmEp4ItemhNtB2_1UEL_E",
	       "a::f::<dyn a::T<u32, Item = u8> + a::U>");
}

Test(demangle, rust_names_that_break_the_rules_stay_as_they_are)
{
	static const char *const broken[] = {
		"_R",
		"_RN",
		"_RNvC1a",
		"_RNvC1a9main",
		"_RNvC1a4main4",
		"_RNvB_4main",
		"_RB0_",
		"_R1NvC1a1f",
		"_RNvC1a1fB9_",
		"_RINvC1a1fKz_E",
		"_RNvC1a1f\xff",
		"_RNvC1asZZZZZZZZZZZZZZZ_1f",
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		expect(broken[i], broken[i]);
}

Test(demangle, rust_name_that_means_an_endless_one_is_cut)
{
	/* each argument stands for two of what the one before it stood for */
	expect("_RINvC1a1fTmmETB7_B7_ETBb_Bb_ETBj_Bj_ETBr_Br_EE",
	       "a::f::<(u32, u32), ((u32, u32), (u32, u32)), (((u32, u32), (u32");
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
