/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C++ is left to the C++ library, which is loaded when there is a name for it: a
 * system without one has no C++ programs either, or they bring their own.
 */
#include "probe/demangle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/stack.h"
#include "probe/rust_name.h"

/*
 * A substitution (S_, S0_, T_ ...) may stand for all that came before, so with k of them a name
 * grows by up to 3^(k/3): a few hundred bytes can mean gigabytes.
 */
#define MANGLED_MAX	  1024
#define SUBSTITUTIONS_MAX 30

typedef char *demangler(const char *mangled, char *buffer, size_t *length, int *status);

static demangler *cxx_demangler(void)
{
	static demangler *found;
	static bool tried;

	if (!tried) {
		void *library = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);

		found = library ? (demangler *)dlsym(library, "__cxa_demangle") : NULL;
	}
	tried = true;
	return found;
}

static bool is_bounded(const char *name)
{
	unsigned int substitutions = 0;
	size_t length = strnlen(name, MANGLED_MAX + 1);

	for (size_t i = 0; i + 1 < length; i++)
		substitutions += (name[i] == 'S' || name[i] == 'T') &&
				 (name[i + 1] == '_' || (name[i + 1] >= '0' && name[i + 1] <= '9'));
	return length <= MANGLED_MAX && substitutions <= SUBSTITUTIONS_MAX;
}

/* rustc's older names are C++'s with a hash at the end (rustc_symbol_mangling, legacy.rs) ... */
static bool rust_hash_cut(char *name)
{
	size_t length = strlen(name);
	char *hash = length > 19 ? name + length - 19 : NULL;

	if (!hash || strncmp(hash, "::h", 3) || strspn(hash + 3, "0123456789abcdef") != 16)
		return false;
	*hash = '\0';
	return true;
}

/* ... in which what C++ has no letters for is spelt out. In place: nothing grows. */
static void rust_unescape(char *name)
{
	static const struct {
		const char *escape, *plain;
	} escapes[] = {
		{ "$LT$", "<" },  { "$GT$", ">" },  { "$LP$", "(" },  { "$RP$", ")" },
		{ "$RF$", "&" },  { "$BP$", "*" },  { "$C$", "," },   { "$SP$", "@" },
		{ "$u20$", " " }, { "$u27$", "'" }, { "$u5b$", "[" }, { "$u5d$", "]" },
		{ "$u7b$", "{" }, { "$u7d$", "}" }, { "$u3b$", ";" }, { "$u7e$", "~" },
		{ "..", "::" },	  { "_$", "$" },
	};
	char *to = name;

	for (const char *at = name; *at;) {
		size_t i = 0, count = sizeof(escapes) / sizeof(*escapes);

		while (i < count && strncmp(at, escapes[i].escape, strlen(escapes[i].escape)))
			i++;
		/* an underscore stands before an escape that would begin an identifier */
		if (i == count - 1) {
			at++;
			continue;
		}
		if (i == count) {
			*to++ = *at++;
			continue;
		}
		at += strlen(escapes[i].escape);
		for (const char *plain = escapes[i].plain; *plain; plain++)
			*to++ = *plain;
	}
	*to = '\0';
}

/*
 * The length without what LLVM appends to a local name that it lets other modules use, ".llvm."
 * and a number (llvm/IR/ModuleSummaryIndex.h, getGlobalNameForLocal).
 */
static size_t length_without_suffix(const char *name)
{
	static const char suffix[] = ".llvm.";
	const char *at = strstr(name, suffix);

	if (at && !at[sizeof(suffix) - 1 + strspn(at + sizeof(suffix) - 1, "0123456789")])
		return (size_t)(at - name);
	return strlen(name);
}

void demangle(const char *full, char *ret, size_t size)
{
	_cleanup_free_ char *name = strndup(full, length_without_suffix(full));

	if (!name)
		return name_copy(ret, size, full);
	if (rust_name(name, ret, size)) {
		name_copy(ret, size, ret);
		return;
	}

	demangler *cxx = !strncmp(name, "_Z", 2) && is_bounded(name) ? cxx_demangler() : NULL;
	_cleanup_free_ char *plain = cxx ? cxx(name, NULL, NULL, NULL) : NULL;

	if (plain && rust_hash_cut(plain))
		rust_unescape(plain);
	name_copy(ret, size, plain ? plain : name);
}
